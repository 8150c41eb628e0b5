//! What was ended at one edge is ended at the others: two runtimes over one origin, each with its own memory.

mod delay;
mod everywhere;
mod keys;
mod modes;

pub(crate) use modes::{OFF, STRICT};

use std::time::Duration;
use tokio::time;
use wayleave_dev::stopwatch::Stopwatch;
use wayleave_tests::{answer::Answer, harness::Test, visitor::Visitor};

/// For a system whose edges follow the feed.
pub(crate) fn all() -> Vec<Test> {
    [everywhere::all(), delay::all(), keys::all()].concat()
}

/// For a system whose edges treat some paths differently, and whose tokens expire while one watches.
pub(crate) fn by_path() -> Vec<Test> {
    modes::all()
}

/// Asks for a path until it is refused, and returns the refusal.
async fn refusal(visitor: &Visitor, path: &str) -> Answer {
    let watch = Stopwatch::start();
    loop {
        let answer = visitor.get(path).await;
        if answer.status != 200 {
            return answer;
        }
        assert!(watch.elapsed() < FOREVER, "still let in after {:?}", watch.elapsed());
        time::sleep(STEP).await;
    }
}

/// A bound for machines that are busy with something else; what is promised is `MAX_STALENESS`, 2 s.
const FOREVER: Duration = Duration::from_secs(10);
const STEP: Duration = Duration::from_millis(40);
