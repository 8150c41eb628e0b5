//! A number of connections for a while, and what came of it.

use super::{Progress, Script, connection::Connection};
use crate::pin;
use hdrhistogram::Histogram;
use std::{cell::RefCell, io, net::SocketAddr, rc::Rc, thread, time::Duration};
use tokio::{
    runtime,
    sync::oneshot,
    task::{JoinSet, LocalSet},
    time::{self, Instant},
};

/// How a load is generated.
#[derive(Clone, Copy, Debug)]
pub struct Load {
    /// Whom it asks.
    pub address: SocketAddr,
    /// How long it asks before anything is counted.
    pub lead: Duration,
    /// How long it counts.
    pub length: Duration,
    /// The core on which it runs; any, if none.
    pub core: Option<usize>,
}

/// What came of it.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// How many operations ended while it counted.
    pub operations: u64,
    /// How long it counted.
    pub length: Duration,
    latencies_us: Histogram<u64>,
}

/// Why a load was broken off.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// A connection failed.
    #[error("a connection failed: {0}")]
    Connection(#[from] io::Error),
    /// The script of a connection would not go on: it saw an answer that it did not expect, or has nothing more to send.
    #[error("{0}")]
    Script(String),
    /// A request was not answered.
    #[error("a request was not answered within {} s after the end", .0.as_secs())]
    Stuck(Duration),
}

impl Outcome {
    /// Operations per second.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "far below 2^52 operations")]
    pub fn per_second(&self) -> f64 {
        self.operations as f64 / self.length.as_secs_f64()
    }

    /// The time within which this share of the operations ended, in microseconds: `0.5` for the median.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "far below 2^52 microseconds")]
    pub fn quantile_us(&self, share: f64) -> f64 {
        self.latencies_us.value_at_quantile(share) as f64
    }
}

/// Runs one connection for each script, on a thread of their own. Gives the scripts back, for the next run.
///
/// # Errors
///
/// [`LoadError`]: the first failure ends all connections. An answer that is not expected is one.
pub async fn generate(
    load: Load,
    scripts: Vec<Box<dyn Script>>,
) -> Result<(Outcome, Vec<Box<dyn Script>>), LoadError> {
    let (sender, receiver) = oneshot::channel();
    thread::spawn(move || {
        let outcome = on_this_thread(load, scripts);
        // Nobody waits for it if the run was called off.
        let _ = sender.send(outcome);
    });
    receiver.await.unwrap_or_else(|_| Err(LoadError::Script("the load generator panicked".into())))
}

fn on_this_thread(
    load: Load,
    mut scripts: Vec<Box<dyn Script>>,
) -> Result<(Outcome, Vec<Box<dyn Script>>), LoadError> {
    for script in &mut scripts {
        script.prepare(load.lead + load.length).map_err(LoadError::Script)?;
    }
    if let Some(core) = load.core {
        // Where it cannot be done, `Machine::pinning` says so.
        let _ = pin::this_thread(core);
    }
    let runtime = runtime::Builder::new_current_thread().enable_all().build()?;
    LocalSet::new().block_on(&runtime, all_connections(load, scripts))
}

async fn all_connections(
    load: Load,
    scripts: Vec<Box<dyn Script>>,
) -> Result<(Outcome, Vec<Box<dyn Script>>), LoadError> {
    let latencies = Histogram::new_with_bounds(1, LONGEST_US, 3)
        .map_err(|error| LoadError::Script(error.to_string()))?;
    let latencies = Rc::new(RefCell::new(latencies));
    let mut connections = Vec::new();
    for script in scripts {
        let mut connection = Connection::new(load.address);
        connection.open().await?;
        connections.push((connection, script));
    }
    let begin = now() + load.lead;
    let counted = Counted { begin, end: begin + load.length, latencies: Rc::clone(&latencies) };
    let mut tasks = JoinSet::new();
    for (connection, script) in connections {
        tasks.spawn_local(one_connection(connection, script, counted.clone()));
    }
    let limit = load.lead + load.length + PATIENCE;
    let mut scripts = Vec::new();
    let all = async {
        while let Some(ended) = tasks.join_next().await {
            let script = ended.map_err(|error| LoadError::Script(error.to_string()))??;
            scripts.push(script);
        }
        Ok::<_, LoadError>(())
    };
    time::timeout(limit, all).await.map_err(|_| LoadError::Stuck(PATIENCE))??;
    let latencies_us = latencies.borrow().clone();
    let outcome = Outcome { operations: latencies_us.len(), length: load.length, latencies_us };
    Ok((outcome, scripts))
}

#[derive(Clone)]
struct Counted {
    begin: Instant,
    end: Instant,
    latencies: Rc<RefCell<Histogram<u64>>>,
}

async fn one_connection(
    mut connection: Connection,
    mut script: Box<dyn Script>,
    counted: Counted,
) -> Result<Box<dyn Script>, LoadError> {
    let mut request = Vec::new();
    let mut started = now();
    loop {
        request.clear();
        script.next(&mut request).map_err(LoadError::Script)?;
        let seen = connection.exchange(&request, |answer| script.see(answer)).await?;
        if seen.map_err(LoadError::Script)? == Progress::GoesOn {
            continue;
        }
        let ended = now();
        if ended >= counted.end {
            return Ok(script);
        }
        if ended >= counted.begin {
            let latency = u64::try_from((ended - started).as_micros()).unwrap_or(u64::MAX);
            counted.latencies.borrow_mut().saturating_record(latency);
        }
        started = ended;
    }
}

fn now() -> Instant {
    Instant::now()
}

/// How long after the end the last answers may take.
const PATIENCE: Duration = Duration::from_secs(30);

/// The longest latency that is told apart from longer ones, in microseconds.
const LONGEST_US: u64 = 60_000_000;
