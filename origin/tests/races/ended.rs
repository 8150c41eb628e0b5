//! Connections that somebody ends on the server while nobody uses them: an operator, a proxy, a server that is restarted.

use crate::{
    Promise,
    cut_operation::{ALL, Operation},
    engine::Fixture,
    origin::Origin,
    promises,
};
use sqlx::{AnyConnection, AssertSqlSafe, Executor, Row};
use tokio::task::JoinSet;

pub(crate) fn promises() -> Vec<Promise> {
    promises![whoever_comes_after_idle_connections_were_ended_does_not_notice]
}

/// As many as log-ins that run at once can open.
const CONNECTIONS: u32 = 4;

async fn whoever_comes_after_idle_connections_were_ended_does_not_notice(
    fixture: &Fixture,
    _: &str,
) {
    let origin = Origin::connect(&fixture.url, CONNECTIONS, "10s").await;
    let direct = Origin::connect(&fixture.url, 1, "10s").await;
    let mut connection = fixture.connection().await;
    for operation in ALL {
        let issued = operation.prepare(&direct, &format!("{operation:?}")).await;
        open_all(&origin).await;
        end_all_others(&mut connection).await;

        let first = operation.attempt(&origin, &issued).await;

        // To write data twice would count twice, so whoever asked for it is asked to try again, if the connection was in use a moment ago.
        let may_fail =
            matches!(operation, Operation::Patch | Operation::Update | Operation::UpdateAgain);
        let is_good = matches!(first.status, 200 | 201) || (may_fail && first.status == 503);
        assert!(is_good, "{operation:?}: {} {}", first.status, first.body);
        let second = operation.attempt(&origin, &issued).await.good();
        operation.check(&mut connection, &direct, &issued, (&first, &second)).await;
    }
    origin.close().await;
    direct.close().await;
}

async fn open_all(origin: &Origin) {
    let mut log_ins = JoinSet::new();
    for _ in 0..CONNECTIONS {
        let origin = origin.clone();
        log_ins.spawn(async move { origin.log_in("somebody").await });
    }
    log_ins.join_all().await;
}

/// Ends every connection to this database but the one that does it, and waits until they are gone.
async fn end_all_others(connection: &mut AnyConnection) {
    let others = "SELECT CAST(id AS SIGNED) AS id FROM information_schema.processlist
                   WHERE db = DATABASE() AND id <> CONNECTION_ID()";
    loop {
        let rows = match connection.fetch_all(others).await {
            Ok(rows) => rows,
            // MySQL's list holds the statements of all, also of other tests, as text: one with bytes in it that are none makes the look fail.
            Err(sqlx::Error::Database(error)) if error.message().contains("Cannot convert") => {
                continue;
            }
            Err(error) => panic!("{error}"),
        };
        if rows.is_empty() {
            return;
        }
        for row in rows {
            let kill = AssertSqlSafe(format!("KILL {}", row.get::<i64, _>("id")));
            // It may have gone by itself.
            let _ = connection.execute(kill).await;
        }
    }
}
