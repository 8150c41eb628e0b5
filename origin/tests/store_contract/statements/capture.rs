//! The statements that are executed, from the driver's log.

use std::{
    fmt,
    future::Future,
    sync::{Mutex, Once, PoisonError},
};
use tracing::{
    Event, Instrument, Metadata, Span, Subscriber,
    field::{Field, Visit},
    subscriber::Interest,
};
use tracing_subscriber::{
    layer::{Context, Layer, SubscriberExt},
    registry::{LookupSpan, Registry},
};

/// Notes what is executed in its name, also where that happens in another thread.
pub(super) struct Capture(Span);

impl Capture {
    pub(super) fn begin() -> Self {
        static LISTENING: Once = Once::new();
        LISTENING.call_once(|| {
            tracing::subscriber::set_global_default(Registry::default().with(Listener)).unwrap();
        });
        Self(tracing::info_span!(target: TARGET, NAME))
    }

    /// Runs it in this name.
    pub(super) async fn around<T>(&self, step: impl Future<Output = T>) -> T {
        step.instrument(self.0.clone()).await
    }

    /// What was executed until now, one line each.
    pub(super) fn statements(&self) -> Vec<String> {
        let own = self.0.id().unwrap().into_u64();
        let mut heard = HEARD.lock().unwrap_or_else(PoisonError::into_inner);
        heard.extract_if(.., |(span, _)| *span == own).map(|(_, statement)| statement).collect()
    }
}

const TARGET: &str = "store_contract";
const NAME: &str = "capture";

/// In whose name, and what.
static HEARD: Mutex<Vec<(u64, String)>> = Mutex::new(Vec::new());

struct Listener;

impl<S: Subscriber + for<'span> LookupSpan<'span>> Layer<S> for Listener {
    fn register_callsite(&self, _: &'static Metadata<'static>) -> Interest {
        Interest::sometimes()
    }

    fn enabled(&self, metadata: &Metadata<'_>, context: Context<'_, S>) -> bool {
        if metadata.is_span() {
            return metadata.target() == TARGET;
        }
        metadata.target() == "sqlx::query" && context.lookup_current().is_some()
    }

    fn on_event(&self, event: &Event<'_>, context: Context<'_, S>) {
        let Some(span) = context.lookup_current() else { return };
        let mut statement = Statement::default();
        event.record(&mut statement);
        let text = if statement.whole.is_empty() { statement.summary } else { statement.whole };
        let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
        let mut heard = HEARD.lock().unwrap_or_else(PoisonError::into_inner);
        heard.push((span.id().into_u64(), line));
    }
}

/// The driver puts a short statement into `summary` alone.
#[derive(Default)]
struct Statement {
    summary: String,
    whole: String,
}

impl Visit for Statement {
    fn record_str(&mut self, field: &Field, value: &str) {
        match field.name() {
            "summary" => value.clone_into(&mut self.summary),
            "db.statement" => value.clone_into(&mut self.whole),
            _ => {}
        }
    }

    fn record_debug(&mut self, _: &Field, _: &dyn fmt::Debug) {}
}
