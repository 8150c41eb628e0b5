//! Access tokens as the origin signs them, in any number.

use crate::{
    failure::Failure,
    load::{Script, request},
    side::ISSUER,
};
use base64ct::{Base64UrlUnpadded, Encoding};
use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, SystemTime},
};
use wayleave_shared::{
    anti_csrf::AntiCsrfToken,
    claims::{AccessClaims, RefreshHashPrefix},
    json::Json,
    key_set::KeyId,
    session_handle::SessionHandle,
    sign::SigningKey,
    time::UnixSeconds,
    user_id::UserId,
};

/// Signs with the origin's key. No two of its tokens are the same: each is of another session of one user.
pub(super) struct Mint {
    key: SigningKey,
    user_id: UserId,
    payload: Json,
    begun: UnixSeconds,
    next: AtomicU64,
}

impl Mint {
    /// With the key that an origin got as `WAYLEAVE_SIGNING_KEY`, and published under this id.
    pub(super) fn new(seed: &[u8; 32], key_id: KeyId) -> Result<Self, Failure> {
        let failed = |error: &dyn std::fmt::Display| Failure::Other(format!("the mint: {error}"));
        Ok(Self {
            key: SigningKey::from_seed(key_id, seed),
            user_id: UserId::text(USER_ID).map_err(|error| failed(&error))?,
            payload: Json::parse(r#"{"role":"admin"}"#).map_err(|error| failed(&error))?,
            begun: now(),
            next: AtomicU64::new(0),
        })
    }

    /// A token that nobody has seen.
    pub(super) fn token(&self) -> Result<String, String> {
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        let mut random = [0x5a; 12];
        random[4..].copy_from_slice(&number.to_be_bytes());
        let claims = AccessClaims {
            issuer: ISSUER.to_owned(),
            audience: None,
            user_id: self.user_id.clone(),
            session: SessionHandle::new(&self.user_id, random),
            issued_at: self.begun,
            expires_at: UnixSeconds(self.begun.0 + VALIDITY_S),
            anti_csrf: Some(AntiCsrfToken::from_bytes([0xa5; 16])),
            refresh_hash: RefreshHashPrefix([0x3c; 16]),
            // As at log-in: a later generation would be confirmed at the origin.
            generation: 0,
            payload: Some(self.payload.clone()),
        };
        self.key.sign(&claims).map_err(|error| error.to_string())
    }
}

/// A browser's request with this access token.
pub(super) fn write_request(bytes: &mut Vec<u8>, path: &str, token: &str) {
    let cookie = format!("sAccessToken={token}");
    request::write(bytes, "GET", path, &[("cookie", &cookie)], None);
}

/// Requests of which each carries another token, minted before the time begins.
pub(super) struct Distinct {
    mint: Arc<Mint>,
    path: &'static str,
    connections: u32,
    tokens: Vec<String>,
}

impl Distinct {
    /// One for each of so many connections.
    pub(super) fn for_each(
        mint: &Arc<Mint>,
        path: &'static str,
        connections: u32,
    ) -> Vec<Box<dyn Script>> {
        let one = |_| {
            let mint = Arc::clone(mint);
            Box::new(Self { mint, path, connections, tokens: Vec::new() }) as Box<dyn Script>
        };
        (0..connections).map(one).collect()
    }
}

impl Script for Distinct {
    fn prepare(&mut self, length: Duration) -> Result<(), String> {
        let seconds = length.as_secs() + 1;
        let enough = u64::from(MOST_PER_SECOND / self.connections) * seconds;
        self.tokens.clear();
        for _ in 0..enough {
            self.tokens.push(self.mint.token()?);
        }
        Ok(())
    }

    fn next(&mut self, request: &mut Vec<u8>) -> Result<(), String> {
        let token = self.tokens.pop().ok_or_else(|| {
            format!("more than {MOST_PER_SECOND} requests per second: mint more tokens")
        })?;
        write_request(request, self.path, &token);
        Ok(())
    }
}

/// A new seed, as the origin takes it and as we do.
pub(super) fn seed() -> Result<([u8; 32], String), Failure> {
    let mut seed = [0; 32];
    getrandom::fill(&mut seed).map_err(|error| Failure::Other(error.to_string()))?;
    Ok((seed, Base64UrlUnpadded::encode_string(&seed)))
}

#[expect(clippy::disallowed_methods, reason = "the edge looks at the real time")]
fn now() -> UnixSeconds {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    UnixSeconds(since.unwrap_or_default().as_secs())
}

/// Whose sessions they are.
pub(super) const USER_ID: &str = "018f2b5c-7a1e-7c3d-9a55-0242ac120002";

const VALIDITY_S: u64 = 3600;

/// More than any side answers on one core.
const MOST_PER_SECOND: u32 = 16_000;
