//! The edge's part, done by the load with the edge's own code: verifying access tokens, and telling the origin which refresh tokens have arrived.

use super::stage::Stage;
use crate::{failure::Failure, side::ISSUER};
use std::{cell::Cell, sync::Arc, time::SystemTime};
use wayleave_edge::{
    confirmations::{COLLECT_MS, Confirmations, MAX_WAITING},
    isolate::Locked,
    single_flight::Ticket,
    token_memory::TokenMemory,
    verifier::{Remembering, Seen, Verifier},
};
use wayleave_shared::{
    claims::AccessClaims,
    key_set::{JsonWebKeySet, KeySet},
    time::UnixMilliseconds,
    token::TokenPolicy,
    wire::Confirmation,
};

/// What an isolate keeps, as far as it matters here. Several connections share one.
pub(super) struct Isolate {
    keys: Arc<KeySet>,
    policy: TokenPolicy,
    tokens: Locked<TokenMemory>,
    confirmations: Locked<Waiting>,
}

/// Confirmations, and who sends them when.
#[derive(Default)]
struct Waiting {
    confirmations: Confirmations,
    /// The task that sends them, until when it collects, and whether a call of it is under way.
    task: Option<(Ticket, UnixMilliseconds, bool)>,
}

impl Isolate {
    /// One for every [`CONNECTIONS_PER_ISOLATE`] of so many connections, one entry for each connection.
    ///
    /// # Errors
    ///
    /// [`Failure`] if the origin publishes no keys.
    pub(super) async fn for_each(
        stage: &Stage,
        connections: usize,
    ) -> Result<Vec<Arc<Self>>, Failure> {
        let published = stage.origin.ask("GET", "/.well-known/jwks.json", None).await?;
        let published: JsonWebKeySet =
            serde_json::from_value(published).map_err(|error| Failure::Other(error.to_string()))?;
        let keys = Arc::new(KeySet::from_published(&published));
        let one = || {
            let policy = TokenPolicy {
                issuer: ISSUER.to_owned(),
                audience: None,
                max_validity_s: MAX_VALIDITY_S,
            };
            let tokens = Locked::default();
            Arc::new(Self {
                keys: Arc::clone(&keys),
                policy,
                tokens,
                confirmations: Locked::default(),
            })
        };
        let isolates: Vec<_> =
            (0..connections.div_ceil(CONNECTIONS_PER_ISOLATE)).map(|_| one()).collect();
        let of_connection = |number: usize| Arc::clone(&isolates[number / CONNECTIONS_PER_ISOLATE]);
        Ok((0..connections).map(of_connection).collect())
    }

    /// Verifies a token, or remembers it. One that came with a refresh is noted when it is first seen.
    ///
    /// # Errors
    ///
    /// A sentence.
    pub(super) fn verify(&self, token: &str) -> Result<Arc<AccessClaims>, String> {
        let seen = Cell::new(None);
        let verifier =
            Remembering { keys: &self.keys, generation: 0, memory: &self.tokens, seen: &seen };
        let claims = verifier
            .verify(token, &self.policy, now().whole_seconds())
            .map_err(|refusal| format!("its access token is refused: {}", refusal.name()))?;
        if let Some(Seen::FirstTime(Some(arrived))) = seen.take() {
            let confirmations = &mut self.confirmations.lock().confirmations;
            confirmations.note(arrived);
            // What is not noted would not be confirmed, and cost less than it should.
            if confirmations.waiting() >= MAX_WAITING {
                return Err("more confirmations wait than an isolate keeps".to_owned());
            }
        }
        Ok(claims)
    }

    /// What a connection has to tell the origin now, if it is up to it: what was collected for as long as the edge collects, one call at a time.
    pub(super) fn to_confirm(&self) -> Option<Vec<Confirmation>> {
        let now = now();
        let Waiting { confirmations, task } = &mut *self.confirmations.lock();
        if task.is_none() {
            let ticket = confirmations.claim_send(now)?;
            *task = Some((ticket, collected(now), false));
        }
        let (ticket, due, is_sending) = task.as_mut()?;
        if *is_sending || now < *due {
            return None;
        }
        let next = confirmations.next(*ticket, now);
        if next.is_empty() {
            *task = None;
            return None;
        }
        *is_sending = true;
        Some(next)
    }

    /// The origin was told these.
    pub(super) fn confirmed(&self, told: &[Confirmation]) {
        let Waiting { confirmations, task } = &mut *self.confirmations.lock();
        confirmations.confirm(told);
        if let Some((_, due, is_sending)) = task {
            (*due, *is_sending) = (collected(now()), false);
        }
    }
}

fn collected(now: UnixMilliseconds) -> UnixMilliseconds {
    UnixMilliseconds(now.0 + u64::from(COLLECT_MS))
}

/// The time on this machine's clock.
#[expect(clippy::disallowed_methods, reason = "the origin issues tokens by the real time")]
pub(super) fn now() -> UnixMilliseconds {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    UnixMilliseconds(u64::try_from(since.as_millis()).unwrap_or(u64::MAX))
}

/// How many connections of the load are one isolate's. An isolate tells the origin at most 500 refreshes in a tenth of a second: fewer isolates could not keep up.
pub(super) const CONNECTIONS_PER_ISOLATE: usize = 8;

/// The origin's default.
const MAX_VALIDITY_S: u64 = 3600;
