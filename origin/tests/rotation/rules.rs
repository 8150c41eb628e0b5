//! The pure rules over rows in memory.

use crate::{
    model::Times,
    subject::{Answer, Issued, Subject, Used},
    transition::{ACCESS_VALIDITY, Forgery, Settings, Way},
};
use std::time::Duration;
use wayleave_shared::{
    rotation::{self, Chain, Step},
    session_handle::SessionHandle,
    time::UnixMilliseconds,
};

/// A store that obeys `rotation::step`, one request at a time.
pub(crate) struct Rules {
    settings: Settings,
    now: UnixMilliseconds,
    rows: Vec<Row>,
    log_ins: u8,
    ended: Vec<SessionHandle>,
}

/// A refresh token: its session, and a number.
type Token = (SessionHandle, u64);

struct Row {
    handle: SessionHandle,
    chain: Chain<u64>,
    times: Times,
}

impl Rules {
    pub(crate) const fn new() -> Self {
        let settings = Settings { window: 0, validity: 0, lifetime: None };
        let now = UnixMilliseconds(0);
        Self { settings, now, rows: Vec::new(), log_ins: 0, ended: Vec::new() }
    }

    fn live(&mut self, handle: SessionHandle) -> Option<usize> {
        let now = self.now.0;
        self.rows.iter().position(|row| row.handle == handle && now < row.times.ends)
    }

    fn window(&self) -> Duration {
        Duration::from_millis(self.settings.window)
    }

    fn end(&mut self, row: usize) {
        let row = self.rows.swap_remove(row);
        self.ended.push(row.handle);
    }

    fn present(&mut self, (handle, presented): Token) -> Answer<Self> {
        let Some(index) = self.live(handle) else { return Answer::Unauthorised };
        let (window, now, settings) = (self.window(), self.now, self.settings);
        let row = &mut self.rows[index];
        let step = rotation::step(&row.chain, &presented, window, now);
        if matches!(step, Step::Confirm | Step::Rotate) && !row.slide(now, settings) {
            self.end(index);
            return Answer::Unauthorised;
        }
        match step {
            Step::Confirm => row.chain.confirmed_at = Some(now),
            Step::Keep | Step::Repeat => {}
            Step::Rotate => {
                let current = presented + 1;
                row.chain = Chain { current, parent: Some(presented), confirmed_at: None };
            }
            Step::Theft => {
                self.end(index);
                return Answer::Theft(handle);
            }
        }
        Answer::Issued(self.rows[index].issued(step, window, now))
    }
}

impl Row {
    fn issued(&self, step: Step, window: Duration, now: UnixMilliseconds) -> Issued<Rules> {
        let full = Duration::from_secs(ACCESS_VALIDITY);
        let (minted_at, times) = (now.whole_seconds().0, self.times);
        let left = (times.ends / 1000).saturating_sub(minted_at);
        let validity = rotation::access_validity(step, full, window).as_secs();
        Issued {
            token: (self.handle, self.chain.current),
            is_written: step != Step::Keep,
            access_token: (),
            generation: Some(self.chain.current),
            minted_at,
            valid_for: validity.min(left).max(1),
            times,
        }
    }

    /// Tells whether the session lives on from now.
    fn slide(&mut self, now: UnixMilliseconds, settings: Settings) -> bool {
        let validity = Duration::from_millis(settings.validity);
        let lifetime = settings.lifetime.map(Duration::from_millis);
        let created_at = UnixMilliseconds(self.times.created);
        let ends = rotation::expires_at(now, created_at, validity, lifetime).0;
        self.times = Times { refreshed: now.0, ends, ..self.times };
        now.0 < ends
    }
}

impl Subject for Rules {
    type Token = Token;
    type AccessToken = ();
    async fn begin(&mut self, settings: Settings, now: u64) {
        *self = Self { settings, now: UnixMilliseconds(now), ..Self::new() };
    }

    async fn restart(&mut self, settings: Settings) {
        self.settings = settings;
    }

    /// There is one clock.
    fn switch_origin(&mut self) {}

    fn set_clock(&mut self, now: u64) {
        self.now = UnixMilliseconds(now);
    }

    async fn log_in(&mut self, replaces: Option<SessionHandle>) -> (SessionHandle, Issued<Self>) {
        self.log_ins += 1;
        let handle = SessionHandle::from_bytes([self.log_ins; 16]);
        let now = self.now.0;
        let times = Times { created: now, refreshed: now, ends: now };
        let chain = Chain { current: 0, parent: None, confirmed_at: None };
        let mut row = Row { handle, chain, times };
        row.slide(self.now, self.settings);
        let issued = row.issued(Step::Rotate, self.window(), self.now);
        self.rows.push(row);
        if let Some(replaced) = replaces {
            self.revoke(replaced).await;
        }
        (handle, issued)
    }

    async fn refresh(&mut self, token: &Token, times: usize) -> Vec<Answer<Self>> {
        (0..times).map(|_| self.present(*token)).collect()
    }

    /// Here a request is one step.
    async fn hold_refresh(&mut self, token: &Token) -> Option<Answer<Self>> {
        Some(self.present(*token))
    }

    async fn let_go(&mut self) -> Answer<Self> {
        Answer::Failed("nothing is held".to_owned())
    }

    /// Tokens cannot be forged here.
    async fn forge(&mut self, _: &Token, _: Forgery) -> Option<Answer<Self>> {
        None
    }

    async fn use_access_token(
        &mut self,
        handle: SessionHandle,
        issued: &Issued<Self>,
        _: Way,
    ) -> Used {
        let now = self.now;
        let live = self.live(handle);
        if let Some(row) = live
            && let chain = &mut self.rows[row].chain
            && chain.current == issued.token.1
        {
            chain.confirmed_at.get_or_insert(now);
        }
        Used::Asked { is_live: live.is_some() }
    }

    async fn hold_use(&mut self, handle: SessionHandle, issued: &Issued<Self>) -> Option<Used> {
        Some(self.use_access_token(handle, issued, Way::Confirm).await)
    }

    async fn let_go_of_use(&mut self) -> Used {
        Used::NotAsked
    }

    async fn revoke(&mut self, handle: SessionHandle) -> bool {
        let live = self.live(handle);
        if let Some(row) = live {
            self.end(row);
        }
        live.is_some()
    }

    async fn ask(&mut self, handle: SessionHandle) -> Vec<(&'static str, bool)> {
        vec![("the row", self.live(handle).is_some())]
    }

    async fn list(&mut self) -> Vec<(SessionHandle, Times)> {
        let now = self.now.0;
        let live = self.rows.iter().filter(|row| now < row.times.ends);
        live.map(|row| (row.handle, row.times)).collect()
    }

    async fn remove_expired(&mut self) -> u32 {
        let (now, before) = (self.now.0, self.rows.len());
        self.rows.retain(|row| now < row.times.ends);
        u32::try_from(before - self.rows.len()).unwrap()
    }

    async fn feed(&mut self) -> Vec<SessionHandle> {
        std::mem::take(&mut self.ended)
    }
}
