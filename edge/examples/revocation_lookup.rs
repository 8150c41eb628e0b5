//! How much memory a million revoked sessions take, and how long a lookup and a page take.
//!
//! Run with `cargo run --release -p wayleave-edge --example revocation_lookup`.

use std::{hint::black_box, io::Write};
use wayleave_edge::revocations::Revocations;
use wayleave_shared::{
    feed::{FeedCursor, FeedPage, RevokedSession},
    session_handle::SessionHandle,
    time::UnixSeconds,
};

const SESSIONS: u64 = 1_000_000;
const PAGE: u64 = 20_000;
const LOOKUPS: u64 = 4_000_000;
const NOW: UnixSeconds = UnixSeconds(1_700_000_000);

fn main() -> std::io::Result<()> {
    let mut revocations = Revocations::default();
    let mut page_ms = Vec::new();
    for start in (0..SESSIONS).step_by(20_000) {
        let page = page(start);
        page_ms.push(milliseconds(|| revocations.add(&page, NOW)));
    }
    let found = |from: u64| {
        let mut found = 0_u64;
        let ms = milliseconds(|| {
            for number in 0..LOOKUPS {
                let session = handle(from + number * 7_919 % SESSIONS);
                found += u64::from(revocations.has_session(black_box(session), NOW));
            }
        });
        (found, ms)
    };
    let (hits, hit_ms) = found(0);
    let (misses, miss_ms) = found(SESSIONS);
    let handles_ms = milliseconds(|| {
        for number in 0..LOOKUPS {
            black_box(handle(number * 7_919 % SESSIONS));
        }
    });
    assert_eq!((hits, misses), (LOOKUPS, 0));

    let mut out = std::io::stdout().lock();
    writeln!(out, "{SESSIONS} sessions: {:.1} MB", count(revocations.memory_bytes() as u64) / 1e6)?;
    let per_lookup = |ms: f64| (ms - handles_ms) * 1e6 / count(LOOKUPS);
    writeln!(out, "lookup, revoked: {:.0} ns", per_lookup(hit_ms))?;
    writeln!(out, "lookup, not revoked: {:.0} ns", per_lookup(miss_ms))?;
    let first = page_ms.first().copied().unwrap_or_default();
    let last = page_ms.last().copied().unwrap_or_default();
    writeln!(out, "page of {PAGE}: {first:.1} ms into an empty set, {last:.1} ms into the full one")
}

fn page(start: u64) -> FeedPage {
    let forget_at = UnixSeconds(NOW.0 + 3_600);
    let cursor = FeedCursor { epoch: [0; 16], position: start };
    FeedPage {
        issuer: String::new(),
        issued_at: NOW,
        since: None,
        cursor,
        restart: false,
        more: false,
        sessions: (start..start + PAGE)
            .map(|number| RevokedSession { handle: handle(number), forget_at })
            .collect(),
        users: Vec::new(),
        keys: Vec::new(),
    }
}

/// Handles that differ as those of the origin's generator do.
fn handle(number: u64) -> SessionHandle {
    let number = (number ^ (number >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let number = (number ^ (number >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    let mut bytes = [0; 16];
    bytes[4..12].copy_from_slice(&(number ^ (number >> 31)).to_be_bytes());
    SessionHandle::from_bytes(bytes)
}

fn milliseconds(work: impl FnOnce()) -> f64 {
    #[expect(clippy::disallowed_methods, reason = "this measures, on a native machine")]
    let began = std::time::Instant::now();
    work();
    began.elapsed().as_secs_f64() * 1e3
}

#[expect(clippy::cast_precision_loss, reason = "far below 2^52")]
const fn count(number: u64) -> f64 {
    number as f64
}
