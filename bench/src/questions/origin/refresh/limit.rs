//! A connection to the limit.

use crate::load::{Answer, Progress, Script, request};

/// Refreshes these sessions in turn: handle and hash.
pub(super) fn script(sessions: Vec<(String, String)>) -> Box<dyn Script> {
    Box::new(Limit { sessions, current: 0 })
}

/// The path of a refresh.
pub(super) fn path(handle: &str, hash: &str) -> String {
    format!("/sessions/{handle}/refresh/{hash}")
}

struct Limit {
    sessions: Vec<(String, String)>,
    current: usize,
}

impl Script for Limit {
    fn next(&mut self, request: &mut Vec<u8>) -> Result<(), String> {
        self.current = (self.current + 1) % self.sessions.len();
        let (handle, hash) = &self.sessions[self.current];
        request::write(request, "POST", &path(handle, hash), &[], None);
        Ok(())
    }

    fn see(&mut self, answer: &Answer<'_>) -> Result<Progress, String> {
        answer.success()?;
        self.sessions[self.current].1 = String::from_utf8_lossy(answer.body).into_owned();
        Ok(Progress::Done)
    }
}
