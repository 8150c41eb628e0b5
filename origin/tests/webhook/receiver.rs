//! Who is told.

use axum::{
    Router,
    body::Bytes,
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
    routing::post,
};
use base64ct::{Base64, Encoding};
use hmac::{Hmac, KeyInit, Mac};
use serde_json::Value;
use sha2::Sha256;
use std::{future::Future, pin::Pin, sync::Arc, time::Duration};
use tokio::{
    net::TcpListener,
    sync::mpsc::{self, UnboundedReceiver},
};

/// A web server that keeps what it gets.
pub(crate) struct Receiver {
    pub(crate) url: String,
    told: UnboundedReceiver<Told>,
}

/// One request.
#[derive(Clone, Debug)]
pub(crate) struct Told {
    headers: HeaderMap,
    pub(crate) body: String,
}

type Answer = Pin<Box<dyn Future<Output = u16> + Send>>;

impl Receiver {
    /// Answers each request with the status that `answer` makes of it; a redirect leads back here.
    pub(crate) async fn start(answer: impl Fn(&Told) -> Answer + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/told?key=url-secret", listener.local_addr().unwrap());
        let (sender, told) = mpsc::unbounded_channel();
        let answer = Arc::new(answer);
        let handler = move |headers: HeaderMap, body: Bytes| {
            let told = Told { headers, body: String::from_utf8(body.to_vec()).unwrap() };
            let status = answer(&told);
            sender.send(told).unwrap();
            async move { reply(status.await) }
        };
        let router = Router::new().route("/told", post(handler.clone()).get(handler));
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self { url, told }
    }

    /// Always the same status.
    pub(crate) async fn answering(status: u16) -> Self {
        Self::start(move |_| Box::pin(async move { status })).await
    }

    /// The next request; waits for it.
    pub(crate) async fn next(&mut self) -> Told {
        // Only a test that fails waits so long.
        let next = tokio::time::timeout(Duration::from_mins(1), self.told.recv()).await;
        next.expect("nothing was told").unwrap()
    }

    /// What has come and was not yet looked at.
    pub(crate) fn so_far(&mut self) -> Vec<Told> {
        std::iter::from_fn(|| self.told.try_recv().ok()).collect()
    }
}

impl Told {
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers[name].to_str().unwrap()
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap()
    }

    /// Whether one of the signatures is of this secret. Written anew from the specification, as a receiver has it.
    pub(crate) fn is_signed_by(&self, secret: &[u8]) -> bool {
        let (id, timestamp) = (self.header("webhook-id"), self.header("webhook-timestamp"));
        let mut hash = Hmac::<Sha256>::new_from_slice(secret).unwrap();
        hash.update(format!("{id}.{timestamp}.{}", self.body).as_bytes());
        let expected = Base64::encode_string(&hash.finalize().into_bytes());
        let signatures = self.header("webhook-signature").split(' ');
        signatures.filter_map(|one| one.strip_prefix("v1,")).any(|one| one == expected)
    }
}

fn reply(status: u16) -> Response {
    let mut response = StatusCode::from_u16(status).unwrap().into_response();
    if (300..400).contains(&status) {
        response.headers_mut().insert(header::LOCATION, HeaderValue::from_static("/told"));
    }
    response
}
