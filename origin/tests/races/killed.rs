//! An origin is killed under load, and another takes its place: what was acknowledged is there, and nothing is there by half.

use crate::{
    Draw, Promise,
    engine::Fixture,
    origin::{feed_page, generation, path, token},
    process::{Caller, Process},
    promises, say,
    whole::{assert_once, assert_whole},
};
use serde_json::{Value, json};
use tokio::{sync::mpsc, task::JoinSet};

pub(crate) fn promises() -> Vec<Promise> {
    promises![an_origin_that_is_killed_loses_nothing_that_it_acknowledged]
}

const KILLS: u64 = 5;
const TASKS: u64 = 8;

/// A session as its one writer knows it. What was asked for last may have been done or not.
struct Known {
    issued: Value,
    data: Value,
    version: u64,
    payload: Value,
    is_revoked: bool,
    unanswered: Option<Unanswered>,
}

enum Unanswered {
    Data(Value),
    Payload(Value),
    Refresh,
    Revoke,
}

async fn an_origin_that_is_killed_loses_nothing_that_it_acknowledged(
    fixture: &Fixture,
    engine: &'static str,
) {
    let mut connection = fixture.connection().await;
    let mut process = Process::start(&fixture.url).await;
    let (mut acknowledged, mut sessions) = (0, 0);
    let mut draw = Draw(0x2545_f491_4f6c_dd1d);
    for kill in 0..KILLS {
        let (done, mut dones) = mpsc::unbounded_channel();
        let mut writers = JoinSet::new();
        for task in 0..TASKS {
            let (caller, done) = (process.caller.clone(), done.clone());
            writers.spawn(write(
                caller,
                format!("user-{kill}-{task}"),
                Draw(1 + kill * TASKS + task),
                done,
            ));
        }
        drop(done);
        for _ in 0..100 + draw.below(150) {
            dones.recv().await.unwrap();
            acknowledged += 1;
        }
        process.kill().await;
        let known: Vec<_> = writers.join_all().await.into_iter().flatten().collect();
        while dones.recv().await.is_some() {
            acknowledged += 1;
        }

        process = Process::start(&fixture.url).await;
        assert_whole(&mut connection).await;
        let told = told(&process.caller).await;
        assert_once(&told);
        for session in &known {
            session.check(&process.caller, &told).await;
        }
        sessions += known.len();
    }
    process.kill().await;
    say(&format!(
        "{acknowledged} acknowledged writes on {engine}: to {sessions} sessions, {KILLS} origins killed, nothing lost"
    ));
}

/// Writes to one session after the other until nobody answers.
async fn write(
    caller: Caller,
    user: String,
    mut draw: Draw,
    done: mpsc::UnboundedSender<()>,
) -> Vec<Known> {
    let mut known = Vec::new();
    loop {
        let body = json!({"userId": user, "sessionData": 0, "jwtPayload": 0});
        let Some(issued) = caller.good("POST", "/v1/sessions", &body).await else { return known };
        // Nobody counts any more where the origin is being killed.
        let _ = done.send(());
        let (data, payload) = (json!(0), json!(0));
        let mut session =
            Known { issued, data, version: 1, payload, is_revoked: false, unanswered: None };
        let is_alive = session.write(&caller, &mut draw, &done).await;
        known.push(session);
        if !is_alive {
            return known;
        }
    }
}

impl Known {
    /// Until the session is revoked, or nobody answers; that is told.
    async fn write(
        &mut self,
        caller: &Caller,
        draw: &mut Draw,
        done: &mpsc::UnboundedSender<()>,
    ) -> bool {
        let session = path(&self.issued);
        for step in 1_u64.. {
            let value = json!(step);
            match draw.below(10) {
                0 => {
                    self.unanswered = Some(Unanswered::Revoke);
                    let answer = caller.good("DELETE", &session, &Value::Null).await;
                    let Some(answer) = answer else { return false };
                    assert_eq!(answer["revoked"], true);
                    self.is_revoked = true;
                }
                1..4 => {
                    self.unanswered = Some(Unanswered::Refresh);
                    let body = json!({"refreshToken": token(&self.issued, "refreshToken")});
                    let answer = caller.good("POST", "/v1/sessions/refresh", &body).await;
                    let Some(issued) = answer else { return false };
                    assert_eq!(generation(&issued), generation(&self.issued) + 1);
                    self.issued = issued;
                }
                4..6 => {
                    self.unanswered = Some(Unanswered::Payload(value.clone()));
                    let (route, body) =
                        (format!("{session}/payload"), json!({"jwtPayload": value}));
                    let answer = caller.good("PUT", &route, &body).await;
                    if answer.is_none() {
                        return false;
                    }
                    self.payload = value;
                }
                _ => {
                    self.unanswered = Some(Unanswered::Data(value.clone()));
                    let (route, body) = (format!("{session}/data"), json!({"data": value}));
                    let Some(answer) = caller.good("PUT", &route, &body).await else {
                        return false;
                    };
                    (self.data, self.version) = (value, self.version + 1);
                    assert_eq!(answer["version"], self.version);
                }
            }
            self.unanswered = None;
            let _ = done.send(());
            if self.is_revoked {
                return true;
            }
        }
        true
    }

    /// Whether another origin finds what was acknowledged. `told_before`: what the feed told before anything else was asked. The database may still be at work
    /// on what the dead origin asked for last.
    async fn check(&self, caller: &Caller, told_before: &[String]) {
        let session = path(&self.issued);
        let has = |told: &[String]| told.iter().any(|one| session.ends_with(one));
        let (status, found) = caller.call("GET", &session, &Value::Null).await.unwrap();
        if status == 401 && (self.is_revoked || matches!(self.unanswered, Some(Unanswered::Revoke)))
        {
            assert_eq!(found["code"], "unauthorised");
            assert!(
                has(&told(caller).await),
                "{session} is gone, but the feed does not tell of it"
            );
            return;
        }
        assert_eq!(status, 200, "{session}: {found}");
        assert!(!self.is_revoked, "{session} is back");
        assert!(!has(told_before), "the feed tells of {session}, which is there");

        let is_new_payload = matches!(&self.unanswered, Some(Unanswered::Payload(new)) if found["jwtPayload"] == *new);
        assert!(is_new_payload || found["jwtPayload"] == self.payload, "{found}");
        let data = caller.good("GET", &format!("{session}/data"), &Value::Null).await.unwrap();
        let new = json!({"version": self.version + 1, "data": match &self.unanswered {
            Some(Unanswered::Data(new)) => new,
            _ => &Value::Null,
        }});
        let old = json!({"version": self.version, "data": self.data});
        assert!(data == old || data == new, "{data} is neither {old} nor {new}");

        // Would the last acknowledged rotation be lost, this token would be one that nobody knows: theft.
        let body = json!({"refreshToken": token(&self.issued, "refreshToken")});
        let refreshed = caller.good("POST", "/v1/sessions/refresh", &body).await.unwrap();
        assert_eq!(generation(&refreshed), generation(&self.issued) + 1);
    }
}

/// The sessions in the feed.
async fn told(caller: &Caller) -> Vec<String> {
    let page = caller.good("GET", "/v1/revocations", &Value::Null).await.unwrap();
    let sessions = feed_page(&page)["sessions"].as_array().cloned().unwrap_or_default();
    sessions.iter().map(|entry| entry[0].as_str().unwrap().to_owned()).collect()
}
