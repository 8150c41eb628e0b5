//! Tells the webhook what happened.

mod post;

use crate::{
    clock::Clock,
    config::WebhookSettings,
    metrics::{Delivery, Metrics},
    random,
    service::webhook::{Message, pause_after},
    store::{DueEvent, Store, StoreError},
};
use post::{NotTold, Receiver};
use std::{io, sync::Arc, time::Duration};
use tokio::{task::JoinSet, time::MissedTickBehavior};

/// Looks for due events once a second, for ever, and tells the webhook of them. Safe to run on any number of origins.
///
/// A failure of the store is logged and tried again. When the job is stopped, what is not told stays in the store, and what was told at that very moment may be
/// told again.
pub async fn tell_webhook(mut telling: Telling) {
    let mut ticks = tokio::time::interval(EVERY);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let (mut more, mut failures) = (false, 0_u32);
    loop {
        tokio::select! {
            _ = ticks.tick() => {}
            () = telling.one_ended(), if more => {}
        }
        match telling.take().await {
            Ok(more_may_wait) => (more, failures) = (more_may_wait, 0),
            Err(error) => {
                if failures.is_multiple_of(TELL_EVERY) {
                    tracing::error!(error = %error, "the webhook's events could not be read");
                }
                (more, failures) = (false, failures.wrapping_add(1));
            }
        }
    }
}

/// Events on their way to the webhook, several at a time. Dropping it stops them.
pub struct Telling {
    teller: Arc<Teller>,
    running: JoinSet<()>,
}

impl Telling {
    /// Nothing is on its way yet.
    ///
    /// # Errors
    ///
    /// Where the receiver is reached by TLS and the system has no certificates of authorities.
    pub fn new(
        settings: WebhookSettings,
        store: Arc<dyn Store>,
        clock: Arc<dyn Clock>,
        metrics: Metrics,
    ) -> io::Result<Self> {
        let receiver = Receiver::new(settings)?;
        let teller = Teller { receiver, store, clock, metrics };
        Ok(Self { teller: Arc::new(teller), running: JoinSet::new() })
    }

    /// Takes as many due events as there are places free, and lets them go their way. Tells whether more may be due.
    ///
    /// # Errors
    ///
    /// Any [`StoreError`]; what was taken already comes again by itself.
    pub async fn take(&mut self) -> Result<bool, StoreError> {
        while self.running.try_join_next().is_some() {}
        let free = AT_ONCE.saturating_sub(self.running.len());
        if free == 0 {
            return Ok(true);
        }
        let limit = u32::try_from(free).unwrap_or(u32::MAX);
        let events = self.teller.store.take_events(limit, PAUSE).await?;
        let more = events.len() == free;
        for event in events {
            let teller = Arc::clone(&self.teller);
            self.running.spawn(async move { teller.tell(event).await });
        }
        Ok(more)
    }

    /// Waits until no event is on its way.
    pub async fn settle(&mut self) {
        while self.running.join_next().await.is_some() {}
    }

    /// Waits until a place is free, if none is; else until one more is.
    async fn one_ended(&mut self) {
        self.running.join_next().await;
    }
}

/// What every event on its way needs.
struct Teller {
    receiver: Receiver,
    store: Arc<dyn Store>,
    clock: Arc<dyn Clock>,
    metrics: Metrics,
}

impl Teller {
    async fn tell(&self, event: DueEvent) {
        let message = match Message::of(&event) {
            Ok(message) => message,
            Err(error) => return tracing::error!(error = %error, "an event cannot be written"),
        };
        let outcome = self.receiver.post(&message, self.clock.now().whole_seconds()).await;
        let noted = match outcome {
            Ok(()) => {
                self.metrics.webhook_delivery(Delivery::Told);
                tracing::debug!(event_id = message.id, event_type = message.kind, "webhook told");
                self.store.finish_event(event.id).await
            }
            Err(reason) => self.not_told(&event, &message, &reason).await,
        };
        if let Err(error) = noted {
            tracing::error!(event_id = message.id, event_type = message.kind, error = %error,
                "what became of an event could not be noted: the webhook is told again");
        }
    }

    async fn not_told(
        &self,
        event: &DueEvent,
        message: &Message,
        reason: &NotTold,
    ) -> Result<(), StoreError> {
        let attempts = event.attempts.saturating_add(1);
        // Without randomness what failed together comes again together: a pity, not a fault.
        let [chance] = random::bytes().unwrap_or_default();
        if let Some(pause) = pause_after(attempts, chance) {
            self.metrics.webhook_delivery(Delivery::Failed);
            tracing::warn!(event_id = message.id, event_type = message.kind, attempts,
                next_attempt_s = pause.as_secs(), reason = %reason, "the webhook was not told");
            return self.store.postpone_event(event.id, pause).await;
        }
        self.metrics.webhook_delivery(Delivery::GivenUp);
        tracing::error!(event_id = message.id, event_type = message.kind, attempts, reason = %reason,
            "the webhook will never be told: this was the last attempt");
        self.store.finish_event(event.id).await
    }
}

const EVERY: Duration = Duration::from_secs(1);

/// How many events are on their way at a time.
const AT_ONCE: usize = 8;

/// When an event comes again whose origin died with it.
const PAUSE: Duration = Duration::from_mins(1);

/// Failures, a second apart or more.
const TELL_EVERY: u32 = 60;
