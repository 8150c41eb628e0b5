//! What verifies an access token: the public keys, with or without a memory of what they verified before.

use crate::{
    confirmations::confirmation_of,
    isolate::Locked,
    token_memory::{Recalled, TokenMemory},
};
use std::{cell::Cell, sync::Arc};
use wayleave_shared::{
    claims::AccessClaims,
    key_set::KeySet,
    session_handle::SessionHandle,
    time::UnixSeconds,
    token::{self, TokenPolicy, TokenRefusal},
    wire::Confirmation,
};

/// Verifies access tokens. Whoever implements it gives the answer of [`token::verify`], only how fast may differ.
pub trait Verifier {
    /// What the token says, if it is good.
    ///
    /// # Errors
    ///
    /// As [`token::verify`].
    fn verify(
        &self,
        token: &str,
        policy: &TokenPolicy,
        now: UnixSeconds,
    ) -> Result<Arc<AccessClaims>, TokenRefusal>;

    /// The session of a token that is ours, expired or not: [`token::session_of`].
    fn session_of(
        &self,
        token: &str,
        policy: &TokenPolicy,
        now: UnixSeconds,
    ) -> Option<SessionHandle>;

    /// Whether there is no key at all.
    fn has_no_keys(&self) -> bool;
}

/// Without a memory.
impl Verifier for KeySet {
    fn verify(
        &self,
        token: &str,
        policy: &TokenPolicy,
        now: UnixSeconds,
    ) -> Result<Arc<AccessClaims>, TokenRefusal> {
        token::verify(token, self, policy, now).map(|verified| Arc::new(verified.into_claims()))
    }

    fn session_of(
        &self,
        token: &str,
        policy: &TokenPolicy,
        now: UnixSeconds,
    ) -> Option<SessionHandle> {
        token::session_of(token, self, policy, now)
    }

    fn has_no_keys(&self) -> bool {
        self.is_empty()
    }
}

/// With a memory.
#[derive(Clone, Copy)]
pub struct Remembering<'a> {
    /// The keys.
    pub keys: &'a KeySet,
    /// Which set of keys that is: [`KeyCache::generation`](crate::key_cache::KeyCache::generation).
    pub generation: u64,
    /// What they verified before.
    pub memory: &'a Locked<TokenMemory>,
    /// What it found out besides.
    pub seen: &'a Cell<Option<Seen>>,
}

/// Whether a token that is good was in the memory.
#[derive(Debug)]
pub enum Seen {
    /// It was, with these claims.
    Before(Arc<AccessClaims>),
    /// It was not. Where it came with a refresh, this tells that it arrived.
    FirstTime(Option<Confirmation>),
}

impl Verifier for Remembering<'_> {
    fn verify(
        &self,
        token: &str,
        policy: &TokenPolicy,
        now: UnixSeconds,
    ) -> Result<Arc<AccessClaims>, TokenRefusal> {
        match self.memory.lock().recall(token, self.generation, now) {
            Recalled::Expired => return Err(TokenRefusal::Expired),
            Recalled::Known(claims) => {
                self.seen.set(Some(Seen::Before(Arc::clone(&claims))));
                return Ok(claims);
            }
            Recalled::Unknown => {}
        }
        let verified = token::verify(token, self.keys, policy, now)?;
        let claims = self.memory.lock().remember(token, verified, self.generation);
        self.seen.set(Some(Seen::FirstTime(confirmation_of(&claims))));
        Ok(claims)
    }

    fn session_of(
        &self,
        token: &str,
        policy: &TokenPolicy,
        now: UnixSeconds,
    ) -> Option<SessionHandle> {
        self.keys.session_of(token, policy, now)
    }

    fn has_no_keys(&self) -> bool {
        self.keys.is_empty()
    }
}
