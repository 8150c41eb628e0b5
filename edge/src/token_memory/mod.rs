//! The tokens that were verified before, so that the next request with one costs a comparison instead of a signature.
//!
//! | file | what it decides |
//! |---|---|
//! | `recency` | which token was used least recently |

mod recency;

use hashbrown::HashTable;
use recency::Recency;
use std::{fmt, sync::Arc};
use wayleave_shared::{claims::AccessClaims, time::UnixSeconds, token::VerifiedToken};

/// Verified tokens, bounded by number and bytes; what was not used for longest goes first.
///
/// # Security
///
/// Only a [`VerifiedToken`] gets in, and it is found by its whole text, so nothing that an attacker sends can be taken for another's token. What was true
/// when the token was verified and may not be true now is looked at on every hit: here its expiry and the *generation* of the key set, which changes whenever
/// a key goes and then empties the memory; revocation and the anti-CSRF token by [`decide`](crate::decide::decide), as for any other token.
///
/// ```
/// use wayleave_edge::token_memory::{Recalled, TokenMemory};
/// use wayleave_shared::time::UnixSeconds;
///
/// let mut memory = TokenMemory::default();
/// assert!(matches!(memory.recall("a.b.c", 0, UnixSeconds(0)), Recalled::Unknown));
/// ```
#[derive(Default)]
pub struct TokenMemory {
    /// The key set under which all of these were verified.
    generation: u64,
    /// Where each token is, by [`hash`].
    places: HashTable<usize>,
    /// Indexed by place.
    remembered: Vec<Option<Remembered>>,
    free: Vec<usize>,
    recency: Recency,
    bytes: usize,
}

/// What the memory says of a token.
#[derive(Clone, Debug)]
pub enum Recalled {
    /// It was good, and has expired.
    Expired,
    /// It was verified, and nothing that the memory knows of has changed.
    Known(Arc<AccessClaims>),
    /// It has to be verified.
    Unknown,
}

struct Remembered {
    token: Box<str>,
    claims: Arc<AccessClaims>,
}

impl TokenMemory {
    /// What is known of a token under the key set of this generation.
    pub fn recall(&mut self, token: &str, generation: u64, now: UnixSeconds) -> Recalled {
        self.keep_up_with(generation);
        let Some(place) = self.place_of(token) else { return Recalled::Unknown };
        let Some(remembered) = &self.remembered[place] else { return Recalled::Unknown };
        if now.0 >= remembered.claims.expires_at.0 {
            self.forget(place);
            return Recalled::Expired;
        }
        let claims = Arc::clone(&remembered.claims);
        self.recency.touch(place);
        Recalled::Known(claims)
    }

    /// Remembers a token that was verified under the key set of this generation.
    pub fn remember(
        &mut self,
        token: &str,
        verified: VerifiedToken,
        generation: u64,
    ) -> Arc<AccessClaims> {
        self.keep_up_with(generation);
        let claims = Arc::new(verified.into_claims());
        if let Some(place) = self.place_of(token) {
            self.forget(place);
        }
        while self.places.len() >= MAX_TOKENS || self.bytes + cost_bytes(token) > MAX_BYTES {
            let Some(oldest) = self.recency.oldest() else { break };
            self.forget(oldest);
        }
        let place = self.free.pop().unwrap_or_else(|| {
            self.remembered.push(None);
            self.remembered.len() - 1
        });
        self.bytes += cost_bytes(token);
        self.recency.push(place);
        self.remembered[place] =
            Some(Remembered { token: token.into(), claims: Arc::clone(&claims) });
        let remembered = &self.remembered;
        self.places.insert_unique(hash(token), place, |&place| hash(token_at(remembered, place)));
        claims
    }

    /// How many tokens are remembered.
    #[must_use]
    pub fn len(&self) -> usize {
        self.places.len()
    }

    /// Whether none is.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.places.is_empty()
    }

    /// What they take, in bytes: an upper estimate.
    #[must_use]
    pub const fn memory_bytes(&self) -> usize {
        self.bytes
    }

    fn place_of(&self, token: &str) -> Option<usize> {
        let is_it = |&place: &usize| token_at(&self.remembered, place) == token;
        self.places.find(hash(token), is_it).copied()
    }

    fn keep_up_with(&mut self, generation: u64) {
        if self.generation != generation {
            *self = Self { generation, ..Self::default() };
        }
    }

    fn forget(&mut self, place: usize) {
        let Some(remembered) = self.remembered[place].take() else { return };
        self.bytes -= cost_bytes(&remembered.token);
        if let Ok(entry) = self.places.find_entry(hash(&remembered.token), |&known| known == place)
        {
            entry.remove();
        }
        self.recency.remove(place);
        self.free.push(place);
    }
}

fn token_at(remembered: &[Option<Remembered>], place: usize) -> &str {
    remembered[place].as_ref().map_or("", |remembered| &remembered.token)
}

/// The end of a token is that of its signature, which is as good as random, and nobody can choose it: only tokens that the origin signed get in. So a few of its
/// characters tell tokens apart, and the whole text is compared once. The product carries them up to where a table looks: at the highest bits.
fn hash(token: &str) -> u64 {
    let end = token.as_bytes().last_chunk().map_or(0, |end| u64::from_le_bytes(*end));
    end.wrapping_mul(ODD).rotate_right(32)
}

/// 2^64 divided by the golden ratio (Knuth, The Art of Computer Programming, volume 3, section 6.4).
const ODD: u64 = 0x9e37_79b9_7f4a_7c15;

/// The token, its claims, which are three quarters of it at most, and what goes around them.
const fn cost_bytes(token: &str) -> usize {
    2 * token.len() + 512
}

/// Shows no token.
impl fmt::Debug for TokenMemory {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "TokenMemory({} tokens, {} bytes)", self.places.len(), self.bytes)
    }
}

/// The most tokens that are remembered.
pub const MAX_TOKENS: usize = 8_192;

/// The most bytes that they may take.
pub const MAX_BYTES: usize = 12 * 1024 * 1024;

#[cfg(test)]
mod tests;
