//! Pulls the revocation feed when what is known of it becomes old.

use super::{Edge, keys, wait::wait_while};
use crate::{
    host::{Host, Kept, ORIGIN_TIMEOUT_MS},
    log::{Level, LogLine},
    origin::{self, Call, OriginError},
    revocations::{Mode, Progress, StaleFeed, Standing},
    single_flight::Ticket,
};
use std::rc::Rc;
use wayleave_shared::{
    feed::{FeedCursor, FeedPage, FeedRefusal, verify_feed},
    session_handle::SessionHandle,
    time::{UnixMilliseconds, UnixSeconds},
    token::{FUTURE_LEEWAY_S, TokenRefusal},
};

/// Whether what is known of revocations may be newer now than a moment ago.
pub(super) async fn renew<H: Host>(host: &H, edge: &Rc<Edge>) -> bool {
    let policy = &edge.settings.revocation;
    let was_failing = edge.feed.borrow().is_failing();
    let claim = edge.feed.borrow_mut().claim_pull(host.now());
    match claim {
        Some(ticket) => pull_in_background(host, edge, ticket),
        None if edge.feed.borrow().is_pulling(host.now()) => {}
        None => return false,
    }
    let limit_ms = match policy.stale_feed {
        // Whoever takes a stale feed does not wait for an origin that is known to be away.
        StaleFeed::Accept if was_failing => 0,
        StaleFeed::Accept => ACCEPTING_WAIT_MS,
        StaleFeed::Reject => ORIGIN_TIMEOUT_MS,
    };
    wait_while(host, limit_ms, || edge.feed.borrow().is_pulling(host.now())).await;
    let standing = edge.feed.borrow().standing(policy.max_staleness_ms, host.now());
    standing != Standing::Stale
}

/// Pulls if what is known is getting old.
pub(super) fn refresh_in_background<H: Host>(host: &H, edge: &Rc<Edge>) {
    let policy = &edge.settings.revocation;
    if policy.default != Mode::Feed {
        return;
    }
    let standing = edge.feed.borrow().standing(policy.max_staleness_ms, host.now());
    if standing != Standing::Ageing {
        return;
    }
    let claim = edge.feed.borrow_mut().claim_pull(host.now());
    if let Some(ticket) = claim {
        pull_in_background(host, edge, ticket);
    }
}

/// A session was ended through this isolate: no token of it is accepted here any more.
pub(super) fn end_session<H: Host>(host: &H, edge: &Edge, session: SessionHandle) {
    let now = host.now().whole_seconds();
    let longest_s = edge.settings.token_policy.max_validity_s.saturating_add(FUTURE_LEEWAY_S);
    let forget_at = UnixSeconds(now.0.saturating_add(longest_s));
    edge.feed.borrow_mut().end_session(session, forget_at, now);
    edge.confirmations.borrow_mut().forget(session);
}

/// In the background, so that it comes to its end also if the client goes away: others may be waiting for it.
fn pull_in_background<H: Host>(host: &H, edge: &Rc<Edge>, ticket: Ticket) {
    let (task_host, edge) = (host.clone(), Rc::clone(edge));
    host.in_background(async move { pull(&task_host, &edge, ticket).await });
}

async fn pull<H: Host>(host: &H, edge: &Rc<Edge>, ticket: Ticket) {
    loop {
        let since = edge.feed.borrow().cursor();
        let (page, asked_at) = match page(host, edge, since).await {
            Ok(page) => page,
            Err(error) => return failed(host, edge, ticket, &error),
        };
        let progress = edge.feed.borrow_mut().take(ticket, &page, asked_at, host.now());
        if !page.keys.is_empty() {
            keys::drop_removed(host, edge);
        }
        if progress == Progress::Done {
            return;
        }
    }
}

/// The page that goes on from here, and when it was asked for: one that another isolate of this place has pulled just now, or the origin's.
async fn page<H: Host>(
    host: &H,
    edge: &Rc<Edge>,
    since: Option<FeedCursor>,
) -> Result<(FeedPage, UnixMilliseconds), PullError> {
    let request = Call::Revocations(since).request(&edge.settings);
    let name = request.url.clone();
    let max_staleness_ms = edge.settings.revocation.max_staleness_ms;
    if let Some(kept) = host.recall(&name).await
        && kept.is_younger_than(max_staleness_ms / 2, host.now())
        && let Ok(page) = verified(host, edge, since, &kept.body).await
    {
        return Ok((page, kept.asked_at));
    }
    let asked_at = host.now();
    let incoming = host.ask_origin(request).await.map_err(OriginError::from)?;
    let page = verified(host, edge, since, origin::revocations(&incoming)?.as_bytes()).await?;
    let kept = Kept { asked_at, body: incoming.body };
    host.keep(name, kept, max_staleness_ms.div_ceil(1_000));
    Ok((page, asked_at))
}

async fn verified<H: Host>(
    host: &H,
    edge: &Rc<Edge>,
    since: Option<FeedCursor>,
    page: &[u8],
) -> Result<FeedPage, FeedRefusal> {
    let page = std::str::from_utf8(page).map_err(|_| FeedRefusal::PageMalformed)?;
    let verified = || {
        let keys = edge.keys.borrow().keys();
        let issuer = &edge.settings.token_policy.issuer;
        verify_feed(page, &keys, issuer, since, host.now().whole_seconds())
    };
    match verified() {
        Err(FeedRefusal::Signature(TokenRefusal::UnknownKey))
            if keys::renew_for_feed(host, edge).await =>
        {
            verified()
        }
        verified => verified,
    }
}

fn failed<H: Host>(host: &H, edge: &Edge, ticket: Ticket, error: &PullError) {
    let now = host.now();
    let mut feed = edge.feed.borrow_mut();
    feed.fail(ticket, now);
    if feed.may_log(now) {
        let consequence = match edge.settings.revocation.stale_feed {
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
