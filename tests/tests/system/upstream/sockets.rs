//! Upgraded connections through the gateway: texts in both directions.

use super::{
    UpstreamTest,
    stage::{Stage, query},
};
use serde_json::Value;
use std::{sync::Arc, time::Duration};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time,
};
use wayleave_tests::visitor::Visitor;

pub(super) fn all() -> Vec<UpstreamTest> {
    crate::upstream_tests![
        a_websocket_goes_through_with_the_session_of_its_user,
        another_site_can_open_no_websocket_with_the_users_cookies,
        without_a_session_no_websocket_is_opened_on_a_protected_path,
        the_answer_that_opens_a_websocket_shows_nothing_of_ours_and_can_change_the_session,
    ]
}

/// A page elsewhere that may use the session.
pub(super) const LISTED_ORIGIN: &str = "https://page.example.test";

/// A client's end of a WebSocket (RFC 6455), as far as short texts go.
struct Socket {
    stream: TcpStream,
    rest: Vec<u8>,
}

impl Socket {
    /// Asks for one, and returns the head of the answer with it.
    async fn open(stage: &Stage, path: &str, lines: &[(&str, &str)]) -> (Self, String) {
        let stream =
            TcpStream::connect(("127.0.0.1", stage.port())).await.expect("the gateway listens");
        let mut socket = Self { stream, rest: Vec::new() };
        let mut head = format!(
            "GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
             Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n",
            stage.port()
        );
        for (name, value) in lines {
            head.extend([name, ": ", value, "\r\n"]);
        }
        head.push_str("\r\n");
        socket.stream.write_all(head.as_bytes()).await.expect("the gateway reads");
        let end = loop {
            if let Some(end) = socket.rest.windows(4).position(|window| window == b"\r\n\r\n") {
                break end;
            }
            socket.more().await;
        };
        let rest = socket.rest.split_off(end + 4);
        let head = String::from_utf8(std::mem::replace(&mut socket.rest, rest));
        (socket, head.expect("heads are text"))
    }

    /// The text of the next frame.
    async fn hear(&mut self) -> String {
        while self.rest.len() < 2 {
            self.more().await;
        }
        assert_eq!(self.rest[0], 0x81, "a text in one frame");
        let (start, length) = match self.rest[1] {
            126 => {
                while self.rest.len() < 4 {
                    self.more().await;
                }
                (4, usize::from(u16::from_be_bytes([self.rest[2], self.rest[3]])))
            }
            length => (2, usize::from(length)),
        };
        while self.rest.len() < start + length {
            self.more().await;
        }
        let rest = self.rest.split_off(start + length);
        let frame = std::mem::replace(&mut self.rest, rest);
        String::from_utf8(frame[start..].to_vec()).expect("a text")
    }

    /// Sends a text of less than 126 bytes. Its mask is zero, which is one.
    async fn say(&mut self, text: &str) {
        let length = u8::try_from(text.len()).expect("a short text");
        assert!(length < 126, "a short text");
        let frame = [&[0x81, 0x80 | length, 0, 0, 0, 0], text.as_bytes()].concat();
        self.stream.write_all(&frame).await.expect("the gateway reads");
    }

    async fn more(&mut self) {
        let mut piece = [0; 4096];
        let read = time::timeout(PATIENCE, self.stream.read(&mut piece)).await;
        let count = read.expect("it says something").expect("the gateway writes");
        assert!(count > 0, "it ended after {:?}", String::from_utf8_lossy(&self.rest));
        self.rest.extend_from_slice(&piece[..count]);
    }
}

fn cookies(visitor: &Visitor) -> String {
    visitor.with_cookies(|jar| jar.header("/")).expect("it has cookies")
}

async fn opened(stage: &Stage) -> u64 {
    let answer = stage.visitor().get("/public/sockets").await.expect(200).json();
    answer["sockets"].as_u64().expect("a number")
}

async fn a_websocket_goes_through_with_the_session_of_its_user(stage: Arc<Stage>) {
    let alice = stage.user(r#"{"userId":"alice"}"#).await;
    let (cookies, own) = (cookies(&alice), stage.url());
    for (path, cookie, origin, user) in [
        ("/api/socket", cookies.as_str(), own.as_str(), Some("alice")),
        ("/api/socket", &cookies, LISTED_ORIGIN, Some("alice")),
        ("/public/socket", &cookies, &own, Some("alice")),
        ("/public/socket", &cookies, "https://evil.example.test", None),
        ("/public/socket", "theme=dark", "https://evil.example.test", None),
    ] {
        let lines = [("Cookie", cookie), ("Origin", origin), ("x-wayleave-user-id", "mallory")];
        let (mut socket, head) = Socket::open(&stage, path, &lines).await;
        assert!(head.starts_with("HTTP/1.1 101"), "{path} {origin}: {head}");

        let seen: Value = serde_json::from_str(&socket.hear().await).expect("JSON");
        assert_eq!(seen["headers"].get("x-wayleave-user-id").and_then(Value::as_str), user);
        assert!(!seen.to_string().contains("sAccessToken"), "{seen}");
        for text in ["hello", "again"] {
            socket.say(text).await;
            assert_eq!(socket.hear().await, text);
        }
    }
}

async fn another_site_can_open_no_websocket_with_the_users_cookies(stage: Arc<Stage>) {
    let alice = stage.user(r#"{"userId":"alice"}"#).await;
    let cookies = cookies(&alice);
    let before = opened(&stage).await;
    for origin in ["https://evil.example.test", "null", "http://127.0.0.1:1"] {
        let lines = [("Cookie", cookies.as_str()), ("Origin", origin)];
        let (mut refused, head) = Socket::open(&stage, "/api/socket", &lines).await;
        assert!(head.starts_with("HTTP/1.1 403"), "{origin}: {head}");
        assert!(!head.to_lowercase().contains("set-cookie"), "{head}");
        while !refused.rest.ends_with(b"}") {
            refused.more().await;
        }
        let body = String::from_utf8_lossy(&refused.rest).into_owned();
        assert!(body.contains(r#""code":"cross_site_request""#), "{body}");
    }
    assert_eq!(opened(&stage).await, before);
}

async fn without_a_session_no_websocket_is_opened_on_a_protected_path(stage: Arc<Stage>) {
    let before = opened(&stage).await;
    let (_, head) = Socket::open(&stage, "/api/socket", &[("Origin", &stage.url())]).await;
    assert!(head.starts_with("HTTP/1.1 401"), "{head}");
    assert_eq!(opened(&stage).await, before);
}

async fn the_answer_that_opens_a_websocket_shows_nothing_of_ours_and_can_change_the_session(
    stage: Arc<Stage>,
) {
    let alice = stage.user(r#"{"userId":"alice"}"#).await;
    let headers =
        query(&[("x-wayleave-update-payload", "[7]"), ("x-other", "1"), ("x-wayleave-other", "2")]);
    let path = format!("/api/socket?{headers}");
    let lines = [("Cookie", cookies(&alice)), ("Origin", stage.url())];
    let lines: Vec<_> = lines.iter().map(|(name, value)| (*name, value.as_str())).collect();

    let (mut socket, head) = Socket::open(&stage, &path, &lines).await;

    assert!(head.starts_with("HTTP/1.1 101"), "{head}");
    let head = head.to_lowercase();
    assert!(head.contains("x-other: 1") && !head.contains("x-wayleave-"), "{head}");
    assert!(head.contains("set-cookie: saccesstoken="), "{head}");
    socket.hear().await;
    socket.say("hello").await;
    assert_eq!(socket.hear().await, "hello");
}

const PATIENCE: Duration = Duration::from_mins(1);
