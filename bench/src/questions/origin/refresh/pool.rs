//! Sessions of ours that may be refreshed now.

use super::super::{
    browser::Tokens,
    create::Creation,
    edge::now,
    stage::{Side, Stage},
};
use crate::{
    failure::Failure,
    load::{Answer, Load, Progress, Script, generate},
    run::Run,
};
use std::{
    collections::{HashMap, VecDeque},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    thread,
    time::Duration,
};
use wayleave_shared::{session_handle::SessionHandle, time::UnixMilliseconds};

/// So many sessions that none is refreshed again within the reuse window.
#[derive(Default)]
pub(super) struct Pool(Mutex<Sessions>);

#[derive(Default)]
struct Sessions {
    /// The newest refresh token of each, and from when on it is traded.
    ready: VecDeque<(UnixMilliseconds, String)>,
    /// Those of whose newest token the origin was not told yet that it arrived.
    unconfirmed: HashMap<SessionHandle, String>,
}

impl Pool {
    /// As many as the origin creates in twice the time of a round: it refreshes no faster than that.
    pub(super) async fn fill(run: &Run, stage: &Stage) -> Result<Arc<Self>, Failure> {
        let pool = Arc::new(Self::default());
        let script = |connection| {
            let creation = Creation::one(stage, Side::Wayleave, connection, None);
            Box::new(Filling { creation, pool: Arc::clone(&pool) }) as Box<dyn Script>
        };
        let scripts = (0..CONNECTIONS).map(script).collect();
        let length = 2 * run.length.max(SHORTEST);
        let address = stage.address(Side::Wayleave)?;
        let load = Load { address, lead: Duration::ZERO, length, core: None };
        let failed = |source| Failure::Load {
            side: Side::Wayleave.name().to_owned(),
            case: "sessions to refresh".to_owned(),
            source,
        };
        generate(load, scripts).await.map_err(failed)?;
        run.say(&format!("{} sessions to refresh", pool.lock().ready.len()));
        Ok(pool)
    }

    /// Waits until all of them may be refreshed, but for those that wait for their confirmation.
    pub(super) fn wait(&self) {
        let last = self.lock().ready.back().map(|(ready, _)| ready.0);
        let wait = last.unwrap_or_default().saturating_sub(now().0);
        thread::sleep(Duration::from_millis(wait));
    }

    /// A refresh token that will be traded.
    ///
    /// # Errors
    ///
    /// A sentence, if all have been traded just now.
    pub(super) fn take(&self) -> Result<String, String> {
        let ready = &mut self.lock().ready;
        match ready.pop_front() {
            Some((from, token)) if from <= now() => Ok(token),
            _ => {
                Err("all sessions were refreshed within the reuse window: it takes more".to_owned())
            }
        }
    }

    /// Its successor has come.
    pub(super) fn refreshed(&self, session: SessionHandle, successor: String) {
        self.lock().unconfirmed.insert(session, successor);
    }

    /// The origin was told so.
    pub(super) fn confirmed(&self, sessions: impl Iterator<Item = SessionHandle>) {
        let from = now().after(REUSE_WINDOW + MARGIN);
        let Sessions { ready, unconfirmed } = &mut *self.lock();
        ready.extend(sessions.filter_map(|session| Some((from, unconfirmed.remove(&session)?))));
    }

    fn lock(&self) -> MutexGuard<'_, Sessions> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Log-ins, whose refresh tokens are kept.
struct Filling {
    creation: Creation,
    pool: Arc<Pool>,
}

impl Script for Filling {
    fn next(&mut self, request: &mut Vec<u8>) -> Result<(), String> {
        self.creation.next(request)
    }

    fn see(&mut self, answer: &Answer<'_>) -> Result<Progress, String> {
        answer.success()?;
        // The first token of a session is traded at any time.
        let entry = (UnixMilliseconds(0), Tokens::of(answer)?.refresh);
        self.pool.lock().ready.push_back(entry);
        Ok(Progress::Done)
    }
}

const CONNECTIONS: usize = 64;
const SHORTEST: Duration = Duration::from_secs(2);

/// The origin's default.
const REUSE_WINDOW: Duration = Duration::from_secs(10);
const MARGIN: Duration = Duration::from_millis(500);
