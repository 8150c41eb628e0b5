//! What a story in a browser may ask of the system around it: things that operators and backends do.

use crate::system::System;
use axum::{
    Json, Router,
    extract::State,
    routing::{any, get, post},
};
use http::{Method, StatusCode, Uri};
use std::{net::Ipv4Addr, sync::Arc};
use tokio::{net::TcpListener, sync::oneshot, task::JoinHandle};

/// A server for one story.
///
/// | route | what it does |
/// |---|---|
/// | `POST /origin/stop`, `POST /origin/start` | stops and starts the origin |
/// | `GET /origin/requests` | what the edge has asked the origin for somebody, as JSON |
/// | anything below `/backend/` | calls that path of the origin, with the service key |
#[derive(Debug)]
pub struct Control {
    port: u16,
    stop: oneshot::Sender<()>,
    task: JoinHandle<()>,
}

impl Control {
    /// Starts one on a port of its own.
    ///
    /// # Panics
    ///
    /// If it cannot listen.
    pub async fn open(system: Arc<System>) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a free port");
        let port = listener.local_addr().expect("a listener has an address").port();
        let router = Router::new()
            .route(
                "/origin/stop",
                post(async |system: State<Arc<System>>| system.stop_origin().await),
            )
            .route(
                "/origin/start",
                post(async |system: State<Arc<System>>| system.start_origin().await),
            )
            .route("/origin/requests", get(requests))
            .route("/backend/{*path}", any(backend))
            .with_state(system);
        let (stop, stopped) = oneshot::channel::<()>();
        let task = tokio::spawn(async move {
            let serve = axum::serve(listener, router).with_graceful_shutdown(async {
                let _ = stopped.await;
            });
            serve.await.expect("serving on a local port does not fail");
        });
        Self { port, stop, task }
    }

    /// Where it listens, without a slash at the end.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// Stops it, and lets go of the system.
    pub async fn close(self) {
        // Both fail only if it has stopped by itself.
        let _ = self.stop.send(());
        let _ = self.task.await;
    }
}

async fn requests(system: State<Arc<System>>) -> Json<Vec<String>> {
    Json(system.to_origin.requests_for_someone())
}

async fn backend(system: State<Arc<System>>, method: Method, uri: Uri) -> (StatusCode, String) {
    // As it was sent: a path holds user ids, whose escapes mean something.
    let path = uri.path().strip_prefix("/backend").expect("the route's beginning");
    let answer = system.backend(method, path, None).await;
    (StatusCode::from_u16(answer.status).expect("a status"), answer.body)
}
