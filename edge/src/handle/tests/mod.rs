//! The whole way of a request, with a script of replies instead of origin and app.

use super::*;
use crate::{
    answer::{Answer, HeaderEdit},
    gateway::AppRequest,
    host::{AppUnreachable, BodyError, Host, Kept},
    key_cache::{Claim, FAILURE_COOLDOWN_MS, REFRESH_AFTER_MS, UNKNOWN_KEY_COOLDOWN_MS},
    log::LogLine,
    origin::{Incoming, OriginRequest, Outage},
    request::RequestHeaders,
    testing,
    upkeep::Task,
};
use std::{
    cell::{Cell, RefCell},
    collections::{BTreeMap, VecDeque},
    pin::pin,
    rc::Rc,
    task::{Context, Poll, Waker},
};
use wayleave_shared::{
    feed::FeedPage, key_set::KeySet, time::UnixMilliseconds, wire::MAX_SESSION_DATA_BODY_BYTES,
};

mod again;
mod concurrent;
mod confirmations;
mod duplicates;
mod gateway;
mod instructions;
mod keys;
mod limit;
mod refresh_and_sign_out;
mod revocations;
mod session_data;
mod shared;
mod what_browsers_see;

pub(crate) type OriginReply = Result<Incoming, Outage>;

/// The platform as a script.
#[derive(Clone, Default)]
pub(crate) struct Script(Rc<State>);

#[derive(Default)]
struct State {
    now_ms: Cell<u64>,
    /// What the origin answers, in order.
    origin: RefCell<VecDeque<OriginReply>>,
    /// What the origin was asked.
    asked: RefCell<Vec<String>>,
    /// The headers of the app's answer; `None` where the app cannot be reached.
    app: RefCell<Option<Vec<(String, String)>>>,
    /// Whether it takes too long then.
    app_is_late: Cell<bool>,
    /// What the app saw.
    seen: RefCell<Vec<AppRequest>>,
    discarded: Cell<usize>,
    /// Where the client is, if the network tells.
    address: RefCell<Option<String>>,
    /// Whom the limit keeps out.
    limited: RefCell<Option<String>>,
    /// Whom it was asked about.
    counted: RefCell<Vec<String>>,
    /// How many bytes the client sends.
    body_bytes: Cell<usize>,
    logged: RefCell<Vec<LogLine>>,
    /// What the isolates of this place keep for each other, and for how many seconds.
    kept: Rc<RefCell<BTreeMap<String, (Kept, u64)>>>,
}

impl Host for Script {
    fn now(&self) -> UnixMilliseconds {
        UnixMilliseconds(testing::NOW.milliseconds().0 + self.0.now_ms.get())
    }

    fn log(&self, line: LogLine) {
        self.0.logged.borrow_mut().push(line);
    }

    fn in_background(&self, isolate: &Arc<Isolate>, task: Task) {
        finish(task.run(self, isolate));
    }

    async fn sleep(&self, ms: u32) {
        self.0.now_ms.set(self.0.now_ms.get() + u64::from(ms));
    }

    async fn ask_origin(&self, request: OriginRequest) -> OriginReply {
        let body = request.body.map(|body| String::from_utf8(body).unwrap()).unwrap_or_default();
        let line = format!("{} {} {}", request.method, request.url, body.trim());
        self.0.asked.borrow_mut().push(line.trim_end().to_owned());
        self.0.origin.borrow_mut().pop_front().expect("the script says what the origin answers")
    }

    async fn recall(&self, name: &str) -> Option<Kept> {
        self.0.kept.borrow().get(name).map(|(kept, _)| kept.clone())
    }

    async fn keep(&self, name: &str, kept: &Kept, for_s: u64) {
        self.0.kept.borrow_mut().insert(name.to_owned(), (kept.clone(), for_s));
    }
}

impl GatewayHost for Script {
    type AppAnswer = Vec<(String, String)>;

    fn client_address(&self) -> Option<String> {
        self.0.address.borrow().clone()
    }

    async fn is_within_limit(&self, client: String) -> bool {
        let is_within = self.0.limited.borrow().as_ref() != Some(&client);
        self.0.counted.borrow_mut().push(client);
        is_within
    }

    async fn body(&self, limit_bytes: usize) -> Result<Vec<u8>, BodyError> {
        let length = self.0.body_bytes.get();
        if length > limit_bytes { Err(BodyError::TooLarge) } else { Ok(vec![b' '; length]) }
    }

    async fn forward(&self, request: AppRequest) -> Result<Self::AppAnswer, AppUnreachable> {
        self.0.seen.borrow_mut().push(request);
        let answer = self.0.app.borrow().clone();
        answer.ok_or_else(|| {
            if self.0.app_is_late.get() {
                AppUnreachable::TimedOut
            } else {
                AppUnreachable::Broken("refused".to_owned())
            }
        })
    }

    fn reserved_headers(&self, answer: &Self::AppAnswer) -> Vec<(String, String)> {
        answer.iter().filter(|(name, _)| crate::gateway::is_reserved(name)).cloned().collect()
    }

    fn discard(&self, _: Self::AppAnswer) {
        self.0.discarded.set(self.0.discarded.get() + 1);
    }
}

/// Runs a task that never waits.
pub(crate) fn finish<T>(task: impl Future<Output = T>) -> T {
    match pin!(task).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(output) => output,
        Poll::Pending => panic!("nothing in a script waits"),
    }
}

/// An isolate and its script.
pub(crate) struct Bench {
    pub(crate) isolate: Arc<Isolate>,
    pub(crate) script: Script,
    answers: RefCell<Answers<Answer>>,
}

impl Bench {
    pub(crate) fn new(changed: &[(&str, &str)]) -> Self {
        let script = Script::default();
        *script.0.app.borrow_mut() = Some(Vec::new());
        let isolate = Arc::new(Isolate::new(testing::settings_with(changed)));
        Self { isolate, script, answers: RefCell::default() }
    }

    /// A new isolate of the same place, at the same time.
    fn neighbour(&self, changed: &[(&str, &str)]) -> Self {
        let mut bench = Self::new(changed);
        bench.script = Script(Rc::new(State {
            now_ms: Cell::new(self.script.0.now_ms.get()),
            kept: Rc::clone(&self.script.0.kept),
            app: RefCell::new(Some(Vec::new())),
            ..State::default()
        }));
        bench
    }

    /// An isolate that has the keys and the feed already.
    pub(crate) fn warm(changed: &[(&str, &str)]) -> Self {
        let bench = Self::new(changed);
        bench.fill_keys(testing::keys());
        bench.pull(&testing::page());
        bench
    }

    fn fill_keys(&self, keys: KeySet) {
        let now = self.script.now();
        let mut cache = self.isolate.keys.lock();
        let Claim::Fetch(ticket) = cache.claim_fetch(now) else { panic!("too early to fetch") };
        cache.fill(ticket, keys, now);
    }

    /// As if this page had been pulled now.
    fn pull(&self, page: &FeedPage) {
        let now = self.script.now();
        let mut feed = self.isolate.feed.lock();
        let ticket = feed.claim_pull(now).unwrap();
        feed.take(ticket, page, now, now);
    }

    pub(crate) fn origin_answers(&self, replies: impl IntoIterator<Item = OriginReply>) -> &Self {
        self.script.0.origin.borrow_mut().extend(replies);
        self
    }

    fn app_answers(&self, headers: &[(&str, &str)]) -> &Self {
        let owned =
            headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        *self.script.0.app.borrow_mut() = Some(owned);
        self
    }

    pub(crate) fn pass(&self, ms: u64) {
        self.script.0.now_ms.set(self.script.0.now_ms.get() + ms);
    }

    fn send(
        &self,
        method: &str,
        path: &str,
        headers: RequestHeaders,
    ) -> Reply<Vec<(String, String)>> {
        let url = format!("https://api.test{path}");
        let request = RequestView::new(method, &url, headers);
        // As the platform does it: what is answered at once needs no host, and is what every other way would have answered.
        let again = self.given_before(&request);
        let first = self
            .first_read(&request)
            .and_then(|first| answer_at_once(&self.isolate, &first, false, self.script.now()));
        if let Some(AtOnce { answer, holds: Some(holds) }) = &first {
            let (head, form) = (self.head(&request), answer.clone());
            self.answers.borrow_mut().keep(&head, holds.clone(), form, answer.body.len());
        }
        let whole = answer_at_once(&self.isolate, &request, true, self.script.now());
        let reply = finish(handle(&self.script, &self.isolate, &request));
        let at_once = [again, first.map(|made| made.answer), whole.map(|made| made.answer)];
        for at_once in at_once.into_iter().flatten() {
            let Reply::Own(answer) = &reply else { panic!("{at_once:?} instead of the app's") };
            assert_eq!(&at_once, answer);
        }
        reply
    }

    /// A request that only reads, of which only those headers were read that `edge/worker/entry.js` reads of every one.
    fn first_read<'a>(&self, request: &RequestView<'a>) -> Option<RequestView<'a>> {
        if !matches!(&*request.method, "GET" | "HEAD") {
            return None;
        }
        let RequestHeaders { authorization, cookie, origin, .. } = request.headers.clone();
        let lists_origins = !self.isolate.settings.gateway.allowed_origins.is_empty();
        let origin = origin.filter(|_| lists_origins);
        let headers = RequestHeaders { authorization, cookie, origin, ..RequestHeaders::default() };
        Some(RequestView { headers, ..request.clone() })
    }

    /// What was read of it, as one text.
    fn head(&self, request: &RequestView) -> String {
        let Some(RequestView { method, own_origin, path, query, headers }) =
            self.first_read(request)
        else {
            return String::new();
        };
        let RequestHeaders { authorization, cookie, origin, .. } = headers;
        format!("{method}\n{own_origin}{path}{query}\n{authorization:?}\n{cookie:?}\n{origin:?}")
    }

    fn given_before(&self, request: &RequestView) -> Option<Answer> {
        let head = self.head(request);
        self.answers.borrow().recall(&head, &self.isolate, self.script.now()).cloned()
    }

    fn own(&self, method: &str, path: &str, headers: RequestHeaders) -> Answer {
        match self.send(method, path, headers) {
            Reply::Own(answer) => answer,
            Reply::App(..) => panic!("the app answered"),
        }
    }

    fn app(&self, method: &str, path: &str, headers: RequestHeaders) -> Vec<HeaderEdit> {
        match self.send(method, path, headers) {
            Reply::App(_, edits) => edits,
            Reply::Own(answer) => panic!("{answer:?}"),
        }
    }

    pub(crate) fn asked(&self) -> Vec<String> {
        self.script.0.asked.take()
    }

    pub(crate) fn reasons(&self) -> Vec<String> {
        let lines = self.script.0.logged.take();
        lines
            .into_iter()
            .flat_map(|line| line.fields)
            .filter(|(name, _)| *name == "reason")
            .map(|(_, value)| value)
            .collect()
    }
}

#[expect(clippy::unnecessary_wraps, reason = "a script is a list of results")]
pub(crate) fn says(status: u16, body: impl Into<String>) -> OriginReply {
    let content_type = if status < 400 { "application/json" } else { "application/problem+json" };
    Ok(Incoming {
        status,
        content_type: Some(content_type.to_owned()),
        body: body.into().into_bytes(),
    })
}

fn published(keys: &KeySet) -> OriginReply {
    says(200, serde_json::to_string(&keys.to_published()).unwrap())
}

pub(crate) fn signed(page: &FeedPage) -> OriginReply {
    says(200, testing::signing_key("k1").sign_feed(page).unwrap())
}

pub(crate) fn session() -> RequestHeaders<'static> {
    RequestHeaders {
        cookie: Some(
            format!("sAccessToken={}; sIdRefreshToken=i", testing::token(&testing::claims()))
                .into(),
        ),
        anti_csrf: Some(testing::anti_csrf().into()),
        content_type: Some("application/json".into()),
        ..RequestHeaders::default()
    }
}

fn merge_patch() -> RequestHeaders<'static> {
    let content_type = Some("application/merge-patch+json; charset=utf-8".to_owned());
    RequestHeaders { content_type: content_type.map(Into::into), ..session() }
}

pub(crate) fn refresh_cookie() -> RequestHeaders<'static> {
    RequestHeaders { cookie: Some("sRefreshToken=r".into()), ..RequestHeaders::default() }
}

pub(crate) const BROWSER: &str = r#""browser":{"setCookie":["a=1; Path=/","b=2; Path=/"],"headers":{"front-token":"f","access-control-expose-headers":"x"}}"#;

pub(crate) fn issued(status: u16) -> OriginReply {
    let session = r#"{"handle":"AAAAAAAAAAAAAAAAAAAAAA","userId":1,"createdAt":1,"refreshedAt":1,"expiresAt":2}"#;
    let token = r#"{"token":"t","expiresAt":2}"#;
    says(
        status,
        format!(
            r#"{{"session":{session},"accessToken":{token},"refreshToken":{token},{BROWSER}}}"#
        ),
    )
}

const FEED_URL: &str = "GET http://origin.test:8788/v1/revocations";
const KEYS_URL: &str = "GET http://origin.test:8788/.well-known/jwks.json";

#[test]
fn a_hundred_verified_requests_fetch_keys_and_feed_once_and_ask_nothing_else() {
    let bench = Bench::new(&[]);
    bench.origin_answers([published(&testing::keys()), signed(&testing::page())]);

    for _ in 0..50 {
        assert_eq!(bench.own("GET", "/auth/session", session()).status, 200);
        bench.app("GET", "/api/me", session());
    }

    assert_eq!(bench.asked(), [KEYS_URL, FEED_URL]);
    assert_eq!(bench.isolate.tokens.lock().len(), 1);
}

#[test]
fn an_outage_of_the_origin_is_503_and_touches_no_cookie() {
    for (reply, reason) in [
        (Err(Outage::TimedOut), "the origin did not answer in time"),
        (Err(Outage::Unreachable("x".to_owned())), "the origin cannot be reached: x"),
        (
            says(500, r#"{"status":500,"code":"internal","detail":""}"#),
            "the origin failed with status 500",
        ),
        (
            says(401, r#"{"status":401,"code":"service_key_refused","detail":""}"#),
            "the origin does not accept SERVICE_KEY",
        ),
        (says(200, "<html>"), "the origin's answer cannot be read: not a JSON object"),
    ] {
        for (method, path, headers) in [
            ("GET", "/auth/session/data", session()),
            ("POST", "/auth/session/refresh", refresh_cookie()),
            ("POST", "/auth/signout", session()),
        ] {
            let bench = Bench::warm(&[]);
            bench.origin_answers([reply.clone()]);

            let answer = bench.own(method, path, headers);

            assert_eq!(
                (answer.status, answer.header("retry-after")),
                (503, Some("1")),
                "{path} {reason}"
            );
            assert_eq!(
                (answer.header("set-cookie"), answer.header("front-token")),
                (None, None),
                "{path} {reason}"
            );
            assert_eq!(bench.reasons(), [reason]);
        }
    }
}

#[test]
fn a_refusal_of_the_origin_is_handed_on_with_its_lines() {
    let bench = Bench::warm(&[]);
    let body = format!(
        r#"{{"status":401,"code":"token_theft_detected","detail":"d","errType":4000,"session":{{"handle":"AAAAAAAAAAAAAAAAAAAAAA","userId":"alice"}},{BROWSER}}}"#
    );
    bench.origin_answers([says(401, body)]);

    let answer = bench.own("POST", "/auth/session/refresh", refresh_cookie());

    assert_eq!(answer.status, 401);
    assert_eq!(
        answer.body,
        r#"{"status":401,"code":"token_theft_detected","detail":"d","errType":4000}"#
    );
    assert_eq!(answer.all("set-cookie").count(), 2);
    let said = answer.headers.iter().map(|(_, value)| &**value).chain([&*answer.body]);
    assert!(said.into_iter().all(|text| !text.contains("alice")), "{answer:?}");
    assert_eq!(bench.reasons(), [""; 0]);
}

#[test]
fn refusals_that_come_from_a_setting_are_logged_and_others_are_not() {
    let bench = Bench::warm(&[("MAX_ACCESS_TOKEN_VALIDITY", "90s")]);
    bench.own("GET", "/auth/session", session());
    assert_eq!(bench.reasons(), ["the token is valid for longer than allowed"]);

    let bench = Bench::warm(&[]);
    bench.own("GET", "/auth/session", RequestHeaders::default());
    assert_eq!(bench.reasons(), [""; 0]);
}
