//! Many requests at once, in a time that only goes on when everybody waits.

use super::*;
use std::pin::Pin;

/// The platform for a crowd of requests. The origin takes its time; what it answers depends on the path.
#[derive(Clone, Default)]
pub(super) struct Crowd(pub(super) Rc<CrowdState>);

#[derive(Default)]
pub(super) struct CrowdState {
    pub(super) now_ms: Cell<u64>,
    /// How long the origin takes.
    pub(super) latency_ms: Cell<u64>,
    keys: RefCell<Option<OriginReply>>,
    feed: RefCell<Option<OriginReply>>,
    pub(super) confirm: RefCell<Option<OriginReply>>,
    /// What confirmations were sent, one body per call.
    pub(super) confirmed: RefCell<Vec<String>>,
    key_fetches: Cell<usize>,
    pulls: Cell<usize>,
    pub(super) confirms: Cell<usize>,
    /// Fetches and pulls that run now, and the most that ever did.
    running: Cell<usize>,
    pub(super) most_running: Cell<usize>,
    background: RefCell<Vec<Pin<Box<dyn Future<Output = ()>>>>>,
}

impl Crowd {
    async fn until(&self, ms: u64) {
        let state = Rc::clone(&self.0);
        std::future::poll_fn(move |_| {
            if state.now_ms.get() >= ms { Poll::Ready(()) } else { Poll::Pending }
        })
        .await;
    }

    /// Beside everything else.
    pub(super) fn run(&self, task: impl Future<Output = ()> + 'static) {
        self.0.background.borrow_mut().push(Box::pin(task));
    }
}

impl Host for Crowd {
    fn now(&self) -> UnixMilliseconds {
        UnixMilliseconds(testing::NOW.milliseconds().0 + self.0.now_ms.get())
    }

    fn log(&self, _: LogLine) {}

    fn in_background(&self, isolate: &Arc<Isolate>, task: Task) {
        let (host, isolate) = (self.clone(), Arc::clone(isolate));
        self.run(async move { task.run(&host, &isolate).await });
    }

    async fn sleep(&self, ms: u32) {
        self.until(self.0.now_ms.get() + u64::from(ms)).await;
    }

    async fn ask_origin(&self, request: OriginRequest) -> OriginReply {
        let state = &self.0;
        let (count, reply) = if request.url.ends_with("jwks.json") {
            (&state.key_fetches, &state.keys)
        } else if let Some(body) = request.body {
            state.confirmed.borrow_mut().push(String::from_utf8(body).unwrap());
            (&state.confirms, &state.confirm)
        } else {
            (&state.pulls, &state.feed)
        };
        count.set(count.get() + 1);
        state.running.set(state.running.get() + 1);
        state.most_running.set(state.most_running.get().max(state.running.get()));
        self.until(state.now_ms.get() + state.latency_ms.get()).await;
        state.running.set(state.running.get() - 1);
        reply.borrow().clone().unwrap_or(Err(Outage::TimedOut))
    }

    async fn recall(&self, _: &str) -> Option<Kept> {
        None
    }

    async fn keep(&self, _: &str, _: &Kept, _: u64) {}
}

impl GatewayHost for Crowd {
    type AppAnswer = Vec<(String, String)>;

    fn client_address(&self) -> Option<String> {
        None
    }

    async fn is_within_limit(&self, _: String) -> bool {
        true
    }

    async fn body(&self, _: usize) -> Result<Vec<u8>, BodyError> {
        Ok(Vec::new())
    }

    async fn forward(&self, _: AppRequest) -> Result<Self::AppAnswer, AppUnreachable> {
        Ok(Vec::new())
    }

    fn reserved_headers(&self, _: &Self::AppAnswer) -> Vec<(String, String)> {
        Vec::new()
    }

    fn discard(&self, _: Self::AppAnswer) {}
}

/// Sends all of these at the same moment; their statuses, and how long it took.
pub(super) fn all_at_once(
    host: &Crowd,
    isolate: &Arc<Isolate>,
    requests: impl IntoIterator<Item = RequestHeaders<'static>>,
) -> (Vec<u16>, u64) {
    let began_ms = host.0.now_ms.get();
    let statuses = Rc::new(RefCell::new(Vec::new()));
    for headers in requests {
        let (host, isolate, statuses) = (host.clone(), Arc::clone(isolate), Rc::clone(&statuses));
        let task_host = host.clone();
        host.run(async move {
            let request = RequestView::new("GET", "https://api.test/auth/session", headers);
            let Reply::Own(answer) = handle(&task_host, &isolate, &request).await else {
                panic!("the app answered")
            };
            statuses.borrow_mut().push(answer.status);
        });
    }
    let mut tasks = Vec::new();
    loop {
        tasks.append(&mut host.0.background.borrow_mut());
        tasks.retain_mut(|task: &mut Pin<Box<dyn Future<Output = ()>>>| {
            task.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending()
        });
        if tasks.is_empty() && host.0.background.borrow().is_empty() {
            break;
        }
        host.0.now_ms.set(host.0.now_ms.get() + 1);
    }
    let statuses = statuses.borrow().clone();
    (statuses, host.0.now_ms.get() - began_ms)
}

pub(super) fn crowd(latency_ms: u64) -> (Crowd, Arc<Isolate>) {
    let host = Crowd::default();
    host.0.latency_ms.set(latency_ms);
    *host.0.keys.borrow_mut() = Some(published(&testing::keys()));
    *host.0.feed.borrow_mut() = Some(signed(&testing::page()));
    (host, Arc::new(Isolate::new(testing::settings_with(&[]))))
}

/// What follows the first page: nothing new.
fn goes_on() -> FeedPage {
    FeedPage { since: Some(testing::cursor(0)), ..testing::page() }
}

pub(super) fn count(statuses: &[u16], status: u16) -> usize {
    statuses.iter().filter(|seen| **seen == status).count()
}

/// A token whose key nobody has.
fn made_up(number: u32) -> RequestHeaders<'static> {
    use std::fmt::Write;
    // The signature is never looked at, so one will do.
    let header = format!(r#"{{"alg":"EdDSA","typ":"at+jwt","kid":"made-up-{number:05}"}}"#);
    let mut encoded = String::new();
    for chunk in header.as_bytes().chunks(3) {
        const ALPHABET: &[u8; 64] =
            b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
        let bits = chunk.iter().fold(0, |bits, byte| (bits << 8) | u32::from(*byte));
        let bits = bits << (8 * (3 - chunk.len()));
        for place in 0..=chunk.len() {
            let digit = (bits >> (18 - 6 * place)) & 63;
            write!(encoded, "{}", char::from(ALPHABET[digit as usize])).unwrap();
        }
    }
    RequestHeaders {
        cookie: Some(format!("sAccessToken={encoded}.e30.{}", "A".repeat(86)).into()),
        ..RequestHeaders::default()
    }
}

#[test]
fn a_thousand_cold_requests_make_one_fetch_and_one_pull() {
    let (host, isolate) = crowd(40);

    let (statuses, took_ms) = all_at_once(&host, &isolate, (0..1_000).map(|_| session()));

    assert_eq!(count(&statuses, 200), 1_000);
    assert_eq!((host.0.key_fetches.get(), host.0.pulls.get()), (1, 1));
    assert!(took_ms < 120, "{took_ms} ms for two calls of 40 ms");
}

#[test]
fn ten_thousand_made_up_keys_make_one_fetch_and_disturb_nobody() {
    let (host, isolate) = crowd(40);
    all_at_once(&host, &isolate, [session()]);
    host.0.now_ms.set(host.0.now_ms.get() + UNKNOWN_KEY_COOLDOWN_MS);
    *host.0.feed.borrow_mut() = Some(signed(&goes_on()));

    let requests = (0..10_000).map(made_up).chain((0..100).map(|_| session()));
    let (statuses, _) = all_at_once(&host, &isolate, requests);

    assert_eq!((count(&statuses, 401), count(&statuses, 200)), (10_000, 100));
    assert_eq!(host.0.key_fetches.get(), 2, "the first one, and one for all made-up keys");
}

#[test]
fn a_token_with_a_brand_new_key_is_not_refused_because_somebody_else_is_fetching() {
    let (host, isolate) = crowd(40);
    let old = testing::signing_key("k0");
    *host.0.keys.borrow_mut() =
        Some(published(&KeySet::new(vec![(old.id().clone(), old.public_key())])));
    *host.0.feed.borrow_mut() = Some(says(200, old.sign_feed(&testing::page()).unwrap()));
    let of_the_old_key = RequestHeaders {
        cookie: Some(format!("sAccessToken={}", old.sign(&testing::claims()).unwrap()).into()),
        ..RequestHeaders::default()
    };
    assert_eq!(all_at_once(&host, &isolate, [of_the_old_key]).0, [200]);
    host.0.now_ms.set(host.0.now_ms.get() + UNKNOWN_KEY_COOLDOWN_MS);
    let both = [old, testing::signing_key("k1")].map(|key| (key.id().clone(), key.public_key()));
    *host.0.keys.borrow_mut() = Some(published(&KeySet::new(both.to_vec())));
    *host.0.feed.borrow_mut() = Some(signed(&goes_on()));

    let (statuses, _) =
        all_at_once(&host, &isolate, (0..50).map(made_up).chain((0..50).map(|_| session())));

    assert_eq!((count(&statuses, 401), count(&statuses, 200)), (50, 50));
    assert_eq!(host.0.key_fetches.get(), 2);
}

#[test]
fn a_slow_origin_is_never_asked_twice_at_a_time() {
    let (host, isolate) = crowd(u64::from(crate::host::ORIGIN_TIMEOUT_MS));
    *host.0.feed.borrow_mut() = None;
    let longer = || {
        let mut claims = testing::claims();
        claims.expires_at.0 += 600;
        let cookie = format!("sAccessToken={}", testing::token(&claims));
        RequestHeaders { cookie: Some(cookie.into()), ..RequestHeaders::default() }
    };

    for _ in 0..5 {
        let (statuses, took_ms) = all_at_once(&host, &isolate, (0..100).map(|_| longer()));
        assert_eq!(count(&statuses, 503), 100);
        assert!(took_ms <= 2 * 5_100, "{took_ms}");
    }

    assert_eq!(host.0.most_running.get(), 1);
}

#[test]
fn a_client_that_goes_away_takes_nobody_elses_pull_with_it() {
    let (host, isolate) = crowd(40);
    let request = RequestView::new("GET", "https://api.test/auth/session", session());
    {
        // Begins the fetch, and is dropped before it is over.
        let gone = pin!(handle(&host, &isolate, &request));
        assert!(gone.poll(&mut Context::from_waker(Waker::noop())).is_pending());
    }

    let (statuses, took_ms) = all_at_once(&host, &isolate, (0..10).map(|_| session()));

    assert_eq!(count(&statuses, 200), 10);
    assert_eq!((host.0.key_fetches.get(), host.0.pulls.get()), (1, 1));
    assert!(took_ms < 120, "{took_ms}");
}

#[test]
fn many_seconds_of_traffic_cost_one_pull_a_second() {
    let (host, isolate) = crowd(20);
    all_at_once(&host, &isolate, [session()]);
    *host.0.feed.borrow_mut() = Some(signed(&goes_on()));

    for _ in 0..1_000 {
        let (statuses, took_ms) = all_at_once(&host, &isolate, (0..3).map(|_| session()));
        assert_eq!(count(&statuses, 200), 3);
        host.0.now_ms.set(host.0.now_ms.get() + 20_u64.saturating_sub(took_ms));
    }

    assert!((10..=21).contains(&host.0.pulls.get()), "{} pulls", host.0.pulls.get());
    assert_eq!((host.0.key_fetches.get(), host.0.most_running.get()), (1, 1));
}
