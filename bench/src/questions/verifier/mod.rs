//! What one verification costs, without the way to it.
//!
//! | file | what it holds |
//! |---|---|
//! | `native` | tokens, and who verifies them natively; Criterion runs them too |
//! | `wasm` | the same in Wasm, in Node and in workerd, beside what JavaScript has |

mod native;
mod wasm;

pub use native::Tokens;

use super::{Answer, Question};
use crate::{
    failure::Failure,
    machine::package_version,
    model::{Series, SideNote, metric},
    run::Run,
};
use async_trait::async_trait;
use std::{
    iter,
    time::{Duration, SystemTime, UNIX_EPOCH},
};
use wayleave_dev::stopwatch::Stopwatch;
use wayleave_shared::time::UnixSeconds;

/// What a signature costs where the verifier runs.
struct Verification;

/// The question of this folder.
pub(super) fn all() -> Vec<Box<dyn Question>> {
    vec![Box::new(Verification)]
}

#[async_trait(?Send)]
impl Question for Verification {
    fn name(&self) -> &'static str {
        "verifier"
    }

    fn title(&self) -> &'static str {
        "Verifier: one token, without a server"
    }

    async fn answer(&self, run: &Run) -> Result<Answer, Failure> {
        let tokens = Tokens::mint(TOKENS, now())?;
        let wasm = wasm::Wasm::start(run, &tokens).await?;
        let mut table = Table::default();
        for round in 1..=run.rounds {
            run.say(&format!("round {round} of {}", run.rounds));
            for (side, verify) in NATIVE {
                table.add("native", side, native_us(&tokens, verify, run.length)?);
            }
            for (side, us) in wasm.in_node(run)? {
                table.add("Wasm in Node", &side, us);
            }
            for side in wasm::SIDES {
                table.add("Wasm in workerd", side, wasm.in_workerd(side, run.length).await?);
            }
        }
        Ok(Answer {
            method: format!("{TOKENS} tokens of one key in turn, in a loop in one thread. All are good, and whoever refuses one ends the measurement. In Wasm the loop is inside, except for `jose` and `webcrypto`, which are called from JavaScript as anybody calls them."),
            sides: notes(run),
            series: table.0,
            goals: Vec::new(),
            not_measured: Vec::new(),
            remarks: vec!["A key makes itself tables once it has verified sixteen signatures; `wayleave` has them, `new-key` has not. `verify_strict` and `webcrypto` verify the signature alone, the others also read header and claims. WebCrypto accepts signatures that the strict rules refuse.".to_owned()],
        })
    }
}

fn native_us(tokens: &Tokens, verify: Verify, length: Duration) -> Result<f64, Failure> {
    let mut times = 0_u32;
    for _ in 0..WARM_UP {
        std::hint::black_box(verify(tokens, 0));
    }
    let watch = Stopwatch::start();
    while watch.elapsed() < length {
        for index in 0..tokens.len() {
            if !verify(tokens, index) {
                return Err(Failure::Other("a good token was refused".to_owned()));
            }
            times += 1;
        }
    }
    Ok(watch.elapsed().as_secs_f64() * 1e6 / f64::from(times))
}

fn notes(run: &Run) -> Vec<SideNote> {
    let package = |name| package_version(&run.repository, name).unwrap_or_default();
    let own = env!("CARGO_PKG_VERSION");
    vec![
        SideNote::new(
            "wayleave",
            own,
            "The whole token, as the edge does it when it has not seen it before",
        ),
        SideNote::new(
            "new-key",
            own,
            "The same with a key set that was just read, which has no tables",
        ),
        SideNote::new("remembered", own, "The token out of the edge's memory"),
        SideNote::new("verify_strict", "2", "The signature alone, by `ed25519-dalek`"),
        SideNote::new(
            "jsonwebtoken",
            "9",
            "The whole token, by `jsonwebtoken`, whose arithmetic is assembly",
        ),
        SideNote::new("jose", &package("jose"), "The whole token, by `jwtVerify`"),
        SideNote::new(
            "webcrypto",
            &package("workerd"),
            "The signature alone, by `crypto.subtle.verify`",
        ),
    ]
}

#[derive(Default)]
struct Table(Vec<Series>);

impl Table {
    fn add(&mut self, case: &str, side: &str, us: f64) {
        let mut known = self.0.iter_mut();
        if let Some(series) = known.find(|series| series.case == case && series.side == side) {
            return series.values.push(us);
        }
        let (case, side, metric) =
            (case.to_owned(), side.to_owned(), metric::OPERATION_US.to_owned());
        self.0.push(Series { case, side, metric, values: iter::once(us).collect() });
    }
}

#[expect(clippy::disallowed_methods, reason = "peers look at the real time")]
fn now() -> UnixSeconds {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    UnixSeconds(since.unwrap_or_default().as_secs())
}

type Verify = fn(&Tokens, usize) -> bool;

const NATIVE: [(&str, Verify); 5] = [
    ("wayleave", Tokens::verify),
    ("new-key", Tokens::verify_with_new_key),
    ("remembered", Tokens::recall),
    ("verify_strict", Tokens::verify_strict),
    ("jsonwebtoken", Tokens::jsonwebtoken),
];
const TOKENS: u8 = 64;
const WARM_UP: u32 = 200;
