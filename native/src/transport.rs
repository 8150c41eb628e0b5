//! HTTP to the origin.

use axum::body::HttpBody;
use http::{HeaderValue, Request, header};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::{
    client::legacy::{Builder, Client, connect::HttpConnector},
    rt::{TokioExecutor, TokioTimer},
};
use std::{error::Error, fmt::Write, future::poll_fn, io, pin::Pin, time::Duration};
use wayleave_edge::{
    host::{MAX_ORIGIN_ANSWER_BYTES, ORIGIN_TIMEOUT_MS},
    origin::{Incoming, OriginRequest, Outage},
};
use wayleave_shared::web_origin::WebOrigin;

/// Keeps connections open and uses them again. Follows no redirect.
pub(crate) enum Transport {
    Plain(Client<HttpConnector, axum::body::Body>),
    Tls(Client<HttpsConnector<HttpConnector>, axum::body::Body>),
}

impl Transport {
    /// Opens no connection yet.
    ///
    /// # Errors
    ///
    /// Where TLS is needed and the system has no certificates of authorities.
    pub(crate) fn new(origin: &WebOrigin) -> io::Result<Self> {
        if !origin.as_str().starts_with("https://") {
            return Ok(Self::Plain(client().build_http()));
        }
        // Named here: what else is in the program must not decide it, or make it fail.
        let provider = rustls::crypto::ring::default_provider();
        let connector = HttpsConnectorBuilder::new()
            .with_provider_and_native_roots(provider)?
            .https_only()
            .enable_http1()
            .build();
        Ok(Self::Tls(client().build(connector)))
    }

    /// Sends a request and reads its answer to the end, both within [`ORIGIN_TIMEOUT_MS`].
    pub(crate) async fn send(&self, request: OriginRequest) -> Result<Incoming, Outage> {
        let limit = Duration::from_millis(ORIGIN_TIMEOUT_MS.into());
        let answered = tokio::time::timeout(limit, self.exchange(request)).await;
        answered.unwrap_or(Err(Outage::TimedOut))
    }

    async fn exchange(&self, request: OriginRequest) -> Result<Incoming, Outage> {
        let request = http_request(request)
            .map_err(|error| Outage::Unreachable(format!("no request could be made: {error}")))?;
        let sent = match self {
            Self::Plain(client) => client.request(request),
            Self::Tls(client) => client.request(request),
        };
        let answer = sent.await.map_err(|error| Outage::Unreachable(with_causes(&error)))?;
        let (parts, body) = answer.into_parts();
        let content_type = parts.headers.get(header::CONTENT_TYPE).map(HeaderValue::as_bytes);
        Ok(Incoming {
            status: parts.status.as_u16(),
            content_type: content_type.map(|value| String::from_utf8_lossy(value).into_owned()),
            body: read(body, MAX_ORIGIN_ANSWER_BYTES).await?,
        })
    }
}

fn client() -> Builder {
    let mut builder = Client::builder(TokioExecutor::new());
    builder.pool_idle_timeout(IDLE_LIMIT).pool_timer(TokioTimer::new());
    builder
}

fn http_request(request: OriginRequest) -> Result<Request<axum::body::Body>, http::Error> {
    let mut builder = Request::builder().method(request.method).uri(request.url);
    for (name, value) in request.headers {
        let mut value = HeaderValue::try_from(value)?;
        value.set_sensitive(name.eq_ignore_ascii_case("authorization"));
        builder = builder.header(name, value);
    }
    builder.body(request.body.map_or_else(axum::body::Body::empty, Into::into))
}

/// The bytes of a body, but not more than the limit.
async fn read<B>(mut body: B, limit_bytes: usize) -> Result<Vec<u8>, Outage>
where
    B: HttpBody<Data = axum::body::Bytes> + Unpin,
    B::Error: Error,
{
    let mut bytes = Vec::new();
    while let Some(frame) = poll_fn(|context| Pin::new(&mut body).poll_frame(context)).await {
        let frame = frame.map_err(|error| Outage::Unreadable(error.to_string()))?;
        let Ok(chunk) = frame.into_data() else { continue };
        if chunk.len() > limit_bytes - bytes.len() {
            return Err(Outage::AnswerTooLarge);
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(bytes)
}

fn with_causes(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        // Writing to a string cannot fail.
        let _ = write!(text, ": {error}");
        cause = error.source();
    }
    text
}

/// How long a connection that nobody uses stays open. Most servers and load balancers close theirs after a minute or more.
const IDLE_LIMIT: Duration = Duration::from_secs(50);

#[cfg(test)]
mod tests {
    use super::*;
    use axum::{
        Router,
        body::Body,
        extract::Request as Received,
        response::Redirect,
        routing::{any, get},
        serve::ListenerExt,
    };
    use std::sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    };
    use tokio::net::TcpListener;

    /// A server, where it is, and how many connections it has seen.
    async fn serve(router: Router) -> (String, Arc<AtomicUsize>) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let connections = Arc::<AtomicUsize>::default();
        let counter = Arc::clone(&connections);
        let listener = listener.tap_io(move |_| {
            counter.fetch_add(1, Ordering::SeqCst);
        });
        tokio::spawn(async { axum::serve(listener, router).await.unwrap() });
        (url, connections)
    }

    fn request(url: &str) -> OriginRequest {
        OriginRequest { method: "GET", url: url.to_owned(), headers: Vec::new(), body: None }
    }

    async fn send(url: &str, request: OriginRequest) -> Result<Incoming, Outage> {
        Transport::new(&url.parse().unwrap()).unwrap().send(request).await
    }

    #[tokio::test]
    async fn a_request_arrives_as_it_was_meant() {
        let echo = async |request: Received| {
            let (parts, body) = request.into_parts();
            let body = axum::body::to_bytes(body, 100).await.unwrap();
            let body = String::from_utf8(body.to_vec()).unwrap();
            let key = parts.headers["authorization"].to_str().unwrap().to_owned();
            (http::StatusCode::IM_A_TEAPOT, format!("{} {} {key} {body}", parts.method, parts.uri))
        };
        let (url, _) = serve(Router::new().route("/a%20b", any(echo))).await;
        let request = OriginRequest {
            method: "PUT",
            url: format!("{url}/a%20b?c=d"),
            headers: vec![("authorization", "Bearer key".to_owned())],
            body: Some(b"body".to_vec()),
        };

        let answer = send(&url, request).await.unwrap();

        assert_eq!(answer.status, 418);
        assert_eq!(answer.content_type.as_deref(), Some("text/plain; charset=utf-8"));
        assert_eq!(String::from_utf8(answer.body).unwrap(), "PUT /a%20b?c=d Bearer key body");
    }

    #[tokio::test]
    async fn connections_are_used_again() {
        let (url, connections) = serve(Router::new().route("/", get(async || "x"))).await;
        let transport = Transport::new(&url.parse().unwrap()).unwrap();

        for _ in 0..10 {
            assert_eq!(transport.send(request(&url)).await.unwrap().status, 200);
        }

        assert_eq!(connections.load(Ordering::SeqCst), 1);
    }

    #[tokio::test]
    async fn a_redirect_is_not_followed() {
        let redirect = async || Redirect::temporary("/elsewhere");
        let (url, connections) = serve(Router::new().route("/", get(redirect))).await;

        let answer = send(&url, request(&url)).await.unwrap();

        assert_eq!((answer.status, connections.load(Ordering::SeqCst)), (307, 1));
    }

    #[tokio::test]
    async fn an_answer_is_read_up_to_its_limit() {
        let body = async |request: Received| {
            let bytes: usize = request.uri().query().unwrap().parse().unwrap();
            Body::from(vec![0; bytes])
        };
        let (url, _) = serve(Router::new().route("/", get(body))).await;
        let sized = |bytes: usize| request(&format!("{url}/?{bytes}"));

        let longest = send(&url, sized(MAX_ORIGIN_ANSWER_BYTES)).await;
        let longer = send(&url, sized(MAX_ORIGIN_ANSWER_BYTES + 1)).await;

        assert_eq!(longest.unwrap().body.len(), MAX_ORIGIN_ANSWER_BYTES);
        assert_eq!(longer.err(), Some(Outage::AnswerTooLarge));
    }

    #[tokio::test(start_paused = true)]
    async fn an_origin_that_does_not_answer_is_given_up() {
        let silent = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", silent.local_addr().unwrap());
        let began = tokio::time::Instant::now();

        let outcome = send(&url, request(&url)).await;

        assert_eq!(outcome.err(), Some(Outage::TimedOut));
        assert_eq!(began.elapsed(), Duration::from_millis(ORIGIN_TIMEOUT_MS.into()));
    }

    #[tokio::test]
    async fn an_origin_that_is_not_there_is_unreachable() {
        let gone = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
        let url = format!("http://{gone}");

        let outcome = send(&url, request(&url)).await;

        let Err(Outage::Unreachable(reason)) = outcome else { panic!("{:?}", outcome.err()) };
        assert!(reason.contains("onnection refused"), "{reason}");
    }

    #[tokio::test]
    async fn an_origin_of_https_is_spoken_to_by_tls_only() {
        let (plain, _) = serve(Router::new().route("/", get(async || "x"))).await;
        let url = plain.replace("http:", "https:");

        let outcome = send(&url, request(&url)).await;

        let Err(Outage::Unreachable(reason)) = outcome else { panic!("{:?}", outcome.err()) };
        assert!(reason.contains("received corrupt message"), "{reason}");
    }
}
