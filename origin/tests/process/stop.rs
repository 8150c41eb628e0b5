//! How the program stops.

use crate::program::{Program, SERVICE_KEY, text};
use nix::sys::signal::Signal;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

const BODY: &[u8] = br#"{"userId":"alice"}"#;

/// A request whose body is on its way.
async fn half_a_request(origin: &Program) -> TcpStream {
    let mut connection =
        TcpStream::connect(origin.url.trim_start_matches("http://")).await.unwrap();
    let head = format!(
        "POST /v1/sessions HTTP/1.1\r\nhost: origin\r\nauthorization: Bearer {SERVICE_KEY}\r\n\
         content-type: application/json\r\nexpect: 100-continue\r\ncontent-length: {}\r\n\r\n",
        BODY.len()
    );
    connection.write_all(head.as_bytes()).await.unwrap();
    // The handler asks for the body now, so the request runs.
    let mut interim = [0; 25];
    connection.read_exact(&mut interim).await.unwrap();
    assert_eq!(&interim, b"HTTP/1.1 100 Continue\r\n\r\n");
    connection
}

#[tokio::test]
async fn both_stop_signals_end_an_idle_origin_with_success() {
    for signal in [Signal::SIGTERM, Signal::SIGINT] {
        let folder = tempfile::tempdir().unwrap();
        let origin = Program::start(folder.path(), &[]).await;

        origin.signal(signal);

        let output = origin.end().await;
        assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    }
}

#[tokio::test]
async fn a_stop_finishes_the_request_that_runs() {
    let folder = tempfile::tempdir().unwrap();
    let origin = Program::start(folder.path(), &[]).await;
    let mut request = half_a_request(&origin).await;

    origin.signal(Signal::SIGTERM);
    while TcpStream::connect(origin.url.trim_start_matches("http://")).await.is_ok() {
        tokio::task::yield_now().await;
    }
    request.write_all(BODY).await.unwrap();
    let mut answer = String::new();
    request.read_to_string(&mut answer).await.unwrap();

    assert!(answer.starts_with("HTTP/1.1 201 Created"), "{answer}");
    assert_eq!(origin.end().await.status.code(), Some(0));
}

#[tokio::test]
async fn a_request_that_does_not_end_is_cut_off_and_told() {
    let folder = tempfile::tempdir().unwrap();
    let origin = Program::start(folder.path(), &[("WAYLEAVE_STOP_TIMEOUT", "1s")]).await;
    let _request = half_a_request(&origin).await;

    origin.signal(Signal::SIGTERM);

    let output = origin.end().await;
    assert_eq!(output.status.code(), Some(1));
    let log = text(&output.stderr);
    assert!(
        log.contains("wayleave-origin: requests still ran when WAYLEAVE_STOP_TIMEOUT was over"),
        "{log}"
    );
}
