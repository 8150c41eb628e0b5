//! What a test logs.

use std::{cell::RefCell, io, sync::Once};

/// Every line of this test's thread from now on, of all levels.
pub(crate) struct Log;

impl Log {
    pub(crate) fn start() -> Self {
        // One for all threads: one for each thread would miss lines that another thread, without one, was the first to reach.
        INSTALL.call_once(|| {
            let subscriber = tracing_subscriber::fmt()
                .with_writer(|| ThisThread)
                .with_max_level(tracing::Level::TRACE)
                .with_ansi(false)
                .finish();
            tracing::subscriber::set_global_default(subscriber).unwrap();
            tracing::callsite::rebuild_interest_cache();
        });
        LINES.take();
        Self
    }

    #[expect(clippy::unused_self, reason = "nothing is kept before the log was started")]
    pub(crate) fn text(&self) -> String {
        LINES.with_borrow(|lines| String::from_utf8(lines.clone()).unwrap())
    }
}

static INSTALL: Once = Once::new();

thread_local! {
    static LINES: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}

struct ThisThread;

impl io::Write for ThisThread {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        LINES.with_borrow_mut(|lines| lines.extend_from_slice(bytes));
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
