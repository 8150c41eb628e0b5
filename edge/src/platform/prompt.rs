//! Answering at once what can be answered at once.

use crate::isolate::Locked;
use std::{
    future::{Future, poll_fn},
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, Wake, Waker},
};
use wasm_bindgen::JsValue;
use worker::wasm_bindgen_futures::future_to_promise;

/// The outcome of a future that has to wait for nothing, or a promise of it.
///
/// Most requests wait for nothing, and a promise costs more than all of their decision.
///
/// # Errors
///
/// What the future says, where it is ready.
pub(super) fn outcome(
    future: impl Future<Output = Result<JsValue, JsValue>> + 'static,
) -> Result<JsValue, JsValue> {
    let mut future: Pin<Box<dyn Future<Output = _>>> = Box::pin(future);
    let relay = Arc::<Relay>::default();
    let waker = Waker::from(Arc::clone(&relay));
    match future.as_mut().poll(&mut Context::from_waker(&waker)) {
        Poll::Ready(outcome) => outcome,
        Poll::Pending => Ok(future_to_promise(poll_fn(move |context| {
            *relay.0.lock() = Some(context.waker().clone());
            future.as_mut().poll(&mut Context::from_waker(&waker))
        }))
        .into()),
    }
}

/// Wakes whoever polls now. A future may keep the waker with which it was first polled, when nobody could be woken yet.
#[derive(Default)]
struct Relay(Locked<Option<Waker>>);

impl Wake for Relay {
    fn wake(self: Arc<Self>) {
        let waker = self.0.lock().take();
        if let Some(waker) = waker {
            waker.wake();
        }
    }
}
