//! An answer that the edge makes itself, and changes to one that the app made.

use std::borrow::Cow;

/// A header's name and value.
pub type Header = (Cow<'static, str>, Cow<'static, str>);

/// A complete answer, before it becomes the platform's response.
///
/// ```
/// use wayleave_edge::answer::{Answer, HeaderEdit};
///
/// let mut answer = Answer::new(200, "{}".into());
/// answer.apply([HeaderEdit::append("Vary", "Origin"), HeaderEdit::set("ETag", "\"1\"")]);
/// assert_eq!(answer.header("etag"), Some("\"1\""));
/// ```
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// The headers; a name may stand several times.
    pub headers: Vec<Header>,
    /// The body, JSON or empty.
    pub body: String,
}

/// One change to the headers of an answer.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum HeaderEdit {
    /// One more header of this name.
    Append(Header),
    /// None of this name.
    Remove(Cow<'static, str>),
    /// Exactly this one of this name.
    Set(Header),
}

impl HeaderEdit {
    /// One more header of this name.
    pub fn append(name: impl Into<Cow<'static, str>>, value: impl Into<Cow<'static, str>>) -> Self {
        Self::Append((name.into(), value.into()))
    }

    /// None of this name.
    pub fn remove(name: impl Into<Cow<'static, str>>) -> Self {
        Self::Remove(name.into())
    }

    /// Exactly this one of this name.
    pub fn set(name: impl Into<Cow<'static, str>>, value: impl Into<Cow<'static, str>>) -> Self {
        Self::Set((name.into(), value.into()))
    }
}

impl Answer {
    /// An answer without headers.
    #[must_use]
    pub const fn new(status: u16, body: String) -> Self {
        Self { status, headers: Vec::new(), body }
    }

    /// Changes the headers, in order.
    pub fn apply(&mut self, edits: impl IntoIterator<Item = HeaderEdit>) {
        for edit in edits {
            match edit {
                HeaderEdit::Append(header) => self.headers.push(header),
                HeaderEdit::Remove(name) => self.without(&name),
                HeaderEdit::Set(header) => {
                    self.without(&header.0);
                    self.headers.push(header);
                }
            }
        }
    }

    /// The same answer with one more change.
    #[must_use]
    pub fn with(mut self, edit: HeaderEdit) -> Self {
        self.apply([edit]);
        self
    }

    /// The first header of this name, in any case.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.all(name).next()
    }

    /// Every header of this name, in any case.
    pub fn all<'answer>(&'answer self, name: &str) -> impl Iterator<Item = &'answer str> {
        self.headers
            .iter()
            .filter(move |(known, _)| known.eq_ignore_ascii_case(name))
            .map(|(_, value)| &**value)
    }

    fn without(&mut self, name: &str) {
        self.headers.retain(|(known, _)| !known.eq_ignore_ascii_case(name));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn edits_apply_in_order_and_without_regard_to_case() {
        let mut answer = Answer::new(200, String::new());
        answer.apply([
            HeaderEdit::append("Set-Cookie", "a=1"),
            HeaderEdit::append("set-cookie", "b=2"),
            HeaderEdit::set("Cache-Control", "public"),
            HeaderEdit::set("cache-control", "no-store"),
            HeaderEdit::append("x-gone", "1"),
            HeaderEdit::remove("X-Gone"),
        ]);
        assert_eq!(answer.all("SET-COOKIE").collect::<Vec<_>>(), ["a=1", "b=2"]);
        assert_eq!(answer.all("cache-control").collect::<Vec<_>>(), ["no-store"]);
        assert_eq!(answer.header("x-gone"), None);
    }
}
