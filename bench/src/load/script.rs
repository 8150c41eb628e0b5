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

/// A request that never comes twice: where it holds [`MARK`](Self::MARK) first, each has a number that no other has.
///
/// A database writes nothing for an `UPDATE` that changes nothing, so a side would be measured at less than it is asked.
#[derive(Clone, Debug)]
pub struct Numbered {
    request: Vec<u8>,
    place: usize,
    next: u64,
}

impl Numbered {
    /// What the number replaces: as many digits as it has.
    pub const MARK: &str = "000000000000";

    /// This one, sent by this connection.
    ///
    /// # Errors
    ///
    /// A sentence, where the mark is missing.
    pub fn new(request: Vec<u8>, connection: usize) -> Result<Self, String> {
        let place = request
            .windows(Self::MARK.len())
            .position(|found| found == Self::MARK.as_bytes())
            .ok_or_else(|| format!("the request holds no {}", Self::MARK))?;
        let first = u64::try_from(connection).map_err(|error| error.to_string())? * PER_CONNECTION;
        Ok(Self { request, place, next: first })
    }
}

impl Script for Numbered {
    fn next(&mut self, request: &mut Vec<u8>) -> Result<(), String> {
        self.next += 1;
        let number = format!("{:012}", self.next);
        request.extend_from_slice(&self.request);
        request[self.place..self.place + number.len()].copy_from_slice(number.as_bytes());
        Ok(())
    }
}

/// The most requests of one connection that differ from those of the next.
const PER_CONNECTION: u64 = 1_000_000_000;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_numbered_request_comes_twice() {
        let request = b"a 000000000000 000000000000".to_vec();
        let mut sent = Vec::new();
        for connection in [0, 1] {
            let mut script = Numbered::new(request.clone(), connection).unwrap();
            for _ in 0..2 {
                let mut next = Vec::new();
                script.next(&mut next).unwrap();
                sent.push(String::from_utf8(next).unwrap());
            }
        }
        assert_eq!(
            sent,
            [
                "a 000000000001 000000000000",
                "a 000000000002 000000000000",
                "a 001000000001 000000000000",
                "a 001000000002 000000000000",
            ]
        );
    }

    #[test]
    fn a_request_without_the_mark_is_refused() {
        let error = Numbered::new(b"a 00000000000".to_vec(), 0).unwrap_err();
        assert_eq!(error, "the request holds no 000000000000");
    }
}
