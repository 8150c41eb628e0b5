//! The end of ten thousand sessions of one user.

use super::{
    cost::Measured,
    data::{Data, Size},
    seed::{Filling, Population},
    server::{Server, database},
};
use crate::{
    failure::Failure,
    model::{Bound, Goal, SideNote},
    questions::{Answer, Question},
    run::Run,
};
use async_trait::async_trait;
use std::{rc::Rc, time::Duration};
use tokio::time::sleep;
use wayleave_dev::stopwatch::Stopwatch;

/// The question, about one engine.
pub(super) struct RevokeUser(pub(super) Rc<Data>);

#[async_trait(?Send)]
impl Question for RevokeUser {
    fn name(&self) -> &'static str {
        self.0.engine.pick(["tables-revoke-user-mariadb", "tables-revoke-user-mysql"])
    }

    fn title(&self) -> &'static str {
        self.0.engine.pick([
            "Tables: the end of 10,000 sessions of one user, MariaDB",
            "Tables: the end of 10,000 sessions of one user, MySQL",
        ])
    }

    async fn answer(&self, run: &Run) -> Result<Answer, Failure> {
        let sizes = self.0.sizes(run).await?;
        let mut measured = Measured::default();
        // The first is to warm up.
        for round in 0..=run.rounds as u64 {
            for size in &sizes.sides {
                let Revoked { time, steps } = revoke(&sizes.server, size, round).await?;
                let (ms, each) = (time.as_secs_f64() * 1e3, per_session(steps));
                if round > 0 {
                    measured.add(CASE, &size.side, CALL_MS, ms);
                    measured.add(CASE, &size.side, STEPS, each);
                }
                run.say(&format!(
                    "{}: {}: {ms:.0} ms, {each:.2} steps per session",
                    self.name(),
                    size.side
                ));
            }
        }
        let version = sizes.server.version().await?;
        let [small, large] = sizes.sides.each_ref().map(|size| size.side.clone());
        let used = sizes.sides[1].used;
        sizes.stop(used).await?;
        let goal =
            |metric, limit| Goal::against(CASE, metric, &large, &small, Bound::AtMost(limit));
        Ok(Answer {
            method: format!(
                "One `DELETE /v1/users/…/sessions` of a user with {SESSIONS} sessions, a tenth of them with data, who was written just before; the two sizes in turn. Nothing else runs. Steps \
                 are what the server counts while the call runs, `Handler_read_%`, `Handler_delete` and `Handler_write`, less what looking costs, for each session ended: every row \
                 that is looked at in `sessions` and `session_data`, removed there, and written to `revocations`."
            ),
            sides: vec![
                SideNote::new(&small, &version, "The table as it is soon after the start."),
                SideNote::new(&large, &version, "The table that must not cost more."),
            ],
            series: measured.0,
            goals: vec![goal(STEPS, 1.01), goal(CALL_MS, 1.3)],
            not_measured: Vec::new(),
            remarks: Vec::new(),
        })
    }
}

struct Revoked {
    time: Duration,
    steps: u64,
}

async fn revoke(server: &Server, size: &Size, round: u64) -> Result<Revoked, Failure> {
    // Other users in every run: the table may be that of an earlier one.
    let user = Population::of_one_user(size.used + round, SESSIONS);
    let name = format!("bench: a user of {}", size.side);
    let filling =
        Filling { connect: server.options(size.schema), folder: server.files().to_owned(), name };
    filling.fill(&user).await.map_err(|error| Failure::Other(error.to_string()))?;
    sleep(SETTLE).await;

    let path = format!("/v1/users/{}/sessions", user.row(0).user_id.to_text());
    let before = steps(server).await?;
    let looking = steps(server).await? - before;
    let watch = Stopwatch::start();
    let answer = size.origin.ask("DELETE", &path, None).await?;
    let time = watch.elapsed();
    let after = steps(server).await?;
    let ended = answer["revoked"].as_array().map_or(0, Vec::len) as u64;
    if ended != SESSIONS {
        let sentence = format!("{ended} sessions were ended, not {SESSIONS}");
        return Err(Failure::Answer { side: size.side.clone(), sentence });
    }
    Ok(Revoked { time, steps: (after - before).saturating_sub(2 * looking) })
}

/// What the server has read, removed and written so far.
async fn steps(server: &Server) -> Result<u64, Failure> {
    let mut connection = server.connection().await?;
    let rows: Vec<(String, String)> = sqlx::query_as(
        "SHOW GLOBAL STATUS WHERE Variable_name LIKE 'Handler_read_%' OR Variable_name IN ('Handler_delete', 'Handler_write')",
    )
    .fetch_all(&mut connection)
    .await
    .map_err(database)?;
    Ok(rows.iter().filter_map(|(_, value)| value.parse::<u64>().ok()).sum())
}

#[expect(clippy::cast_precision_loss, reason = "far below 2^52")]
fn per_session(steps: u64) -> f64 {
    steps as f64 / SESSIONS as f64
}

const SESSIONS: u64 = 10_000;
const CASE: &str = "10,000 sessions";
const CALL_MS: &str = "call_ms";
const STEPS: &str = "steps_per_session";

/// Until what was written is on the disk, and what was removed before is out of the pages.
const SETTLE: Duration = Duration::from_secs(2);
