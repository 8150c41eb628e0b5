//! Pulls the revocation feed when what is known of it becomes old.

use super::{Task, keys, wait::wait_while};
use crate::{
    host::{Host, Kept, ORIGIN_TIMEOUT_MS},
    isolate::Isolate,
    log::{Level, LogLine},
    origin::{self, Call, OriginError},
    revocations::{Mode, Progress, StaleFeed, Standing},
    single_flight::Ticket,
};
use std::sync::Arc;
use wayleave_shared::{
    feed::{FeedCursor, FeedPage, FeedRefusal, verify_feed},
    key_set::KeySet,
    session_handle::SessionHandle,
    time::{UnixMilliseconds, UnixSeconds},
    token::{FUTURE_LEEWAY_S, TokenRefusal},
};

/// Whether what is known of revocations may be newer now than a moment ago.
pub(crate) async fn renew<H: Host>(host: &H, isolate: &Arc<Isolate>) -> bool {
    let policy = &isolate.settings.revocation;
    let now = host.now();
    let (was_failing, claim) = {
        let mut feed = isolate.feed.lock();
        // Another thread has renewed it meanwhile.
        if feed.standing(policy.max_staleness_ms, now) != Standing::Stale {
            return true;
        }
        let (was_failing, claim) = (feed.is_failing(), feed.claim_pull(now));
        if claim.is_none() && !feed.is_pulling(now) {
            return false;
        }
        (was_failing, claim)
    };
    if let Some(ticket) = claim {
        host.in_background(isolate, Task::PullFeed(ticket));
    }
    let limit_ms = match policy.stale_feed {
        // Whoever takes a stale feed does not wait for an origin that is known to be away.
        StaleFeed::Accept if was_failing => 0,
        StaleFeed::Accept => ACCEPTING_WAIT_MS,
        StaleFeed::Reject => ORIGIN_TIMEOUT_MS,
    };
    wait_while(host, limit_ms, || isolate.feed.lock().is_pulling(host.now())).await;
    let standing = isolate.feed.lock().standing(policy.max_staleness_ms, host.now());
    standing != Standing::Stale
}

/// Pulls if what is known is getting old.
pub(crate) fn refresh_in_background<H: Host>(host: &H, isolate: &Arc<Isolate>) {
    if !is_refresh_due(isolate, host.now()) {
        return;
    }
    let claim = isolate.feed.lock().claim_pull(host.now());
    if let Some(ticket) = claim {
        host.in_background(isolate, Task::PullFeed(ticket));
    }
}

/// Whether [`refresh_in_background`] would do something.
pub(super) fn is_refresh_due(isolate: &Isolate, now: UnixMilliseconds) -> bool {
    let policy = &isolate.settings.revocation;
    let feed = isolate.feed.lock();
    policy.default == Mode::Feed
        && feed.standing(policy.max_staleness_ms, now) == Standing::Ageing
        && feed.may_pull(now)
}

/// A session was ended through this isolate: no token of it is accepted here any more.
pub(crate) fn end_session<H: Host>(host: &H, isolate: &Isolate, session: SessionHandle) {
    let now = host.now().whole_seconds();
    let longest_s = isolate.settings.token_policy.max_validity_s.saturating_add(FUTURE_LEEWAY_S);
    let forget_at = UnixSeconds(now.0.saturating_add(longest_s));
    isolate.feed.lock().end_session(session, forget_at, now);
    isolate.confirmations.lock().forget(session);
}

/// In the background, so that it comes to its end also if the client goes away: others may be waiting for it.
pub(super) async fn pull<H: Host>(host: &H, isolate: &Arc<Isolate>, ticket: Ticket) {
    loop {
        let since = isolate.feed.lock().cursor();
        let (page, asked_at) = match page(host, isolate, since).await {
            Ok(page) => page,
            Err(error) => return failed(host, isolate, ticket, &error),
        };
        let progress = isolate.feed.lock().take(ticket, &page, asked_at, host.now());
        if !page.keys.is_empty() {
            keys::drop_removed(host, isolate);
        }
        if progress == Progress::Done {
            return;
        }
    }
}

/// The page that goes on from here, and when it was asked for: one that another isolate of this place has pulled just now, or the origin's.
async fn page<H: Host>(
    host: &H,
    isolate: &Arc<Isolate>,
    since: Option<FeedCursor>,
) -> Result<(FeedPage, UnixMilliseconds), PullError> {
    let request = Call::Revocations(since).request(&isolate.settings);
    let name = request.url.clone();
    let max_staleness_ms = isolate.settings.revocation.max_staleness_ms;
    if let Some(kept) = host.recall(&name).await
        && kept.is_younger_than(max_staleness_ms / 2, host.now())
        && let Ok(page) = verified(host, isolate, since, &kept.body).await
    {
        return Ok((page, kept.asked_at));
    }
    let asked_at = host.now();
    let incoming = host.ask_origin(request).await.map_err(OriginError::from)?;
    let page = verified(host, isolate, since, origin::revocations(&incoming)?.as_bytes()).await?;
    let kept = Kept { asked_at, body: incoming.body };
    host.in_background(isolate, Task::Keep(name, kept, max_staleness_ms.div_ceil(1_000)));
    Ok((page, asked_at))
}

async fn verified<H: Host>(
    host: &H,
    isolate: &Arc<Isolate>,
    since: Option<FeedCursor>,
    page: &[u8],
) -> Result<FeedPage, FeedRefusal> {
    let page = std::str::from_utf8(page).map_err(|_| FeedRefusal::PageMalformed)?;
    let verified = |keys: &KeySet| {
        let issuer = &isolate.settings.token_policy.issuer;
        verify_feed(page, keys, issuer, since, host.now().whole_seconds())
    };
    let keys = isolate.keys.lock().keys();
    match verified(&keys) {
        Err(FeedRefusal::Signature(TokenRefusal::UnknownKey))
            if keys::renew_for_feed(host, isolate, &keys).await =>
        {
            let newer = isolate.keys.lock().keys();
            verified(&newer)
        }
        verified => verified,
    }
}

fn failed<H: Host>(host: &H, isolate: &Isolate, ticket: Ticket, error: &PullError) {
    let now = host.now();
    let mut feed = isolate.feed.lock();
    feed.fail(ticket, now);
    if feed.may_log(now) {
        let consequence = match isolate.settings.revocation.stale_feed {
            StaleFeed::Accept => "requests go on with what is known",
            StaleFeed::Reject => "requests with a session are refused once it is too old",
        };
        host.log(
            LogLine::new(Level::Error, "the revocation feed could not be renewed")
                .with("reason", error)
                .with("feed.consequence", &consequence),
        );
    }
}

/// Why a pull failed. For the log.
#[derive(Debug, thiserror::Error)]
enum PullError {
    #[error(transparent)]
    Origin(#[from] OriginError),
    #[error(transparent)]
    Page(#[from] FeedRefusal),
}

/// How long a request waits for a pull where a stale feed is accepted anyway, in milliseconds.
const ACCEPTING_WAIT_MS: u32 = 1_000;
