// An origin in this process, on SQLite and a real port. Part of the crate's first example and of its unit tests too, so no inner comment stands here.

/// An origin to talk to. Removed with this value.
pub(crate) struct Origin {
    address: std::net::SocketAddr,
    router: axum::Router,
    serving: tokio::sync::Mutex<Option<Serving>>,
    asked: std::sync::Arc<std::sync::Mutex<Vec<String>>>,
    _folder: tempfile::TempDir,
}

struct Serving {
    stop: tokio::sync::oneshot::Sender<()>,
    task: tokio::task::JoinHandle<()>,
}

impl Origin {
    /// With the machine's clock.
    pub(crate) async fn start() -> Self {
        use wayleave_origin::{clock::SystemClock, store::StoreClock};
        Self::on(std::sync::Arc::new(SystemClock), StoreClock::Database).await
    }

    /// With a clock that moves only when told.
    pub(crate) async fn at(clock: &std::sync::Arc<wayleave_origin::clock::ManualClock>) -> Self {
        let store = wayleave_origin::store::StoreClock::Given(clock.clone());
        Self::on(clock.clone(), store).await
    }

    async fn on(
        clock: std::sync::Arc<dyn wayleave_origin::clock::Clock>,
        store_clock: wayleave_origin::store::StoreClock,
    ) -> Self {
        use wayleave_origin::{config, http::router, server::state, store::SqlStore};
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite:{}/test.db", folder.path().display());
        let source = config::Source::of([
            ("WAYLEAVE_SERVICE_KEYS", SERVICE_KEY),
            ("WAYLEAVE_MASTER_KEY", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"),
            ("WAYLEAVE_ISSUER", ISSUER),
            ("WAYLEAVE_ACCESS_TOKEN_SPREAD", "off"),
        ]);
        let settings = config::Settings::parse(&source).unwrap();
        let store = SqlStore::connect(&url, 4, store_clock).await.unwrap();
        let state = state(&settings, std::sync::Arc::new(store), clock).await.unwrap();

        let asked = std::sync::Arc::<std::sync::Mutex<Vec<String>>>::default();
        let note = {
            let asked = asked.clone();
            move |request: axum::extract::Request, next: axum::middleware::Next| {
                let line = format!("{} {}", request.method(), request.uri().path());
                asked.lock().unwrap().push(line);
                next.run(request)
            }
        };
        let router = router(state).layer(axum::middleware::from_fn(note));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let serving = tokio::sync::Mutex::new(Some(serve(listener, router.clone())));
        Self { address, router, serving, asked, _folder: folder }
    }

    /// Where it answers.
    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// What was asked of it since it was asked this last: method and path.
    pub(crate) fn asked(&self) -> Vec<String> {
        std::mem::take(&mut *self.asked.lock().unwrap())
    }

    /// Closes its port and every connection.
    pub(crate) async fn go_away(&self) {
        if let Some(Serving { stop, task }) = self.serving.lock().await.take() {
            stop.send(()).unwrap();
            task.await.unwrap();
        }
    }

    /// Opens its port again.
    pub(crate) async fn come_back(&self) {
        let listener = tokio::net::TcpListener::bind(self.address).await.unwrap();
        *self.serving.lock().await = Some(serve(listener, self.router.clone()));
    }

    /// Does something there with the service key, as another backend or an operator does. Nobody else notices.
    pub(crate) async fn backend(&self, method: &str, path: &str) -> axum::http::StatusCode {
        let request = axum::http::Request::builder()
            .method(method)
            .uri(path)
            .header("authorization", format!("Bearer {SERVICE_KEY}"))
            .body(axum::body::Body::empty())
            .unwrap();
        let answer = tower::ServiceExt::oneshot(self.router.clone(), request).await.unwrap();
        self.asked.lock().unwrap().pop();
        answer.status()
    }
}

fn serve(listener: tokio::net::TcpListener, router: axum::Router) -> Serving {
    let (stop, stopped) = tokio::sync::oneshot::channel();
    let stopped = async { stopped.await.unwrap_or_default() };
    let serving = axum::serve(listener, router).with_graceful_shutdown(stopped);
    Serving { stop, task: tokio::spawn(async { serving.await.unwrap() }) }
}

pub(crate) const SERVICE_KEY: &str = "0123456789abcdef0123456789abcdef";
pub(crate) const ISSUER: &str = "https://id.example";
