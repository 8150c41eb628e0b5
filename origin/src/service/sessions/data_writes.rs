//! Writes of one session's data that arrive while another is under way, done together.
//!
//! Writes to one row wait for each other, each with a connection of its own, and each for a commit of its own. A session that many write to at once would take every
//! connection from everybody else, and be written no faster than the disk commits one after the other. Here those that arrive meanwhile wait without a connection. When the
//! one under way is done, the data of the last is written in one statement that counts as all of them: as if they had been done right after each other, and each but the
//! last been replaced at once. Nobody can tell. Each is answered once the commit that holds it, or what replaced it, is done.
//!
//! Only writes over whatever is there can be done so. One that expects a version goes to the store by itself, beside these: each statement is atomic.

use crate::store::{DataUpdate, Store, StoreError};
use std::{
    collections::{HashMap, hash_map::Entry},
    num::NonZeroU64,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};
use tokio::sync::oneshot;
use tracing::{Instrument, Span};
use wayleave_shared::{json::Json, session_handle::SessionHandle};

/// The writes of one process.
pub(super) struct DataWrites {
    store: Arc<dyn Store>,
    waiting: Arc<Waiting>,
}

/// By session, what waits for the writer that is at work there; `None` where nothing does. A session without an entry has no writer.
#[derive(Default)]
struct Waiting(Mutex<HashMap<SessionHandle, Option<Group>>>);

/// Writes that are done together. What the earlier ones wanted to write is forgotten already: nobody will ever read it.
struct Group {
    data: Json,
    /// Of the request that brought the data: the statement is told in its name.
    span: Span,
    /// In order of arrival.
    earlier: Vec<oneshot::Sender<Outcome>>,
    last: oneshot::Sender<Outcome>,
}

type Outcome = Result<DataUpdate, Arc<StoreError>>;

impl DataWrites {
    pub(super) fn new(store: Arc<dyn Store>) -> Self {
        Self { store, waiting: Arc::default() }
    }

    /// Replaces a session's data, whatever its version is. The size has been looked at. Dropped, it may be carried out or not, as any step of the store, and disturbs
    /// no other.
    ///
    /// # Errors
    ///
    /// Any [`StoreError`], the same for all that were done together; whether they were, nobody knows where the connection failed. Else it is also that of those who waited
    /// meanwhile, and nothing was written.
    pub(super) async fn replace(&self, handle: SessionHandle, data: Json) -> Outcome {
        let (told, outcome) = oneshot::channel();
        if let Some(writer) = self.join(handle, data, told) {
            // Others may come to wait for it, so it does not end with this caller.
            tokio::spawn(writer.run());
        }
        outcome.await.unwrap_or_else(|_| Err(Arc::new(StoreError::broken_off())))
    }

    /// Puts a write in line. Gives a writer, which must run, where none is at work there.
    fn join(
        &self,
        handle: SessionHandle,
        data: Json,
        told: oneshot::Sender<Outcome>,
    ) -> Option<Writer> {
        let mut waiting = self.waiting.lock();
        let (group, is_first) = match waiting.entry(handle) {
            Entry::Occupied(entry) => (entry.into_mut(), false),
            Entry::Vacant(entry) => (entry.insert(None), true),
        };
        let mut earlier = Vec::new();
        if let Some(before) = group.take() {
            earlier = before.earlier;
            earlier.push(before.last);
        }
        *group = Some(Group { data, span: Span::current(), earlier, last: told });
        is_first.then(|| Writer {
            handle,
            store: Arc::clone(&self.store),
            waiting: Arc::clone(&self.waiting),
            is_over: false,
        })
    }
}

impl Waiting {
    /// Never held while somebody waits for anything else.
    fn lock(&self) -> MutexGuard<'_, HashMap<SessionHandle, Option<Group>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Writes what waits for one session, and what comes meanwhile. Dropped before that is over, by a panic or the end of the process, it lets whoever waits fail: the next
/// to come finds no writer, and gets one of its own.
struct Writer {
    handle: SessionHandle,
    store: Arc<dyn Store>,
    waiting: Arc<Waiting>,
    is_over: bool,
}

impl Writer {
    async fn run(mut self) {
        while let Some(group) = self.next() {
            let writes = NonZeroU64::MIN.saturating_add(group.earlier.len() as u64);
            let written = self.store.update_session_data(self.handle, &group.data, None, writes);
            let outcome = written.instrument(group.span.clone()).await.map_err(Arc::new);
            group.tell(&outcome);
            if let Err(error) = &outcome
                && !error.is_cut()
                && let Some(group) = self.take()
            {
                // A connection, a lock or the database was waited for in vain, for most of the time that a request has: those who waited too do not wait for the same again.
                group.tell(&outcome);
            }
        }
    }

    /// What waits by now.
    fn take(&self) -> Option<Group> {
        self.waiting.lock().get_mut(&self.handle).and_then(Option::take)
    }

    /// What waits by now. Where that is nothing this writer is over, in the same moment: whoever comes next needs another.
    fn next(&mut self) -> Option<Group> {
        let mut waiting = self.waiting.lock();
        let group = waiting.get_mut(&self.handle).and_then(Option::take);
        if group.is_none() {
            waiting.remove(&self.handle);
            self.is_over = true;
        }
        group
    }
}

impl Group {
    /// Tells each what became of its write.
    fn tell(self, outcome: &Outcome) {
        let writes = (0..).zip(self.earlier.into_iter().chain([self.last]).rev());
        for (later, told) in writes {
            // Nobody listens any more where the caller went away.
            let _ = told.send(match outcome {
                Ok(DataUpdate::Stored(version)) => Ok(DataUpdate::Stored(version - later)),
                other => other.clone(),
            });
        }
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        if !self.is_over {
            // Their ends of the channels go with them: so they know.
            self.waiting.lock().remove(&self.handle);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::DataWrites;
    use crate::store::{SqlStore, StoreClock};
    use std::sync::Arc;
    use tokio::sync::oneshot::{self, error::TryRecvError};
    use wayleave_shared::{json::Json, session_handle::SessionHandle};

    #[tokio::test]
    async fn whoever_waits_for_a_writer_that_breaks_off_fails_and_the_next_gets_another() {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite:{}/test.db", folder.path().display());
        let store = SqlStore::connect(&url, 1, StoreClock::Database).await.unwrap();
        let writes = DataWrites::new(Arc::new(store.clone()));
        let handle = SessionHandle::from_bytes([1; 16]);
        let join = || {
            let (told, outcome) = oneshot::channel();
            (writes.join(handle, Json::parse("1").unwrap(), told), outcome)
        };
        let ((begun, mut first), (joined, mut second)) = (join(), join());
        assert!(joined.is_none());

        // As when it panics, or is never run because the runtime ends.
        drop(begun.unwrap().run());

        assert_eq!(first.try_recv().unwrap_err(), TryRecvError::Closed);
        assert_eq!(second.try_recv().unwrap_err(), TryRecvError::Closed);
        assert!(writes.waiting.lock().is_empty());
        let (begun, third) = join();
        begun.unwrap().run().await;
        assert!(third.await.unwrap().is_ok(), "there is no such session, but an answer");
        assert!(writes.waiting.lock().is_empty());
        store.close().await;
    }
}
