//! A native process as the platform of the edge.

use crate::transport::Transport;
use std::{
    convert::Infallible,
    fmt,
    sync::Arc,
    time::{Duration, SystemTime, UNIX_EPOCH},
};
use tokio::runtime::Handle;
use wayleave_edge::{
    gateway::AppRequest,
    host::{AppUnreachable, BodyError, GatewayHost, Host, Kept},
    isolate::Isolate,
    log::{Level, LogLine},
    origin::{Incoming, OriginRequest, Outage},
    upkeep::Task,
};
use wayleave_shared::time::UnixMilliseconds;

/// A process with tokio. Cheap to clone.
#[derive(Clone)]
pub struct NativeHost(Arc<Process>);

struct Process {
    transport: Transport,
    runtime: Handle,
    clock: Clock,
}

/// What tells the time.
pub(crate) type Clock = Arc<dyn Fn() -> UnixMilliseconds + Send + Sync>;

impl NativeHost {
    pub(crate) fn new(transport: Transport, runtime: Handle, clock: Option<Clock>) -> Self {
        let clock = clock.unwrap_or_else(|| Arc::new(system_time));
        Self(Arc::new(Process { transport, runtime, clock }))
    }
}

impl Host for NativeHost {
    fn now(&self) -> UnixMilliseconds {
        (self.0.clock)()
    }

    fn log(&self, line: LogLine) {
        let fields: Vec<_> =
            line.fields.iter().map(|(name, value)| format!("{name}={value:?}")).collect();
        match line.level {
            Level::Error => tracing::error!("{} {}", line.message, fields.join(" ")),
            Level::Warning => tracing::warn!("{} {}", line.message, fields.join(" ")),
        }
    }

    fn in_background(&self, isolate: &Arc<Isolate>, task: Task) {
        let (host, isolate) = (self.clone(), Arc::clone(isolate));
        self.0.runtime.spawn(async move { task.run(&host, &isolate).await });
    }

    async fn sleep(&self, ms: u32) {
        tokio::time::sleep(Duration::from_millis(ms.into())).await;
    }

    async fn ask_origin(&self, request: OriginRequest) -> Result<Incoming, Outage> {
        self.0.transport.send(request).await
    }

    /// Nothing: a process has one memory, which it keeps.
    async fn recall(&self, _: &str) -> Option<Kept> {
        None
    }

    async fn keep(&self, _: &str, _: &Kept, _: u64) {}
}

/// As far as our own routes need a gateway: nothing is forwarded, and no body is read.
impl GatewayHost for NativeHost {
    type AppAnswer = Infallible;

    fn client_address(&self) -> Option<String> {
        None
    }

    async fn is_within_limit(&self, _: String) -> bool {
        true
    }

    async fn body(&self, _: usize) -> Result<Vec<u8>, BodyError> {
        Err(BodyError::Broken("the routes of a service take no body".to_owned()))
    }

    async fn forward(&self, _: AppRequest) -> Result<Infallible, AppUnreachable> {
        Err(AppUnreachable::Broken("a service forwards nothing".to_owned()))
    }

    fn reserved_headers(&self, answer: &Infallible) -> Vec<(String, String)> {
        match *answer {}
    }

    fn discard(&self, answer: Infallible) {
        match answer {}
    }
}

impl fmt::Debug for NativeHost {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("NativeHost")
    }
}

#[expect(clippy::disallowed_methods, reason = "the one place where the time comes from")]
pub(crate) fn system_time() -> UnixMilliseconds {
    let since_1970 = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    UnixMilliseconds(u64::try_from(since_1970.as_millis()).unwrap_or(u64::MAX))
}
