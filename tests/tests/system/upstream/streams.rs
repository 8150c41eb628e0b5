//! Bodies go through as they come, however large.

use super::{UpstreamTest, stage::Stage};
use std::sync::Arc;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

pub(super) fn all() -> Vec<UpstreamTest> {
    crate::upstream_tests![
        each_piece_of_a_body_arrives_before_the_next_is_sent,
        an_event_arrives_while_the_stream_goes_on,
        large_bodies_go_through_without_being_held,
        an_app_makes_no_more_than_its_client_takes,
    ]
}

/// A request and its answer, piece by piece.
struct Exchange(TcpStream);

impl Exchange {
    async fn begin(stage: &Stage, head: &str) -> Self {
        let mut stream =
            TcpStream::connect(("127.0.0.1", stage.port())).await.expect("the gateway listens");
        let head = format!("{head}\r\nHost: 127.0.0.1:{}\r\n\r\n", stage.port());
        stream.write_all(head.as_bytes()).await.expect("the gateway reads");
        Self(stream)
    }

    async fn send(&mut self, bytes: &[u8]) {
        self.0.write_all(bytes).await.expect("the gateway reads");
    }

    /// Reads until this was said; the test ends otherwise by the patience of its runner.
    async fn hear(&mut self, words: &str) -> String {
        let mut heard = String::new();
        while !heard.contains(words) {
            let mut piece = [0; 4096];
            let read = tokio::time::timeout(PATIENCE, self.0.read(&mut piece)).await;
            let count = read.unwrap_or_else(|_| panic!("{words:?} never came, but {heard:?}"));
            let count = count.expect("the gateway writes");
            assert!(count > 0, "it ended without {words:?}, but with {heard:?}");
            heard.push_str(&String::from_utf8_lossy(&piece[..count]));
        }
        heard
    }
}

async fn each_piece_of_a_body_arrives_before_the_next_is_sent(stage: Arc<Stage>) {
    let head = "POST /public/mirror HTTP/1.1\r\nTransfer-Encoding: chunked";
    let mut exchange = Exchange::begin(&stage, head).await;

    exchange.send(b"5\r\nfirst\r\n").await;
    let head = exchange.hear("first").await;
    exchange.send(b"6\r\nsecond\r\n").await;
    exchange.hear("second").await;
    exchange.send(b"0\r\n\r\n").await;
    exchange.hear("0\r\n\r\n").await;

    assert!(head.starts_with("HTTP/1.1 200"), "{head}");
}

async fn an_event_arrives_while_the_stream_goes_on(stage: Arc<Stage>) {
    let mut exchange = Exchange::begin(&stage, "GET /public/events HTTP/1.1").await;

    let heard = exchange.hear("data: first\n\n").await;

    assert!(heard.to_lowercase().contains("content-type: text/event-stream"), "{heard}");
}

async fn large_bodies_go_through_without_being_held(stage: Arc<Stage>) {
    let before_kib = stage.most_memory_kib();

    let head = format!("POST /public/count HTTP/1.1\r\nContent-Length: {LARGE_BYTES}");
    let mut upload = Exchange::begin(&stage, &head).await;
    let piece = vec![b'x'; PIECE_BYTES];
    for _ in 0..LARGE_BYTES / PIECE_BYTES {
        upload.send(&piece).await;
    }
    upload.hear(&format!(r#"{{"bytes":{LARGE_BYTES}}}"#)).await;
    let mut got = reqwest::Client::new()
        .get(format!("{}/public/stream?bytes={LARGE_BYTES}", stage.url()))
        .send()
        .await
        .expect("the app answers");
    let mut got_bytes = 0;
    while let Some(piece) = got.chunk().await.expect("it goes on") {
        got_bytes += piece.len();
    }

    assert_eq!(got_bytes, LARGE_BYTES);
    let grown_kib = stage.most_memory_kib() - before_kib;
    assert!(grown_kib < LARGE_BYTES as u64 / 1024 / 3, "it grew by {grown_kib} KiB");
}

/// Whoever reads slowly must not make the gateway keep what the app could send.
async fn an_app_makes_no_more_than_its_client_takes(stage: Arc<Stage>) {
    let before = pulled(&stage).await;
    let path = format!("/public/stream?bytes={LARGE_BYTES}");
    let mut exchange = Exchange::begin(&stage, &format!("GET {path} HTTP/1.1")).await;
    exchange.hear("xxxx").await;

    // Until the app has stopped: it says the same twice, with an answer of another request between.
    let mut last = 0;
    let made = wayleave_tests::patience::until("the app waits for its client", async || {
        let made = pulled(&stage).await - before;
        let has_stopped = made == last;
        last = made;
        has_stopped.then_some(made)
    })
    .await;

    assert!(
        made < LARGE_BYTES as u64 / 2,
        "the app made {made} bytes for a client that reads none"
    );
    drop(exchange);
}

async fn pulled(stage: &Stage) -> u64 {
    let answer = stage.visitor().get("/public/pulled").await.expect(200).json();
    answer["pulled"].as_u64().expect("a number")
}

const PIECE_BYTES: usize = 64 * 1024;
/// Far more than what the app's own garbage comes to.
const LARGE_BYTES: usize = 16 * 1024 * PIECE_BYTES;
const PATIENCE: std::time::Duration = std::time::Duration::from_mins(1);
