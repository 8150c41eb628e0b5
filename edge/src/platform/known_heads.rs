//! Statuses and headers that `edge/worker/entry.js` knows by number.
//!
//! Answers that are made at once begin in a few ways. Told once, each is a number from then on, and JavaScript has what the platform makes of it ready.

use super::head;
use crate::answer::{Answer, Header};
use std::cell::RefCell;

thread_local! {
    static HEADS: RefCell<Heads> = const { RefCell::new(Heads(Vec::new())) };
}

#[derive(Default)]
struct Heads(Vec<(u16, Vec<Header>)>);

/// The number of this answer's status and headers, from 1 to [`MOST`]. Nothing where there are too many of them, or a header holds what would end it.
pub(super) fn number_of(answer: &Answer) -> Option<usize> {
    HEADS.with_borrow_mut(|heads| heads.number_of(answer))
}

/// The head of this number, as [`head::answer`] writes it.
pub(super) fn told(number: usize) -> Option<String> {
    HEADS.with_borrow(|heads| heads.told(number))
}

impl Heads {
    fn number_of(&mut self, answer: &Answer) -> Option<usize> {
        let is_it =
            |known: &(u16, Vec<Header>)| known.0 == answer.status && known.1 == answer.headers;
        if let Some(place) = self.0.iter().position(is_it) {
            return Some(place + 1);
        }
        if self.0.len() == MOST || head::lines(answer.status, &answer.headers).is_none() {
            return None;
        }
        self.0.push((answer.status, answer.headers.clone()));
        Some(self.0.len())
    }

    fn told(&self, number: usize) -> Option<String> {
        let (status, headers) = self.0.get(number.checked_sub(1)?)?;
        head::lines(*status, headers)
    }
}

/// The highest number. Only names of allowed origins make more of them than a handful; who finds no room is answered in the usual way.
pub(super) const MOST: usize = 255;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::answer::HeaderEdit;

    fn answer(status: u16, value: &str) -> Answer {
        Answer::new(status, String::new()).with(HeaderEdit::append("X", value.to_owned()))
    }

    #[test]
    fn a_head_keeps_its_number_and_another_gets_another() {
        let mut heads = Heads::default();

        let numbers = [(200, "a"), (200, "b"), (401, "a"), (200, "a")]
            .map(|(status, value)| heads.number_of(&answer(status, value)));

        assert_eq!(numbers, [Some(1), Some(2), Some(3), Some(1)]);
        assert_eq!(heads.told(2).as_deref(), Some("200\nX\nb"));
        assert_eq!(heads.told(3).as_deref(), Some("401\nX\na"));
        assert_eq!((heads.told(0), heads.told(4)), (None, None));
    }

    #[test]
    fn there_are_no_more_than_fit_into_a_byte() {
        let mut heads = Heads::default();
        for number in 1..=MOST {
            assert_eq!(heads.number_of(&answer(200, &number.to_string())), Some(number));
        }

        assert_eq!(heads.number_of(&answer(200, "one more")), None);
        assert_eq!(heads.number_of(&answer(200, "7")), Some(7));
    }

    #[test]
    fn a_header_that_would_become_two_gets_no_number() {
        let mut heads = Heads::default();

        for value in ["a\nSet-Cookie\nb", "a\0b"] {
            assert_eq!(heads.number_of(&answer(200, value)), None);
        }
        assert_eq!(heads.told(1), None);
    }
}
