//! Where the values of a JSON text lie (RFC 8259), without making anything of them.
//!
//! Ours, for no library serves: `serde_json` brings the printing of floating-point numbers and a parser for each type, together a third of the Wasm; smaller ones refuse what JavaScript
//! writes, as half of a surrogate pair, or what lies deep. Whatever is valid or not to `serde_json` is so here: the tests compare them.

/// A text, read from its beginning.
#[derive(Clone, Debug)]
pub(crate) struct Scanner<'text> {
    text: &'text str,
    at: usize,
}

impl<'text> Scanner<'text> {
    pub(crate) const fn new(text: &'text str) -> Self {
        Self { text, at: 0 }
    }

    /// Whether nothing but white space is left.
    pub(crate) fn is_at_end(&mut self) -> bool {
        self.white_space();
        self.at == self.text.len()
    }

    /// Goes past this character, if it is the next one that is not white space.
    pub(crate) fn take(&mut self, wanted: u8) -> bool {
        self.white_space();
        let is_there = self.peek() == Some(wanted);
        self.at += usize::from(is_there);
        is_there
    }

    /// The next value, as it was written. Deep ones take memory, but no stack.
    pub(crate) fn value(&mut self) -> Option<&'text str> {
        self.white_space();
        let start = self.at;
        let mut open = Vec::new();
        loop {
            let begins = self.peek()?;
            match begins {
                b'{' | b'[' => {
                    self.at += 1;
                    if !self.take(closing(begins)) {
                        open.push(begins);
                        self.member_name(begins)?;
                        self.white_space();
                        continue;
                    }
                }
                b'"' => drop(self.string()?),
                b't' => self.word("true")?,
                b'f' => self.word("false")?,
                b'n' => self.word("null")?,
                _ => self.number()?,
            }
            // What the value stands in may end here, and what that stands in.
            loop {
                let Some(&innermost) = open.last() else { return self.text.get(start..self.at) };
                if self.take(b',') {
                    self.member_name(innermost)?;
                    self.white_space();
                    break;
                }
                if !self.take(closing(innermost)) {
                    return None;
                }
                open.pop();
            }
        }
    }

    /// A string, with its quotes and escapes.
    pub(crate) fn string(&mut self) -> Option<&'text str> {
        self.white_space();
        let start = self.at;
        self.byte(b'"')?;
        loop {
            let byte = self.peek()?;
            self.at += 1;
            match byte {
                b'"' => return self.text.get(start..self.at),
                b'\\' => self.escape()?,
                0..0x20 => return None,
                _ => {}
            }
        }
    }

    fn member_name(&mut self, of: u8) -> Option<()> {
        if of == b'{' {
            self.string()?;
            self.white_space();
            self.byte(b':')?;
        }
        Some(())
    }

    fn escape(&mut self) -> Option<()> {
        let byte = self.peek()?;
        self.at += 1;
        match byte {
            b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't' => Some(()),
            b'u' => {
                let digits = self.text.as_bytes().get(self.at..self.at + 4)?;
                self.at += 4;
                digits.iter().all(u8::is_ascii_hexdigit).then_some(())
            }
            _ => None,
        }
    }

    fn number(&mut self) -> Option<()> {
        if self.peek() == Some(b'-') {
            self.at += 1;
        }
        if self.peek() == Some(b'0') {
            self.at += 1;
        } else {
            self.digits()?;
        }
        if self.peek() == Some(b'.') {
            self.at += 1;
            self.digits()?;
        }
        if matches!(self.peek(), Some(b'e' | b'E')) {
            self.at += 1;
            if matches!(self.peek(), Some(b'+' | b'-')) {
                self.at += 1;
            }
            self.digits()?;
        }
        Some(())
    }

    fn digits(&mut self) -> Option<()> {
        let start = self.at;
        while self.peek().is_some_and(|byte| byte.is_ascii_digit()) {
            self.at += 1;
        }
        (self.at > start).then_some(())
    }

    fn word(&mut self, word: &str) -> Option<()> {
        word.bytes().try_for_each(|byte| self.byte(byte))
    }

    fn byte(&mut self, wanted: u8) -> Option<()> {
        let is_there = self.peek() == Some(wanted);
        self.at += usize::from(is_there);
        is_there.then_some(())
    }

    fn white_space(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }
}

const fn closing(opening: u8) -> u8 {
    if opening == b'{' { b'}' } else { b']' }
}

/// What a JSON string says; `None` where the text is none, or holds half of a surrogate pair.
pub(crate) fn unquoted(json: &str) -> Option<String> {
    let mut scanner = Scanner::new(json);
    let quoted = scanner.string()?;
    if !scanner.is_at_end() {
        return None;
    }
    let mut rest = quoted.strip_prefix('"')?.strip_suffix('"')?;
    let mut text = String::with_capacity(rest.len());
    while let Some(escape) = rest.find('\\') {
        text.push_str(rest.get(..escape)?);
        let letter = *rest.as_bytes().get(escape + 1)?;
        rest = rest.get(escape + 2..)?;
        text.push(match letter {
            b'b' => '\u{8}',
            b'f' => '\u{c}',
            b'n' => '\n',
            b'r' => '\r',
            b't' => '\t',
            b'u' => character(&mut rest)?,
            itself => char::from(itself),
        });
    }
    text.push_str(rest);
    Some(text)
}

/// One character from the digits of `\uXXXX`, or of two of them.
fn character(rest: &mut &str) -> Option<char> {
    let first = unit(rest)?;
    let second = if (0xD800..0xDC00).contains(&first) {
        *rest = rest.strip_prefix("\\u")?;
        Some(unit(rest)?)
    } else {
        None
    };
    char::decode_utf16([first].into_iter().chain(second)).next()?.ok()
}

fn unit(rest: &mut &str) -> Option<u16> {
    let unit = u16::from_str_radix(rest.get(..4)?, 16).ok()?;
    *rest = rest.get(4..)?;
    Some(unit)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::value::RawValue;

    fn scanned(text: &str) -> Option<&str> {
        let mut scanner = Scanner::new(text);
        let value = scanner.value()?;
        scanner.is_at_end().then_some(value)
    }

    fn same(text: &str) {
        let expected = serde_json::from_str::<&RawValue>(text).ok().map(RawValue::get);
        assert_eq!(scanned(text), expected, "{text:?}");
        assert_eq!(unquoted(text), serde_json::from_str::<String>(text).ok(), "{text:?}");
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(20_000))]

        /// Of pieces of JSON, so that much of it is nearly valid.
        #[test]
        fn what_is_valid_and_what_it_says_is_as_to_serde_json(
            pieces in prop::collection::vec(
                prop::sample::select(vec![
                    "{", "}", "[", "]", ",", ":", "\"", "\"a\"", "\"a\":", "\\", "\\u", "\\ud83d", "\\ude00", "\\u0041", "\\n", "\\/",
                    "\\x", "0", "00", "1", "-", "-0", ".", ".5", "e", "E+", "1e9", "true", "tru", "false", "null", "nul", " ", "\t",
                    "\n", "\r", "\u{b}", "\u{0}", "\u{1f}", "\u{7f}", "é", "🦀", "\u{feff}", "abcd", "dead",
                ]),
                0..12,
            ),
        ) {
            same(&pieces.concat());
        }

        #[test]
        fn strings_say_the_same(inner in "(\\\\(u[0-9a-fA-F]{3,4}|u[dD][89a-fA-F][0-9a-f]{2}|.)|[ -~é🦀\u{1}])*") {
            same(&format!("\"{inner}\""));
        }

        #[test]
        fn valid_values_are_taken_whole(
            value in prop::sample::select(vec!["1.50e-3", "\"\\ud800\"", "{\"a\" : [1, {\"b\":null}]}", "[[],{}]", "-0.0"]),
            before in "[ \t\r\n]{0,3}",
            after in "[ \t\r\n]{0,3}",
        ) {
            let text = format!("{before}{value}{after}");
            same(&text);
            prop_assert_eq!(scanned(&text), Some(value));
        }
    }

    #[test]
    fn halves_of_surrogate_pairs_are_valid_and_say_nothing() {
        for (inner, says) in [
            (r"\ud83e\udd80", Some("🦀")),
            (r"\uD83E\uDD80x", Some("🦀x")),
            (r"\ud83e", None),
            (r"\udd80", None),
            (r"\udd80\ud83e", None),
            (r"\ud83e\ud83e", None),
            (r"\ud83e\ndd80", None),
            (r"\ud83e..dd80", None),
            (r"\ud83e\u0041", None),
            (r"\ud83eé", None),
        ] {
            let text = format!("\"{inner}\"");
            same(&text);
            assert_eq!((scanned(&text), unquoted(&text).as_deref()), (Some(text.as_str()), says));
        }
    }

    #[test]
    fn what_lies_deep_takes_no_stack() {
        let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
        assert_eq!(scanned(&deep), Some(deep.as_str()));
        let open = "{\"a\":".repeat(100_000);
        assert_eq!(scanned(&open), None);
    }
}
