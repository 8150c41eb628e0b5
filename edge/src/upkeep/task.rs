//! The work that no request waits for.

use super::{confirmations, keys, revocations};
use crate::{
    host::{Host, Kept},
    isolate::Isolate,
    single_flight::Ticket,
};
use std::sync::Arc;

/// Something to do beside the requests. A value and not a future, so that each platform decides for itself what a future of its own must be able to do.
#[derive(Debug)]
pub enum Task {
    /// Fetch the public keys.
    FetchKeys(Ticket),
    /// Keep something for the isolates of this place, for so many seconds.
    Keep(String, Kept, u64),
    /// Pull the revocation feed.
    PullFeed(Ticket),
    /// Tell the origin which refresh tokens have arrived.
    SendConfirmations(Ticket),
}

impl Task {
    /// Does it. It comes to its end whatever happens.
    pub async fn run<H: Host>(self, host: &H, isolate: &Arc<Isolate>) {
        match self {
            Self::FetchKeys(ticket) => keys::fetch(host, isolate, ticket).await,
            Self::Keep(name, kept, for_s) => host.keep(&name, &kept, for_s).await,
            Self::PullFeed(ticket) => revocations::pull(host, isolate, ticket).await,
            Self::SendConfirmations(ticket) => confirmations::send(host, isolate, ticket).await,
        }
    }
}
