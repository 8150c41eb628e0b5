//! Work that goes on to its end, also where whoever waits for it goes away: a browser that hangs up, a job that is stopped.

use std::{
    future::Future,
    pin::Pin,
    task::{Context, Poll},
};
use tokio::runtime::Handle;

/// Work that is not given up. It is done where it is waited for; dropped before it is done, it goes on as a task of its own.
///
/// A task for each from the beginning would do the same. But tasks wake other threads, which costs more than many a statement.
pub(crate) struct ToTheEnd<Work>(Option<Pin<Box<Work>>>)
where
    Work: Future<Output: Send> + Send + 'static;

impl<Work> ToTheEnd<Work>
where
    Work: Future<Output: Send> + Send + 'static,
{
    /// Begins with the first look at it.
    pub(crate) fn new(work: Work) -> Self {
        Self(Some(Box::pin(work)))
    }
}

impl<Work> Future for ToTheEnd<Work>
where
    Work: Future<Output: Send> + Send + 'static,
{
    type Output = Work::Output;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        // Taken out while it is looked at: if it panics, nobody looks at it again.
        let Some(mut work) = self.0.take() else { return Poll::Pending };
        let polled = work.as_mut().poll(context);
        if polled.is_pending() {
            self.0 = Some(work);
        }
        polled
    }
}

impl<Work> Drop for ToTheEnd<Work>
where
    Work: Future<Output: Send> + Send + 'static,
{
    fn drop(&mut self) {
        // Without a runtime the process is about to end.
        if let (Some(work), Ok(runtime)) = (self.0.take(), Handle::try_current()) {
            runtime.spawn(work);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::ToTheEnd;
    use std::{
        future::{Future, poll_fn, ready},
        pin::pin,
        task::Poll,
    };
    use tokio::sync::oneshot;

    /// Work that waits for a word, and tells when it is done; with both.
    fn work() -> (ToTheEnd<impl Future<Output = u8>>, oneshot::Sender<u8>, oneshot::Receiver<u8>) {
        let (word, said) = oneshot::channel();
        let (tell, told) = oneshot::channel();
        let work = async move {
            let word = said.await.unwrap();
            let _ = tell.send(word);
            word
        };
        (ToTheEnd::new(work), word, told)
    }

    #[tokio::test]
    async fn work_is_done_where_it_is_waited_for() {
        let (work, word, told) = work();
        word.send(7).unwrap();

        assert_eq!(work.await, 7);
        assert_eq!(told.await, Ok(7));
    }

    #[tokio::test]
    async fn work_that_is_given_up_goes_on() {
        let (work, word, told) = work();
        {
            let mut work = pin!(work);
            poll_fn(|context| Poll::Ready(work.as_mut().poll(context).is_pending())).await;
        }

        word.send(7).unwrap();

        assert_eq!(told.await, Ok(7));
    }

    #[tokio::test]
    async fn what_was_done_is_not_done_again() {
        let mut work = pin!(ToTheEnd::new(ready(7)));

        assert_eq!(work.as_mut().await, 7);
        let again = poll_fn(|context| Poll::Ready(work.as_mut().poll(context).is_pending()));
        assert!(again.await);
    }

    #[test]
    fn without_a_runtime_it_ends() {
        let (work, word, _) = work();

        drop(work);

        assert!(word.is_closed());
    }
}
