//! Answers, read from bytes.

use httparse::{EMPTY_HEADER, Header, Response, Status, parse_chunk_size};
use std::io::{self, ErrorKind};

/// One answer, whole.
#[derive(Debug)]
pub struct Answer<'a> {
    /// Its status.
    pub status: u16,
    headers: &'a [Header<'a>],
    /// Its body, put together if it came in pieces.
    pub body: &'a [u8],
}

impl<'a> Answer<'a> {
    /// The value of the first line with this name, whatever its case.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&'a str> {
        self.headers(name).next()
    }

    /// The values of all lines with this name.
    pub fn headers(&self, name: &str) -> impl Iterator<Item = &'a str> {
        self.headers
            .iter()
            .filter(move |header| header.name.eq_ignore_ascii_case(name))
            .filter_map(|header| std::str::from_utf8(header.value).ok())
    }

    /// The value of a cookie that this answer sets.
    #[must_use]
    pub fn cookie(&self, name: &str) -> Option<&'a str> {
        self.headers("set-cookie").find_map(|line| {
            let (set, value) = line.split(';').next()?.split_once('=')?;
            (set == name).then_some(value)
        })
    }

    /// Fine if the status is one from 200 to 299.
    ///
    /// # Errors
    ///
    /// A sentence with the status and the beginning of the body.
    pub fn success(&self) -> Result<(), String> {
        if (200..300).contains(&self.status) { Ok(()) } else { Err(self.described()) }
    }

    /// The status and the beginning of the body, for errors.
    #[must_use]
    pub fn described(&self) -> String {
        let text = String::from_utf8_lossy(self.body);
        let beginning: String = text.trim().chars().take(300).collect();
        format!("{} {beginning}", self.status)
    }
}

/// How far an answer has come.
pub(super) enum Read<T> {
    /// Not all of it is there.
    Partial,
    /// It is there; so many bytes are its own.
    Whole(T, usize),
}

/// Whether the connection stays open after this answer.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum After {
    Open,
    Closed,
}

/// Reads an answer from the beginning of the buffer, and hands it on if it is whole. `body` is room for one that came in chunks.
pub(super) fn read<T>(
    bytes: &[u8],
    body: &mut Vec<u8>,
    see: impl FnOnce(&Answer<'_>) -> T,
) -> io::Result<Read<(T, After)>> {
    let mut headers = [EMPTY_HEADER; 64];
    let mut response = Response::new(&mut headers);
    let head = match response.parse(bytes) {
        Ok(Status::Complete(head)) => head,
        Ok(Status::Partial) => return Ok(Read::Partial),
        Err(error) => return Err(io::Error::new(ErrorKind::InvalidData, error)),
    };
    let status = response.code.unwrap_or_default();
    let mut answer = Answer { status, headers: response.headers, body: &[] };
    let rest = &bytes[head..];
    let length = if status == 204 || status == 304 {
        0
    } else if let Some(length) = answer.header("content-length") {
        let length = length.parse().map_err(io::Error::other)?;
        if rest.len() < length {
            return Ok(Read::Partial);
        }
        answer.body = &rest[..length];
        length
    } else if answer.header("transfer-encoding").is_some() {
        body.clear();
        let Some(length) = dechunk(rest, body)? else { return Ok(Read::Partial) };
        answer.body = body;
        length
    } else {
        return Err(io::Error::new(ErrorKind::InvalidData, "an answer without a length"));
    };
    let closes =
        answer.header("connection").is_some_and(|value| value.eq_ignore_ascii_case("close"));
    let after = if closes { After::Closed } else { After::Open };
    Ok(Read::Whole((see(&answer), after), head + length))
}

/// Puts a body in chunks together, and says how many bytes it took; nothing if it has not ended.
fn dechunk(mut bytes: &[u8], body: &mut Vec<u8>) -> io::Result<Option<usize>> {
    let all = bytes.len();
    loop {
        let chunk = parse_chunk_size(bytes)
            .map_err(|_| io::Error::new(ErrorKind::InvalidData, "a chunk without a size"))?;
        let Status::Complete((line, size)) = chunk else { return Ok(None) };
        let size = usize::try_from(size).map_err(io::Error::other)?;
        let Some(end) = line.checked_add(size).and_then(|end| end.checked_add(LINE_END)) else {
            return Err(io::Error::new(ErrorKind::InvalidData, "a chunk that is too long"));
        };
        if bytes.len() < end {
            return Ok(None);
        }
        body.extend_from_slice(&bytes[line..line + size]);
        bytes = &bytes[end..];
        if size == 0 {
            return Ok(Some(all - bytes.len()));
        }
    }
}

const LINE_END: usize = 2;
