//! A proxy that writes down what goes through it, and that can stop listening.

use axum::{
    Router,
    body::{self, Body},
    extract::{Request, State},
    response::Response,
};
use http::{HeaderMap, Method, StatusCode, header};
use std::{
    net::{Ipv4Addr, SocketAddr},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};
use tokio::{net::TcpListener, sync::oneshot, task::JoinHandle};

/// Listens on a port of its own and passes every request on.
#[derive(Debug)]
pub struct Tap {
    address: SocketAddr,
    inner: Inner,
    server: tokio::sync::Mutex<Option<Server>>,
}

/// A request that went through.
#[derive(Clone, Debug)]
pub struct Seen {
    /// Its method.
    pub method: Method,
    /// Its path, with its query.
    pub path: String,
    /// Its headers.
    pub headers: HeaderMap,
}

impl Seen {
    fn words(&self) -> String {
        format!("{} {}", self.method, self.path)
    }

    fn is_feed_pull(&self) -> bool {
        self.method == Method::GET && self.path.split('?').next() == Some("/v1/revocations")
    }

    fn is_key_fetch(&self) -> bool {
        self.method == Method::GET && self.path == "/.well-known/jwks.json"
    }
}

#[derive(Debug)]
struct Server {
    stop: oneshot::Sender<()>,
    task: JoinHandle<()>,
}

#[derive(Clone, Debug)]
struct Inner {
    target: String,
    client: reqwest::Client,
    seen: Arc<Mutex<Vec<Seen>>>,
}

impl Tap {
    /// Starts one in front of `target`, an URL without a slash at the end.
    ///
    /// # Panics
    ///
    /// If it cannot listen.
    pub async fn open(target: String) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a free port");
        let address = listener.local_addr().expect("a listener has an address");
        let client = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .expect("a client without TLS can be made");
        let inner = Inner { target, client, seen: Arc::default() };
        let server = tokio::sync::Mutex::new(Some(inner.serve(listener)));
        Self { address, inner, server }
    }

    /// Where it listens, without a slash at the end.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// What went through since it was last [forgotten](Self::forget).
    #[must_use]
    pub fn seen(&self) -> Vec<Seen> {
        self.inner.seen().clone()
    }

    /// The same as short words, `GET /path`, for comparisons that show what else went through.
    #[must_use]
    pub fn requests(&self) -> Vec<String> {
        self.inner.seen().iter().map(Seen::words).collect()
    }

    /// How many of them pulled the revocation feed.
    #[must_use]
    pub fn feed_pulls(&self) -> usize {
        self.inner.seen().iter().filter(|seen| seen.is_feed_pull()).count()
    }

    /// How many of them fetched the public keys.
    #[must_use]
    pub fn key_fetches(&self) -> usize {
        self.inner.seen().iter().filter(|seen| seen.is_key_fetch()).count()
    }

    /// Like [`requests`](Self::requests), without the feed pulls, which go on by the clock whatever is asked.
    #[must_use]
    pub fn requests_but_pulls(&self) -> Vec<String> {
        self.inner.seen().iter().filter(|seen| !seen.is_feed_pull()).map(Seen::words).collect()
    }

    /// Like [`requests`](Self::requests), without all that an edge asks for everybody at once: feed pulls and key fetches.
    #[must_use]
    pub fn requests_for_someone(&self) -> Vec<String> {
        let seen = self.inner.seen();
        let for_someone = seen.iter().filter(|seen| !seen.is_feed_pull() && !seen.is_key_fetch());
        for_someone.map(Seen::words).collect()
    }

    /// Begins to count anew.
    pub fn forget(&self) {
        self.inner.seen().clear();
    }

    /// Stops listening and closes every connection: whoever comes now is refused as if nobody were there.
    pub async fn close(&self) {
        if let Some(server) = self.server.lock().await.take() {
            // Both fail only if it has stopped by itself.
            let _ = server.stop.send(());
            let _ = server.task.await;
        }
    }

    /// Listens again, on the same port.
    ///
    /// # Panics
    ///
    /// If somebody has taken the port meanwhile.
    pub async fn reopen(&self) {
        let mut server = self.server.lock().await;
        if server.is_none() {
            let listener = TcpListener::bind(self.address).await.expect("the port is still free");
            *server = Some(self.inner.serve(listener));
        }
    }
}

impl Inner {
    fn serve(&self, listener: TcpListener) -> Server {
        let router = Router::new().fallback(pass_on).with_state(self.clone());
        let (stop, stopped) = oneshot::channel::<()>();
        let task = tokio::spawn(async move {
            let serve = axum::serve(listener, router).with_graceful_shutdown(async {
                let _ = stopped.await;
            });
            serve.await.expect("serving on a local port does not fail");
        });
        Server { stop, task }
    }

    fn seen(&self) -> MutexGuard<'_, Vec<Seen>> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

async fn pass_on(State(tap): State<Inner>, request: Request) -> Response {
    let (mut parts, body) = request.into_parts();
    let path = parts.uri.path_and_query().map_or("/", |path| path.as_str()).to_owned();
    tap.seen().push(Seen {
        method: parts.method.clone(),
        path: path.clone(),
        headers: parts.headers.clone(),
    });
    let Ok(body) = body::to_bytes(body, usize::MAX).await else {
        return failure("the request broke off");
    };
    // Of this connection, not of the next.
    for name in [header::HOST, header::CONNECTION, header::TRANSFER_ENCODING] {
        parts.headers.remove(name);
    }
    let answer = tap
        .client
        .request(parts.method, format!("{}{path}", tap.target))
        .headers(parts.headers)
        .body(body)
        .send()
        .await;
    let Ok(answer) = answer else { return failure("nobody is behind the tap") };
    let (status, mut headers) = (answer.status(), answer.headers().clone());
    let Ok(body) = answer.bytes().await else { return failure("the answer broke off") };
    headers.remove(header::CONNECTION);
    headers.remove(header::TRANSFER_ENCODING);
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = status;
    *response.headers_mut() = headers;
    response
}

fn failure(what: &'static str) -> Response {
    let mut response = Response::new(Body::from(what));
    *response.status_mut() = StatusCode::BAD_GATEWAY;
    response
}
