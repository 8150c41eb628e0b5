//! A connection to the documented system.

use super::super::browser::Cookies;
use crate::load::{Answer, Progress, Script, request};

/// Refreshes these sessions in turn, and uses each new access token once.
pub(super) fn script(sessions: Vec<Cookies>) -> Box<dyn Script> {
    Box::new(Supertokens { sessions, current: 0, asked: Asked::Me })
}

struct Supertokens {
    sessions: Vec<Cookies>,
    current: usize,
    /// What was asked last.
    asked: Asked,
}

enum Asked {
    Me,
    Refresh,
}

impl Script for Supertokens {
    fn next(&mut self, request: &mut Vec<u8>) -> Result<(), String> {
        match self.asked {
            Asked::Me => {
                self.current = (self.current + 1) % self.sessions.len();
                self.asked = Asked::Refresh;
                let cookies = self.sessions[self.current].refresh_line();
                request::write(request, "POST", "/refresh", &[("cookie", &cookies)], None);
            }
            Asked::Refresh => {
                self.asked = Asked::Me;
                let cookies = self.sessions[self.current].line();
                request::write(request, "GET", "/me", &[("cookie", &cookies)], None);
            }
        }
        Ok(())
    }

    fn see(&mut self, answer: &Answer<'_>) -> Result<Progress, String> {
        answer.success()?;
        let session = &mut self.sessions[self.current];
        match self.asked {
            Asked::Refresh => {
                let before = std::mem::replace(session, Cookies::of(answer)?);
                if session.refresh == before.refresh {
                    return Err("a refresh gave the token that was presented".to_owned());
                }
                Ok(Progress::GoesOn)
            }
            Asked::Me => {
                // It comes where the new refresh token was written to the database, and only there.
                let access = answer.cookie("sAccessToken").ok_or("the first use wrote nothing")?;
                access.clone_into(&mut session.access);
                Ok(Progress::Done)
            }
        }
    }
}
