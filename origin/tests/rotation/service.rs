//! `Sessions` over a real store: two origins whose own clocks differ by a minute, neither of them right.

use crate::{
    clock::{HoldingClock, SteppedClock},
    model::Times,
    seen::{Token, confirmation, seen, times},
    source::source,
    subject::{Answer, Issued, Subject, Used},
    transition::{Forgery, Settings, Way},
    walk::START,
};
use base64ct::{Base64UrlUnpadded, Encoding};
use std::{
    future::Future,
    sync::{Arc, mpsc::Sender},
};
use tokio::task::{JoinHandle, JoinSet};
use wayleave_origin::{
    config,
    http::State,
    server,
    service::{ListPage, SessionError, Sessions},
    store::{Revocation, SqlStore, Store, StoreClock},
};
use wayleave_shared::{
    claims::RefreshHashPrefix,
    feed::FeedCursor,
    json::Json,
    refresh_token::RefreshKeys,
    session_handle::SessionHandle,
    time::UnixMilliseconds,
    user_id::UserId,
    wire::{
        Confirmation, CreateSession, RefreshSession, TokenTransfer, UpdatePayload, VerifySession,
    },
};

pub(crate) struct Service {
    store: SqlStore,
    clock: Arc<SteppedClock>,
    /// The same database under a clock that can hold up a request.
    slow_store: SqlStore,
    slow_clock: Arc<HoldingClock>,
    letting_go: Sender<()>,
    held: Option<JoinHandle<Answer<Self>>>,
    held_use: Option<JoinHandle<Used>>,
    /// Two, and one over the slow store.
    origins: Vec<State>,
    /// Which of them is asked.
    asked: usize,
    /// As the origins have them.
    keys: RefreshKeys,
    /// A new one in each run.
    user: i64,
    /// Up to where the feed was read.
    cursor: Option<FeedCursor>,
}

impl Service {
    /// Over this database, which is used for nothing else.
    pub(crate) async fn over(url: &str) -> Self {
        let clock = Arc::new(SteppedClock::at(START));
        let store = SqlStore::connect(url, 8, StoreClock::Given(clock.clone())).await.unwrap();
        let (slow_clock, letting_go) = HoldingClock::over(clock.beside(0));
        let slow_clock = Arc::new(slow_clock);
        let given = StoreClock::Given(slow_clock.clone());
        let slow_store = SqlStore::connect(url, 1, given).await.unwrap();
        Self {
            store,
            clock,
            slow_store,
            slow_clock,
            letting_go,
            held: None,
            held_use: None,
            origins: Vec::new(),
            asked: 0,
            keys: RefreshKeys::derive([&[0; 32]]).unwrap(),
            user: 0,
            cursor: None,
        }
    }

    pub(crate) async fn close(self) {
        self.store.close().await;
        self.slow_store.close().await;
    }

    fn sessions(&self) -> &Sessions {
        &self.origins[self.asked].sessions
    }

    fn origins_time(&self) -> UnixMilliseconds {
        self.origins[self.asked].clock.now()
    }

    fn user(&self) -> UserId {
        UserId::integer(self.user).unwrap()
    }

    fn present(
        &self,
        origin: usize,
        refresh_token: String,
    ) -> impl Future<Output = Answer<Self>> + 'static {
        let state = &self.origins[origin];
        let (sessions, clock) = (state.sessions.clone(), Arc::clone(&state.clock));
        let keys = self.keys.clone();
        async move {
            let presented = RefreshSession { refresh_token, transfer: TokenTransfer::Cookie };
            match sessions.refresh(&presented, clock.now()).await {
                Ok(issued) => Answer::Issued(seen(&keys, &issued)),
                Err(SessionError::Theft(stolen)) => Answer::Theft(stolen.handle),
                Err(SessionError::Unauthorised(_)) => Answer::Unauthorised,
                Err(error) => Answer::Failed(format!("{error:?}")),
            }
        }
    }
}

impl Subject for Service {
    type Token = Token;
    type AccessToken = String;
    async fn begin(&mut self, settings: Settings, now: u64) {
        if self.held.is_some() {
            self.let_go().await;
        }
        if self.held_use.is_some() {
            self.let_go_of_use().await;
        }
        // What is left of a run that failed is long over.
        self.set_clock(LONG_AFTER_ALL_RUNS);
        self.remove_expired().await;
        self.set_clock(now);
        self.feed().await;
        self.user += 1;
        self.restart(settings).await;
    }

    async fn restart(&mut self, settings: Settings) {
        self.origins.clear();
        for (skew_ms, store) in
            [(-20_000, &self.store), (40_000, &self.store), (0, &self.slow_store)]
        {
            let clock = Arc::new(self.clock.beside(skew_ms));
            let store = Arc::new(store.clone());
            let settings = config::Settings::parse(&source(settings)).unwrap();
            self.origins.push(server::state(&settings, store, clock).await.unwrap());
        }
    }

    fn switch_origin(&mut self) {
        self.asked = 1 - self.asked;
    }

    fn set_clock(&mut self, now: u64) {
        self.clock.set(now);
    }

    async fn log_in(&mut self, replaces: Option<SessionHandle>) -> (SessionHandle, Issued<Self>) {
        let request = CreateSession {
            user_id: self.user(),
            jwt_payload: None,
            session_data: Some(data()),
            client: None,
            transfer: TokenTransfer::Cookie,
            replaces,
        };
        let issued = self.sessions().create(request, self.origins_time()).await.unwrap();
        (issued.session.handle, seen(&self.keys, &issued))
    }

    /// Half of them go to the other origin.
    async fn refresh(&mut self, token: &Token, times: usize) -> Vec<Answer<Self>> {
        let mut under_way = JoinSet::new();
        for number in 0..times {
            let origin = (self.asked + number) % 2;
            under_way.spawn(self.present(origin, token.refresh.clone()));
        }
        under_way.join_all().await
    }

    async fn hold_refresh(&mut self, token: &Token) -> Option<Answer<Self>> {
        self.slow_clock.hold_after(READS_OF_A_LOOK);
        let mut request = tokio::spawn(self.present(SLOW, token.refresh.clone()));
        tokio::select! {
            () = self.slow_clock.holds() => {
                self.held = Some(request);
                None
            }
            answer = &mut request => {
                self.slow_clock.hold_nobody();
                Some(answer.unwrap())
            }
        }
    }

    async fn let_go(&mut self) -> Answer<Self> {
        self.letting_go.send(()).unwrap();
        self.held.take().unwrap().await.unwrap()
    }

    async fn forge(&mut self, token: &Token, forgery: Forgery) -> Option<Answer<Self>> {
        let ours = self.keys.read(&token.refresh).unwrap();
        let mut forged = token.refresh.clone();
        match forgery {
            Forgery::OtherKey => {
                let mut bytes = Base64UrlUnpadded::decode_vec(&forged).unwrap();
                let others = RefreshKeys::derive([&[9; 32]]).unwrap();
                let code = others.write(&others.issue(ours.handle(), [0; 32]));
                let code = Base64UrlUnpadded::decode_vec(&code).unwrap();
                bytes.splice(53.., code[53..].iter().copied());
                forged = Base64UrlUnpadded::encode_string(&bytes);
            }
            Forgery::Changed { at } => {
                let other = if forged.as_bytes()[at] == b'A' { "B" } else { "A" };
                forged.replace_range(at..=at, other);
            }
            Forgery::Cut { at } => forged.truncate(at),
            Forgery::NoSession => {
                let handle = SessionHandle::new(&self.user(), [0; 12]);
                forged = self.keys.write(&self.keys.issue(handle, [1; 32]));
            }
        }
        Some(self.present(self.asked, forged).await)
    }

    async fn use_access_token(
        &mut self,
        handle: SessionHandle,
        issued: &Issued<Self>,
        way: Way,
    ) -> Used {
        match way {
            Way::Confirm => {
                let confirmation = confirmation(handle, &issued.access_token);
                confirm(self.sessions().clone(), confirmation).await
            }
            Way::Verify => {
                let access_token = issued.access_token.clone();
                let request =
                    VerifySession { access_token, anti_csrf_token: None, check_database: true };
                match self.sessions().verify(&request, self.origins_time()).await {
                    Ok(_) => Used::Asked { is_live: true },
                    Err(SessionError::Unauthorised(_)) => Used::Asked { is_live: false },
                    Err(SessionError::TryRefreshToken(_)) => Used::NotAsked,
                    Err(error) => panic!("{error:?}"),
                }
            }
        }
    }

    async fn hold_use(&mut self, handle: SessionHandle, issued: &Issued<Self>) -> Option<Used> {
        self.slow_clock.hold_after(READS_OF_A_LIST);
        let sessions = self.origins[SLOW].sessions.clone();
        let confirmation = confirmation(handle, &issued.access_token);
        let mut request = tokio::spawn(confirm(sessions, confirmation));
        tokio::select! {
            () = self.slow_clock.holds() => {
                self.held_use = Some(request);
                None
            }
            used = &mut request => {
                self.slow_clock.hold_nobody();
                Some(used.unwrap())
            }
        }
    }

    async fn let_go_of_use(&mut self) -> Used {
        self.letting_go.send(()).unwrap();
        self.held_use.take().unwrap().await.unwrap()
    }

    async fn revoke(&mut self, handle: SessionHandle) -> bool {
        self.sessions().revoke(handle).await.unwrap().revoked
    }

    async fn ask(&mut self, handle: SessionHandle) -> Vec<(&'static str, bool)> {
        let sessions = self.sessions();
        let payload = UpdatePayload {
            jwt_payload: None,
            access_token: None,
            transfer: TokenTransfer::Cookie,
        };
        let unknown = [Confirmation { handle, refresh_hash: RefreshHashPrefix([0; 16]) }];
        vec![
            ("the session", there(sessions.session(handle).await)),
            ("its data", there(sessions.data(handle).await)),
            ("a write of its data", there(sessions.update_data(handle, data(), None).await)),
            (
                "a write of its payload",
                there(sessions.update_payload(handle, payload, self.origins_time()).await),
            ),
            ("a confirmation", sessions.confirm(&unknown).await.unwrap().gone.is_empty()),
        ]
    }

    async fn list(&mut self) -> Vec<(SessionHandle, Times)> {
        let page = ListPage { after: None, limit: 1_000, current: None };
        let list = self.sessions().sessions_of_user(&self.user(), page).await.unwrap();
        list.sessions.iter().map(|session| (session.handle, times(session))).collect()
    }

    async fn remove_expired(&mut self) -> u32 {
        let (mut removed, mut after) = (0, None);
        loop {
            let expired = self.store.remove_expired(after, 5).await.unwrap();
            removed += expired.removed;
            after = expired.next;
            if after.is_none() {
                return removed;
            }
        }
    }

    async fn feed(&mut self) -> Vec<SessionHandle> {
        let mut told = Vec::new();
        loop {
            let page = self.store.revocations(self.cursor, 100).await.unwrap();
            self.cursor = Some(page.cursor);
            told.extend(page.entries.iter().filter_map(|entry| match entry {
                Revocation::Session(session) => Some(session.handle),
                Revocation::Key(_) | Revocation::User(_) => None,
            }));
            if !page.more {
                return told;
            }
        }
    }
}

async fn confirm(sessions: Sessions, confirmation: Confirmation) -> Used {
    let confirmed = sessions.confirm(&[confirmation]).await.unwrap();
    Used::Asked { is_live: confirmed.gone.is_empty() }
}

fn there<T>(answer: Result<T, SessionError>) -> bool {
    match answer {
        Ok(_) => true,
        Err(SessionError::Unauthorised(_)) => false,
        Err(error) => panic!("{error:?}"),
    }
}

fn data() -> Json {
    serde_json::from_str(r#"{"cart":[1]}"#).unwrap()
}

/// Five hundred years.
const LONG_AFTER_ALL_RUNS: u64 = START + 500 * 365 * 24 * 3_600_000;

/// The origin over the slow store.
const SLOW: usize = 2;

/// How often one read of a session asks the clock.
const READS_OF_A_LOOK: u32 = 2;

/// How often the read of a confirmation does.
const READS_OF_A_LIST: u32 = 1;
