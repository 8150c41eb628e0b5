//! What one connection sends, and what it thinks of the answers.

use super::Answer;
use std::time::Duration;

/// What one connection does. Each has its own, which lives through all rounds, so it may remember: a refresh token, the tokens that are still unused.
pub trait Script: Send {
    /// Gets ready for a run of this length, before its time begins: to mint tokens, for example.
    ///
    /// # Errors
    ///
    /// A sentence; it ends the measurement.
    fn prepare(&mut self, length: Duration) -> Result<(), String> {
        let _ = length;
        Ok(())
    }

    /// Writes the next request into the buffer, which is empty.
    ///
    /// # Errors
    ///
    /// A sentence; it ends the measurement.
    fn next(&mut self, request: &mut Vec<u8>) -> Result<(), String>;

    /// Looks at the answer to that request. As it stands, every status from 200 to 299 is fine, and one request is one operation.
    ///
    /// # Errors
    ///
    /// What is wrong with it, a sentence; it ends the measurement.
    fn see(&mut self, answer: &Answer<'_>) -> Result<Progress, String> {
        answer.success()?;
        Ok(Progress::Done)
    }
}

/// Where an operation stands after an answer.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Progress {
    /// It has ended: it is counted, and its time is that from its first request on.
    Done,
    /// It takes at least one more request.
    GoesOn,
}

/// The same request again and again.
#[derive(Clone, Debug)]
pub struct Repeated(Vec<u8>);

impl Repeated {
    /// This one.
    #[must_use]
    pub fn new(request: Vec<u8>) -> Self {
        Self(request)
    }

    /// One for each of so many connections.
    #[must_use]
    pub fn times(request: &[u8], connections: usize) -> Vec<Box<dyn Script>> {
        (0..connections).map(|_| Box::new(Self(request.to_vec())) as Box<dyn Script>).collect()
    }
}

impl Script for Repeated {
    fn next(&mut self, request: &mut Vec<u8>) -> Result<(), String> {
        request.extend_from_slice(&self.0);
        Ok(())
    }
}
