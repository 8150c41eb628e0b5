//! Against a small server in the same process.

use super::*;
use axum::{
    Router, body::Body, extract::Request, http::StatusCode, response::Response, routing::any,
};
use std::{
    collections::HashSet,
    net::SocketAddr,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
};

/// A server that answers with this.
async fn serving(answer: fn(&Request) -> Response) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let router = Router::new().fallback(any(async move |request: Request| answer(&request)));
    tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    address
}

fn load(address: SocketAddr) -> Load {
    Load { address, lead: Duration::ZERO, length: Duration::from_millis(200), core: None }
}

fn get(path: &str) -> Vec<u8> {
    request::request("GET", path, &[], None)
}

/// The path of the request, in the body.
fn echo(request: &Request) -> Response {
    Response::new(Body::from(request.uri().path().to_owned()))
}

#[tokio::test]
async fn every_operation_is_counted_with_its_latency() {
    let address = serving(echo).await;

    let (outcome, scripts) = generate(load(address), Repeated::times(&get("/"), 3)).await.unwrap();

    assert_eq!(scripts.len(), 3);
    assert!(outcome.operations > 10, "{outcome:?}");
    assert!(
        outcome.quantile_us(0.5) > 0.0 && outcome.quantile_us(0.99) >= outcome.quantile_us(0.5)
    );
}

#[tokio::test]
async fn an_answer_that_is_no_success_ends_the_load_with_what_it_says() {
    let address = serving(|_| {
        let mut response = Response::new(Body::from("no such session"));
        *response.status_mut() = StatusCode::UNAUTHORIZED;
        response
    })
    .await;

    let error = generate(load(address), Repeated::times(&get("/"), 2)).await.err().unwrap();

    assert_eq!(error.to_string(), "401 no such session");
}

#[tokio::test]
async fn a_server_that_is_not_there_is_a_failed_connection() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);

    let error = generate(load(address), Repeated::times(&get("/"), 1)).await.err().unwrap();

    assert!(matches!(error, LoadError::Connection(_)), "{error:?}");
}

/// Asks for its own path, and accepts no other's.
struct Own {
    name: usize,
    asked: usize,
    seen: Arc<Mutex<HashSet<String>>>,
}

impl Script for Own {
    fn next(&mut self, request: &mut Vec<u8>) -> Result<(), String> {
        self.asked += 1;
        request::write(request, "GET", &format!("/{}/{}", self.name, self.asked), &[], None);
        Ok(())
    }

    fn see(&mut self, answer: &Answer<'_>) -> Result<Progress, String> {
        let expected = format!("/{}/{}", self.name, self.asked);
        if answer.body != expected.as_bytes() {
            return Err(format!("{expected} got {}", answer.described()));
        }
        self.seen.lock().unwrap_or_else(PoisonError::into_inner).insert(expected);
        Ok(Progress::Done)
    }
}

#[tokio::test]
async fn each_connection_has_its_own_script_which_lives_on() {
    let address = serving(echo).await;
    let seen = Arc::new(Mutex::new(HashSet::new()));
    let own = |name| Box::new(Own { name, asked: 0, seen: Arc::clone(&seen) }) as Box<dyn Script>;

    let (first, scripts) = generate(load(address), (0..4).map(own).collect()).await.unwrap();
    let (second, _) = generate(load(address), scripts).await.unwrap();

    // Had one begun anew, it would have asked for a path a second time. The last answers of a run come after its end.
    let seen = u64::try_from(seen.lock().unwrap().len()).unwrap();
    let counted = first.operations + second.operations;
    assert!((counted..=counted + 8).contains(&seen), "{counted} counted, {seen} seen");
}

/// Two requests are one operation.
struct Pairs(bool);

impl Script for Pairs {
    fn next(&mut self, request: &mut Vec<u8>) -> Result<(), String> {
        self.0 = !self.0;
        request::write(request, "GET", if self.0 { "/one" } else { "/two" }, &[], None);
        Ok(())
    }

    fn see(&mut self, answer: &Answer<'_>) -> Result<Progress, String> {
        let expected: &[u8] = if self.0 { b"/one" } else { b"/two" };
        if answer.body != expected {
            return Err(answer.described());
        }
        Ok(if self.0 { Progress::GoesOn } else { Progress::Done })
    }
}

#[tokio::test]
async fn an_operation_of_two_requests_is_counted_once() {
    static REQUESTS: std::sync::atomic::AtomicU64 = std::sync::atomic::AtomicU64::new(0);
    let address = serving(|request| {
        REQUESTS.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        echo(request)
    })
    .await;

    let (outcome, _) = generate(load(address), vec![Box::new(Pairs(false))]).await.unwrap();

    // The operation that ends after the end is not counted.
    let requests = REQUESTS.load(std::sync::atomic::Ordering::Relaxed);
    assert_eq!(requests, 2 * (outcome.operations + 1));
}

/// Has nothing more to send.
struct Dry;

impl Script for Dry {
    fn next(&mut self, _: &mut Vec<u8>) -> Result<(), String> {
        Err("the tokens are used up".to_owned())
    }
}

#[tokio::test]
async fn a_script_that_has_nothing_more_to_send_ends_the_load() {
    let address = serving(echo).await;

    let error = generate(load(address), vec![Box::new(Dry)]).await.err().unwrap();

    assert_eq!(error.to_string(), "the tokens are used up");
}

/// A server that sends these pieces to whoever has sent something, one after the other, and then closes.
async fn sending(pieces: &'static [&'static str]) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let _ = stream.read(&mut [0; 1024]).await.unwrap();
        for piece in pieces {
            stream.write_all(piece.as_bytes()).await.unwrap();
            stream.flush().await.unwrap();
            tokio::task::yield_now().await;
        }
    });
    address
}

async fn body(address: SocketAddr) -> std::io::Result<String> {
    exchange(address, &get("/"), |answer| String::from_utf8_lossy(answer.body).into_owned()).await
}

#[tokio::test]
async fn a_body_in_chunks_is_put_together_wherever_it_is_cut() {
    let address = sending(&[
        "HTTP/1.1 200 OK\r\nTransfer-Enc",
        "oding: chunked\r\n\r\n5\r\nhel",
        "lo\r\n6\r\n world\r\n0",
        "\r\n\r\n",
    ])
    .await;

    assert_eq!(body(address).await.unwrap(), "hello world");
}

#[tokio::test]
async fn an_answer_that_is_cut_off_is_a_failed_connection() {
    let address = sending(&["HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhel"]).await;

    let error = body(address).await.unwrap_err();

    assert_eq!(error.to_string(), "it closed the connection");
}

#[tokio::test]
async fn more_than_one_answer_to_one_request_is_refused() {
    let address = sending(&["HTTP/1.1 204 OK\r\n\r\nHTTP/1.1 204 OK\r\n\r\n"]).await;

    let error = body(address).await.unwrap_err();

    assert_eq!(error.to_string(), "more than one answer");
}

#[tokio::test]
async fn a_connection_that_the_server_closes_is_opened_again() {
    let address = serving(|request| {
        let mut response = echo(request);
        response.headers_mut().insert("connection", "close".parse().unwrap());
        response
    })
    .await;

    let (outcome, _) = generate(load(address), Repeated::times(&get("/"), 2)).await.unwrap();

    assert!(outcome.operations > 2, "{outcome:?}");
}

#[tokio::test]
async fn lines_of_an_answer_are_found_whatever_their_case() {
    let address = serving(|_| {
        let mut response = Response::new(Body::empty());
        for line in ["sAccessToken=abc; Path=/", "sRefreshToken=def; HttpOnly"] {
            response.headers_mut().append("set-cookie", line.parse().unwrap());
        }
        response
    })
    .await;

    let request = get("/");
    let seen = exchange(address, &request, |answer| {
        let lines: Vec<_> = answer.headers("Set-Cookie").map(str::to_owned).collect();
        let cookie = |name| answer.cookie(name).map(str::to_owned);
        (lines.len(), cookie("sRefreshToken"), cookie("sIdRefreshToken"))
    });

    assert_eq!(seen.await.unwrap(), (2, Some("def".to_owned()), None));
}

#[tokio::test]
async fn a_latency_of_many_milliseconds_is_not_taken_for_another() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let router = Router::new().fallback(any(async || {
        tokio::time::sleep(Duration::from_millis(20)).await;
        "late"
    }));
    tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });

    let (outcome, _) = generate(load(address), Repeated::times(&get("/"), 1)).await.unwrap();

    assert!(outcome.quantile_us(0.5) >= 20_000.0, "{outcome:?}");
}
