//! A clock that is set, also back.

use std::sync::{
    Arc, Mutex,
    atomic::{AtomicU64, Ordering},
    mpsc::{Receiver, Sender, channel},
};
use tokio::{sync::Notify, task::block_in_place};
use wayleave_origin::clock::Clock;
use wayleave_shared::time::UnixMilliseconds;

/// The store's clock, or one that goes wrong by always as much.
#[derive(Debug)]
pub(crate) struct SteppedClock {
    now: Arc<AtomicU64>,
    skew_ms: i64,
}

impl SteppedClock {
    pub(crate) fn at(now: u64) -> Self {
        Self { now: Arc::new(AtomicU64::new(now)), skew_ms: 0 }
    }

    pub(crate) fn beside(&self, skew_ms: i64) -> Self {
        Self { now: Arc::clone(&self.now), skew_ms }
    }

    pub(crate) fn set(&self, now: u64) {
        self.now.store(now, Ordering::SeqCst);
    }
}

impl Clock for SteppedClock {
    fn now(&self) -> UnixMilliseconds {
        UnixMilliseconds(self.now.load(Ordering::SeqCst).saturating_add_signed(self.skew_ms))
    }
}

/// A clock that stops whoever reads it, once: so a request can be held up between what it reads and what it writes.
pub(crate) struct HoldingClock {
    clock: SteppedClock,
    state: Mutex<Holding>,
    holds: Notify,
}

struct Holding {
    /// How many more reads pass before one is held; `None` where none is.
    after: Option<u32>,
    let_go: Receiver<()>,
}

impl HoldingClock {
    /// And what lets go of whom it holds.
    pub(crate) fn over(clock: SteppedClock) -> (Self, Sender<()>) {
        let (letting_go, let_go) = channel();
        let state = Mutex::new(Holding { after: None, let_go });
        (Self { clock, state, holds: Notify::new() }, letting_go)
    }

    /// Holds the reader that comes after so many.
    pub(crate) fn hold_after(&self, reads: u32) {
        self.state.lock().unwrap().after = Some(reads);
    }

    pub(crate) fn hold_nobody(&self) {
        self.state.lock().unwrap().after = None;
    }

    /// Once a reader is held.
    pub(crate) async fn holds(&self) {
        self.holds.notified().await;
    }
}

impl Clock for HoldingClock {
    fn now(&self) -> UnixMilliseconds {
        let mut state = self.state.lock().unwrap();
        state.after = match state.after {
            Some(0) => {
                self.holds.notify_one();
                // Whoever should let go may be gone: then nothing matters any more.
                let _ = block_in_place(|| state.let_go.recv());
                None
            }
            after => after.map(|reads| reads - 1),
        };
        self.clock.now()
    }
}
