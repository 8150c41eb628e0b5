//! How long the first request waits.

use super::{
    hot::{NOT_MEASURED, PATH},
    mint::write_request,
    stage::{Stage, empty, padding},
};
use crate::{
    failure::Failure,
    load::request::write,
    machine::package_version,
    model::{Bound, Goal, Series, SideNote, metric},
    pin,
    questions::{Answer, Question},
    run::Run,
    side::{Binding, Worker, Workerd},
};
use async_trait::async_trait;
use std::{
    io::{self, Read, Write},
    net::{SocketAddr, TcpStream},
    thread,
    time::Duration,
};
use tokio::task;
use wayleave_dev::stopwatch::Stopwatch;

/// What a new isolate costs.
pub(super) struct StartUp;

#[async_trait(?Send)]
impl Question for StartUp {
    fn name(&self) -> &'static str {
        "edge-start-up"
    }

    fn title(&self) -> &'static str {
        "Edge: the first request in a new isolate"
    }

    async fn answer(&self, run: &Run) -> Result<Answer, Failure> {
        let stage = Stage::set(run).await?;
        let answer = format!(r#"{{"userId":"{}"}}"#, super::mint::USER_ID);
        let sides = [
            ("wayleave", stage.gateway(None)?),
            ("package", stage.package(&padding(&answer))?),
            ("jose", stage.jose("jose-worker", Binding::Text("PADDING", String::new()))?),
        ];
        let empty = empty(run, "empty", &answer)?;
        let mut anonymous = Vec::new();
        write(&mut anonymous, "GET", PATH, &[], None);
        let mut verified = Vec::new();
        write_request(&mut verified, PATH, &stage.mint.token().map_err(Failure::Other)?);

        let mut series = Vec::new();
        for (case, request, status) in [(FIRST, &anonymous, 401), (VERIFIED, &verified, 200)] {
            let mut values = vec![Vec::new(); sides.len()];
            for start in 1..=run.rounds * STARTS_PER_ROUND {
                let nothing = first_answer(run, "empty", &empty, request, 200).await?;
                for ((side, worker), values) in sides.iter().zip(&mut values) {
                    let all = first_answer(run, side, worker, request, status).await?;
                    values.push((all - nothing) * 1e3);
                }
                if start % STARTS_PER_ROUND == 0 {
                    let starts = run.rounds * STARTS_PER_ROUND;
                    run.say(&format!("{case}: start {start} of {starts}"));
                }
            }
            for ((side, _), values) in sides.iter().zip(values) {
                let (case, side, metric) =
                    (case.to_owned(), (*side).to_owned(), metric::STARTUP_MS.to_owned());
                series.push(Series { case, side, metric, values });
            }
        }
        let version = env!("CARGO_PKG_VERSION");
        let jose = package_version(&run.repository, "jose").unwrap_or_default();
        Ok(Answer {
            method: format!(
                "From the start of a new `workerd` process until the first byte of its first answer, less the same for the empty worker right before it: what it takes to compile the script and the Wasm, to make an instance of it, to read the settings, and to answer. {} starts of each side in turn. `{FIRST}`: `GET {PATH}` without a session, which is answered with 401 and asks nobody. `{VERIFIED}`: the same with a valid access token; the gateway and the package then fetch key set and revocation feed from the origin, `jose` has its key set among the settings.",
                run.rounds * STARTS_PER_ROUND
            ),
            sides: vec![
                SideNote::new("wayleave", version, "The gateway as it is deployed"),
                SideNote::new("package", version, "A worker of a few lines with the npm package"),
                SideNote::new("jose", &jose, "A worker of a few lines with `jose`"),
            ],
            series,
            goals: vec![Goal::absolute(FIRST, metric::STARTUP_MS, "wayleave", Bound::AtMost(15.0))],
            not_measured: vec![NOT_MEASURED.to_owned()],
            remarks: vec!["Cloudflare compiles a worker when it is uploaded and loads it while the TLS handshake goes on, so little of this is felt there.".to_owned()],
        })
    }
}

/// How many seconds pass from the start of workerd until its first answer.
async fn first_answer(
    run: &Run,
    side: &str,
    worker: &Worker,
    request: &[u8],
    status: u16,
) -> Result<f64, Failure> {
    let watch = Stopwatch::start();
    let workerd = Workerd::spawn(run, side, std::slice::from_ref(worker))?;
    let (address, request, core) = (workerd.address(), request.to_vec(), run.load_core());
    let ask = move || {
        if let Some(core) = core {
            // Where it cannot be done, `Machine::pinning` says so.
            let _ = pin::this_thread(core);
        }
        begin_of_answer(address, &request).map(|begin| (begin, watch.elapsed()))
    };
    let failed = |sentence: String| Failure::Answer { side: side.to_owned(), sentence };
    let asked = task::spawn_blocking(ask).await.map_err(|error| failed(error.to_string()))?;
    let (begin, elapsed) = asked.map_err(|error| failed(error.to_string()))?;
    if begin != format!("HTTP/1.1 {status}") {
        return Err(failed(format!("it begins its first answer with {begin:?}")));
    }
    Ok(elapsed.as_secs_f64())
}

/// The first 12 bytes of the answer, as soon as somebody listens.
fn begin_of_answer(address: SocketAddr, request: &[u8]) -> io::Result<String> {
    let watch = Stopwatch::start();
    let mut stream = loop {
        match TcpStream::connect(address) {
            Ok(stream) => break stream,
            Err(error) if watch.elapsed() > PATIENCE => return Err(error),
            Err(_) => thread::sleep(STEP),
        }
    };
    stream.set_nodelay(true)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.write_all(request)?;
    let mut begin = [0; 12];
    stream.read_exact(&mut begin)?;
    Ok(String::from_utf8_lossy(&begin).into_owned())
}

const FIRST: &str = "first answer";
const VERIFIED: &str = "first verified answer";
const STARTS_PER_ROUND: usize = 6;
const PATIENCE: Duration = Duration::from_secs(20);
const STEP: Duration = Duration::from_micros(100);
