//! Everything at once on a few sessions, recorded and checked.

use crate::{
    Draw, Promise,
    engine::Fixture,
    history::{Entry, Saw, check},
    origin::{Answer, Origin, generation, path, token},
    promises, say,
};
use serde_json::{Value, json};
use std::{
    future::{Future, poll_fn},
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, Ordering},
    },
    task::Poll,
    time::Duration,
};
use tokio::{sync::RwLock, task::JoinSet};
use wayleave_origin::clock::ManualClock;

pub(crate) fn promises() -> Vec<Promise> {
    promises![
        everything_at_once_by_the_databases_clock_is_linearizable,
        everything_at_once_through_many_generations_is_linearizable,
    ]
}

const SESSIONS: usize = 4;
const TASKS: u64 = 16;
const OPERATIONS_EACH: u64 = 40;
const ROUNDS: u64 = 3;
const AT_ONCE: u64 = 4;
const WINDOW: Duration = Duration::from_secs(10);

/// Two origins, several sessions of one user, and what was seen of them.
struct Scene {
    origins: Vec<Origin>,
    sessions: Vec<Seen>,
    ticks: AtomicU64,
    /// Moved on only while nobody refreshes, as tabs that are slower than the window are another matter.
    clock: Option<RwLock<Arc<ManualClock>>>,
}

/// A session, the one jar that all its tabs share, and its history.
struct Seen {
    path: String,
    handle: Value,
    jar: Mutex<Value>,
    history: Mutex<Vec<Entry>>,
}

async fn everything_at_once_by_the_databases_clock_is_linearizable(
    fixture: &Fixture,
    engine: &'static str,
) {
    let mut origins = Vec::new();
    for _ in 0..2 {
        origins.push(Origin::connect(&fixture.url, 4, "10s").await);
    }
    run(&origins, None, engine, "by its own clock").await;
    for origin in origins {
        origin.close().await;
    }
}

async fn everything_at_once_through_many_generations_is_linearizable(
    fixture: &Fixture,
    engine: &'static str,
) {
    let clock = fixture.clock.clone();
    let origin = Origin::over(fixture.store.clone(), clock.clone(), "10s").await;
    let generations = run(&[origin], Some(clock), engine, "through many generations").await;
    assert!(generations > 3 * ROUNDS, "only {generations} rotations");
}

async fn run(origins: &[Origin], clock: Option<Arc<ManualClock>>, engine: &str, how: &str) -> u64 {
    let (mut operations, mut rotations) = (0, 0);
    for round in 0..ROUNDS {
        let scene = Arc::new(Scene::open(origins.to_vec(), clock.clone(), round).await);
        let mut tasks = JoinSet::new();
        for task in 0..TASKS {
            let scene = Arc::clone(&scene);
            tasks.spawn(async move {
                let mut draw = Draw(0x9e37_79b9_7f4a_7c15 ^ (round << 32) ^ (task + 1));
                for step in 0..OPERATIONS_EACH {
                    scene.step(&mut draw, task, step).await;
                }
            });
        }
        tasks.join_all().await;
        scene.end().await;
        for session in &scene.sessions {
            let history = session.history.lock().unwrap().clone();
            if let Err(violation) = check(&history) {
                panic!("{violation:?} in {history:#?}");
            }
            assert!(history.iter().any(|entry| entry.saw == Saw::Revoked));
            operations += history.len();
            rotations += generation(&session.jar.lock().unwrap());
        }
    }
    let histories = ROUNDS * SESSIONS as u64;
    say(&format!(
        "{operations} operations at once on {engine}: {histories} histories {how}, {rotations} rotations, all linearizable"
    ));
    rotations
}

impl Scene {
    async fn open(origins: Vec<Origin>, clock: Option<Arc<ManualClock>>, round: u64) -> Self {
        let ticks = AtomicU64::new(0);
        let mut sessions = Vec::new();
        for _ in 0..SESSIONS {
            let issued = origins[0].log_in(&format!("user-{round}")).await;
            let written = |saw| Entry {
                began: ticks.fetch_add(1, Ordering::SeqCst),
                ended: ticks.fetch_add(1, Ordering::SeqCst),
                saw,
            };
            let history = vec![
                written(Saw::Put { version: 1, data: json!({}), expected: None }),
                written(Saw::PayloadPut(json!("first"))),
            ];
            sessions.push(Seen {
                path: path(&issued),
                handle: issued["session"]["handle"].clone(),
                jar: Mutex::new(issued),
                history: Mutex::new(history),
            });
        }
        Self { origins, sessions, ticks, clock: clock.map(RwLock::new) }
    }

    fn tick(&self) -> u64 {
        self.ticks.fetch_add(1, Ordering::SeqCst)
    }

    /// One operation of one task.
    async fn step(&self, draw: &mut Draw, task: u64, step: u64) {
        let origin = &self.origins[usize::try_from(task).unwrap() % self.origins.len()];
        let which = usize::try_from(draw.below(SESSIONS as u64)).unwrap();
        let session = &self.sessions[which];
        let value = json!(format!("{task}.{step}"));
        let kind = draw.below(100);
        if kind < 6 {
            return self.list(origin, session).await;
        }
        if (6..8).contains(&kind)
            && let Some(clock) = &self.clock
        {
            clock.write().await.advance(WINDOW);
            return;
        }
        let _still = match &self.clock {
            Some(clock) => Some(clock.read().await),
            None => None,
        };
        if (40..44).contains(&kind) {
            return self.put_at_once(origin, session, &value).await;
        }
        let began = self.tick();
        let saw = match kind {
            ..25 => session.refresh(origin).await,
            25..40 => session.read(origin).await,
            44..52 => session.put(origin, json!({ "put": value }), None).await,
            52..60 => {
                let expected = 1 + draw.below(session.newest_version());
                session.put(origin, json!({ "put_if": value }), Some(expected)).await
            }
            60..78 => {
                session.patch(origin, json!({ format!("member-{}", draw.below(5)): value })).await
            }
            78..88 => session.put_payload(origin, &value).await,
            88..94 => session.look(origin).await,
            94..99 => session.verify(origin, self.clock.is_some()).await,
            // Late, so that there is something to end.
            _ if step > OPERATIONS_EACH / 2 => session.revoke(origin).await,
            _ => session.read(origin).await,
        };
        session.note(began, self.tick(), saw);
    }

    /// Some writes over whatever is there, by one caller: each begins before any has ended.
    async fn put_at_once(&self, origin: &Origin, session: &Seen, value: &Value) {
        let mut writes: Vec<_> = (0..AT_ONCE)
            .map(|number| {
                let data = json!({ "at_once": [value, number] });
                Some((self.tick(), Box::pin(session.put(origin, data, None))))
            })
            .collect();
        poll_fn(|context| {
            for write in &mut writes {
                if let Some((began, put)) = write
                    && let Poll::Ready(saw) = put.as_mut().poll(context)
                {
                    session.note(*began, self.tick(), saw);
                    *write = None;
                }
            }
            if writes.iter().all(Option::is_none) { Poll::Ready(()) } else { Poll::Pending }
        })
        .await;
    }

    /// One page is a look at all sessions.
    async fn list(&self, origin: &Origin, of: &Seen) {
        let user = of.jar.lock().unwrap()["session"]["userId"].as_str().unwrap().to_owned();
        let route = format!("/v1/users/{user}/sessions?limit=1000");
        let began = self.tick();
        let listed = origin.call("GET", &route, &Value::Null).await.good();
        let ended = self.tick();
        for session in &self.sessions {
            let mut page = listed["sessions"].as_array().unwrap().iter();
            let found = page.find(|one| one["handle"] == session.handle);
            let saw = found.map_or(Saw::Refused, |one| Saw::Payload(one["jwtPayload"].clone()));
            session.note(began, ended, saw);
        }
    }

    /// What is still there ends now, by two at a time, while others read.
    async fn end(self: &Arc<Self>) {
        let mut tasks = JoinSet::new();
        for which in 0..SESSIONS * 4 {
            let scene = Arc::clone(self);
            tasks.spawn(async move {
                let session = &scene.sessions[which / 4];
                let origin = &scene.origins[which % scene.origins.len()];
                let began = scene.tick();
                let saw = match which % 4 {
                    0 | 1 => session.revoke(origin).await,
                    2 => session.read(origin).await,
                    _ => session.refresh(origin).await,
                };
                session.note(began, scene.tick(), saw);
            });
        }
        tasks.join_all().await;
        for session in &self.sessions {
            let began = self.tick();
            let saw = session.read(&self.origins[0]).await;
            session.note(began, self.tick(), saw);
        }
    }
}

impl Seen {
    fn note(&self, began: u64, ended: u64, saw: Saw) {
        self.history.lock().unwrap().push(Entry { began, ended, saw });
    }

    /// As far as anybody knows.
    fn newest_version(&self) -> u64 {
        let version = |entry: &Entry| match entry.saw {
            Saw::Put { version, .. } | Saw::Patched { version, .. } => Some(version),
            _ => None,
        };
        self.history.lock().unwrap().iter().filter_map(version).max().unwrap()
    }

    async fn refresh(&self, origin: &Origin) -> Saw {
        let presented = token(&self.jar.lock().unwrap(), "refreshToken").to_owned();
        match answered(origin.refresh(&presented).await) {
            None => Saw::Refused,
            Some(issued) => {
                let saw = Saw::Refreshed {
                    generation: generation(&issued),
                    token: token(&issued, "refreshToken").to_owned(),
                    payload: issued["session"]["jwtPayload"].clone(),
                };
                let mut jar = self.jar.lock().unwrap();
                if generation(&issued) >= generation(&jar) {
                    *jar = issued;
                }
                saw
            }
        }
    }

    async fn read(&self, origin: &Origin) -> Saw {
        let route = format!("{}/data", self.path);
        match answered(origin.call("GET", &route, &Value::Null).await) {
            None => Saw::Refused,
            Some(body) => {
                Saw::Data { version: body["version"].as_u64().unwrap(), data: body["data"].clone() }
            }
        }
    }

    async fn put(&self, origin: &Origin, data: Value, expected: Option<u64>) -> Saw {
        let route = format!("{}/data", self.path);
        let answer = origin.call_if("PUT", &route, &json!({ "data": data }), expected).await;
        if answer.status == 412 {
            let detail = answer.body["detail"].as_str().unwrap();
            let stored = detail.strip_prefix("the stored version is ").unwrap().parse().unwrap();
            return Saw::Conflict { expected: expected.unwrap(), stored };
        }
        match answered(answer) {
            None => Saw::Refused,
            Some(body) => Saw::Put { version: body["version"].as_u64().unwrap(), data, expected },
        }
    }

    async fn patch(&self, origin: &Origin, patch: Value) -> Saw {
        let route = format!("{}/data", self.path);
        match answered(origin.call("PATCH", &route, &patch).await) {
            None => Saw::Refused,
            Some(body) => Saw::Patched { version: body["version"].as_u64().unwrap(), patch },
        }
    }

    async fn put_payload(&self, origin: &Origin, payload: &Value) -> Saw {
        let route = format!("{}/payload", self.path);
        match answered(origin.call("PUT", &route, &json!({ "jwtPayload": payload })).await) {
            None => Saw::Refused,
            Some(body) => {
                assert_eq!(body["session"]["jwtPayload"], *payload);
                Saw::PayloadPut(payload.clone())
            }
        }
    }

    async fn look(&self, origin: &Origin) -> Saw {
        let body = answered(origin.call("GET", &self.path, &Value::Null).await);
        body.map_or(Saw::Refused, |body| Saw::Payload(body["jwtPayload"].clone()))
    }

    /// `may_expire`: where the clock jumps, an access token may be too old by now.
    async fn verify(&self, origin: &Origin, may_expire: bool) -> Saw {
        let access_token = token(&self.jar.lock().unwrap(), "accessToken").to_owned();
        let body = json!({ "accessToken": access_token, "checkDatabase": true });
        let answer = origin.call("POST", "/v1/sessions/verify", &body).await;
        if may_expire && answer.body["code"] == "try_refresh_token" {
            return self.look(origin).await;
        }
        answered(answer).map_or(Saw::Refused, |_| Saw::Alive)
    }

    async fn revoke(&self, origin: &Origin) -> Saw {
        let body = origin.call("DELETE", &self.path, &Value::Null).await.good();
        if body["revoked"] == true { Saw::Revoked } else { Saw::Refused }
    }
}

/// The body, or `None` where the session is over; nothing else may come back, theft least of all.
fn answered(answer: Answer) -> Option<Value> {
    if answer.is_unauthorised() { None } else { Some(answer.good()) }
}
