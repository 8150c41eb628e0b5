//! A server of pages on another origin than the edge, but on the same site: what an app has whose API lies at a host of its own.

use axum::{Router, http::header, response::IntoResponse};
use std::net::{Ipv4Addr, SocketAddr};
use tokio::{net::TcpListener, task::JoinHandle};

/// Answers every request with an empty page; what runs on it is put there by who drives the browser. Dropping it stops it.
#[derive(Debug)]
pub struct PageServer {
    address: SocketAddr,
    task: JoinHandle<()>,
}

impl PageServer {
    /// Starts one on a port of its own.
    ///
    /// # Panics
    ///
    /// If it cannot listen.
    pub async fn open() -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a free port");
        let address = listener.local_addr().expect("a listener has an address");
        let router = Router::new().fallback(page);
        let task = tokio::spawn(async move {
            axum::serve(listener, router).await.expect("serving on a local port does not fail");
        });
        Self { address, task }
    }

    /// The origin of its pages. Browsers take every name below `localhost` for this machine.
    #[must_use]
    pub fn origin(&self) -> String {
        format!("http://app.{SITE}:{}", self.address.port())
    }
}

impl Drop for PageServer {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn page() -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "text/html; charset=utf-8")], PAGE)
}

/// The site that such pages share with the API they use.
pub const SITE: &str = "wayleave.localhost";

const PAGE: &str = "<!doctype html><html lang=\"en\"><title>A page elsewhere</title></html>";
