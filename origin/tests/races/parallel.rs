//! Many refreshes at once.

use crate::{
    Promise,
    engine::{Fixture, START},
    origin::{Origin, claims, generation, path, token},
    promises,
};
use serde_json::Value;
use std::{collections::BTreeSet, time::Duration};
use tokio::task::JoinSet;
use wayleave_origin::{
    clock::Clock,
    store::{SqlStore, StoreClock},
};

pub(crate) fn promises() -> Vec<Promise> {
    promises![
        of_64_refreshes_of_one_token_at_four_origins_all_get_the_same_successor,
        of_64_refreshes_of_one_token_all_get_the_same_at_each_step_of_the_window,
        two_hundred_refreshes_over_five_connections_and_fifty_over_one_all_finish,
    ]
}

/// The window, but for its last millisecond.
const ALMOST: Duration = Duration::from_millis(9_999);
const MILLISECOND: Duration = Duration::from_millis(1);

/// All at once, each at the next of the origins. All must succeed.
async fn refresh_all(origins: &[Origin], tokens: &[&str]) -> Vec<Value> {
    let mut refreshes = JoinSet::new();
    for (index, token) in tokens.iter().enumerate() {
        let (origin, token) = (origins[index % origins.len()].clone(), (*token).to_owned());
        refreshes.spawn(async move { origin.refresh(&token).await });
    }
    refreshes.join_all().await.into_iter().map(super::origin::Answer::good).collect()
}

/// The one answer that all got.
fn only(issued: &[Value]) -> &Value {
    let what = |one: &Value| {
        let anti_csrf = one["antiCsrfToken"].as_str().unwrap().to_owned();
        (
            token(one, "refreshToken").to_owned(),
            anti_csrf,
            generation(one),
            claims(one)["csrf"].to_string(),
        )
    };
    let different: BTreeSet<_> = issued.iter().map(what).collect();
    assert_eq!(different.len(), 1, "{different:?}");
    &issued[0]
}

async fn of_64_refreshes_of_one_token_at_four_origins_all_get_the_same_successor(
    fixture: &Fixture,
    _: &str,
) {
    // Without a window nothing but the rules of a lost reply makes them agree; and each generation can follow at once.
    for window in ["10s", "0s"] {
        let mut origins = Vec::new();
        for _ in 0..4 {
            origins.push(Origin::connect(&fixture.url, 5, window).await);
        }
        let mut newest = origins[0].log_in("alice").await;
        let generations = if window == "0s" { 4 } else { 1 };
        for expected in 1..=generations {
            let parent = newest.clone();
            let issued = refresh_all(&origins, &[token(&parent, "refreshToken"); 64]).await;
            newest = only(&issued).clone();
            assert_eq!(generation(&newest), expected);
            assert_ne!(token(&newest, "refreshToken"), token(&parent, "refreshToken"));
        }
        let stored = origins[1].call("GET", &path(&newest), &Value::Null).await.good();
        assert_eq!(stored["expiresAt"], newest["session"]["expiresAt"]);
        for origin in origins {
            origin.close().await;
        }
    }
}

async fn of_64_refreshes_of_one_token_all_get_the_same_at_each_step_of_the_window(
    fixture: &Fixture,
    _: &str,
) {
    let mut origins = Vec::new();
    for _ in 0..4 {
        let clock = StoreClock::Given(fixture.clock.clone());
        let store = SqlStore::connect(&fixture.url, 5, clock).await.unwrap();
        origins.push(Origin::over(store, fixture.clock.clone(), "10s").await);
    }
    let first = origins[0].log_in("alice").await;
    let mut parent = first;
    for expected in 1..=3 {
        let issued = refresh_all(&origins, &[token(&parent, "refreshToken"); 64]).await;
        let child = only(&issued).clone();
        assert_eq!(generation(&child), expected);

        // Its first use: half of them still come with the parent. Nobody gets a third token.
        let mixed = [token(&child, "refreshToken"), token(&parent, "refreshToken")].repeat(32);
        let issued = refresh_all(&origins, &mixed).await;
        assert_eq!(token(only(&issued), "refreshToken"), token(&child, "refreshToken"));

        // The last millisecond in which it does not rotate, and then the first in which it does.
        fixture.clock.advance(ALMOST);
        let issued = refresh_all(&origins, &mixed).await;
        assert_eq!(token(only(&issued), "refreshToken"), token(&child, "refreshToken"));
        fixture.clock.advance(MILLISECOND);
        parent = child;
    }
    let issued = refresh_all(&origins, &[token(&parent, "refreshToken"); 64]).await;
    assert_eq!(generation(only(&issued)), 4);
    assert_eq!(fixture.clock.now(), START.after(3 * (ALMOST + MILLISECOND)));
    for origin in origins {
        origin.close().await;
    }
}

async fn two_hundred_refreshes_over_five_connections_and_fifty_over_one_all_finish(
    fixture: &Fixture,
    _: &str,
) {
    let origin = Origin::connect(&fixture.url, 8, "10s").await;
    let sessions = log_in_many(&origin).await;
    origin.close().await;
    let (most, few) = sessions.split_at(200);

    // A request that needed two connections at once would wait for ever for the only one.
    for (connections, sessions) in [(5, most), (1, few)] {
        let origins = [Origin::connect(&fixture.url, connections, "10s").await];
        let tokens: Vec<_> = sessions.iter().map(|one| token(one, "refreshToken")).collect();
        let issued = refresh_all(&origins, &tokens).await;
        assert!(issued.iter().all(|one| generation(one) == 1));
        let different: BTreeSet<_> = issued.iter().map(|one| token(one, "refreshToken")).collect();
        assert_eq!(different.len(), sessions.len());

        let of_one = origins[0].log_in("alice").await;
        let all_the_same = vec![token(&of_one, "refreshToken"); sessions.len()];
        let issued = refresh_all(&origins, &all_the_same).await;
        assert_eq!(generation(only(&issued)), 1);
        let [origin] = origins;
        origin.close().await;
    }
}

/// 250 sessions, by some at a time.
async fn log_in_many(origin: &Origin) -> Vec<Value> {
    let mut log_ins = JoinSet::new();
    for task in 0..10 {
        let origin = origin.clone();
        log_ins.spawn(async move {
            let mut issued = Vec::new();
            for number in 0..25 {
                issued.push(origin.log_in(&format!("user-{task}-{number}")).await);
            }
            issued
        });
    }
    log_ins.join_all().await.concat()
}
