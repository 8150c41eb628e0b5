//! Answers that are given again to the very same request.
//!
//! A page asks again and again who is logged in, with the same cookies. What it is told rests on its request, and on what [`Holds`] looks at each time.

use crate::{isolate::Isolate, settle::Holds};
use std::fmt;
use wayleave_shared::time::UnixMilliseconds;

/// The last answers, each with the request that it was given to. `Form` is what the platform makes of an answer.
///
/// Bounded: a request has one place, where another may push it out, and a long one has none.
///
/// # Security
///
/// An answer is found by the whole text of a request, its tokens included, and only those are kept that were given to somebody whose token is good and was seen before. So nobody is told
/// what was told to another, and who has no good token changes nothing here.
pub struct Answers<Form> {
    /// By [`place_of`]. Empty until the first one is kept.
    places: Vec<Option<Given<Form>>>,
}

struct Given<Form> {
    head: Box<str>,
    holds: Holds,
    form: Form,
}

impl<Form> Answers<Form> {
    /// None yet.
    #[must_use]
    pub const fn new() -> Self {
        Self { places: Vec::new() }
    }

    /// What the request with this head was answered, if that would be the answer now.
    #[must_use]
    pub fn recall(&self, head: &str, isolate: &Isolate, now: UnixMilliseconds) -> Option<&Form> {
        let given = self.places.get(place_of(head))?.as_ref()?;
        let is_its = *given.head == *head && given.holds.holds(isolate, now);
        is_its.then_some(&given.form)
    }

    /// Keeps the answer to the request with this head. `bytes` is what it takes.
    pub fn keep(&mut self, head: &str, holds: Holds, form: Form, bytes: usize) {
        if head.len() + bytes > MAX_BYTES {
            return;
        }
        if self.places.is_empty() {
            self.places.resize_with(PLACES, || None);
        }
        self.places[place_of(head)] = Some(Given { head: head.into(), holds, form });
    }
}

impl<Form> Default for Answers<Form> {
    fn default() -> Self {
        Self::new()
    }
}

/// Shows neither requests nor answers.
impl<Form> fmt::Debug for Answers<Form> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Answers({} of {PLACES})", self.places.iter().flatten().count())
    }
}

/// Whoever finds two requests of one place only pushes out the one with the other, so this need not be hard to foresee. The product carries every character up to where the highest bits
/// are taken (Knuth, The Art of Computer Programming, volume 3, section 6.4).
fn place_of(head: &str) -> usize {
    let (chunks, rest) = head.as_bytes().as_chunks();
    let step = |hash: u64, chunk: u64| (hash.rotate_left(5) ^ chunk).wrapping_mul(ODD);
    let hash = chunks.iter().map(|chunk| u64::from_le_bytes(*chunk)).fold(0, step);
    let hash = rest.iter().fold(hash, |hash, &byte| step(hash, byte.into()));
    (hash >> (u64::BITS - BITS)) as usize
}

/// 2^64 divided by the golden ratio.
const ODD: u64 = 0x9e37_79b9_7f4a_7c15;

const BITS: u32 = 10;
const PLACES: usize = 1 << BITS;

/// The most bytes of a request and its answer, so that all of them take no more than 4 MiB.
const MAX_BYTES: usize = 4096;
