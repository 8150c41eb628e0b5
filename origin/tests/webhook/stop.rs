//! A whole server: what its sessions leave to be told, and what a stop leaves untold.

use crate::{
    deployment::{SERVICE_KEY, settings},
    receiver::Receiver,
};
use serde_json::{Value, json};
use std::{future, sync::Arc, time::Duration};
use tokio::sync::oneshot;
use wayleave_origin::{
    clock::ManualClock,
    server::Server,
    store::{SqlStore, Store, StoreClock},
};
use wayleave_shared::time::UnixMilliseconds;

#[tokio::test]
async fn a_server_tells_of_an_ended_session_and_a_stop_keeps_what_is_untold() {
    let folder = tempfile::tempdir().unwrap();
    let database = format!("sqlite:{}/test.db", folder.path().display());
    let mut receiver = Receiver::start(|_| Box::pin(future::pending())).await;
    let server = Server::prepare(settings(&receiver.url, &database)).await.unwrap();
    let url = format!("http://{}/v1/sessions", server.address().unwrap());
    let (stop, stopped) = oneshot::channel::<()>();
    let running = tokio::spawn(server.run(async move { stopped.await.unwrap() }));

    let client = reqwest::Client::new();
    let create = client.post(&url).bearer_auth(SERVICE_KEY).json(&json!({"userId": 7}));
    let issued: Value = create.send().await.unwrap().json().await.unwrap();
    let handle = issued["session"]["handle"].as_str().unwrap();
    client.delete(format!("{url}/{handle}")).bearer_auth(SERVICE_KEY).send().await.unwrap();
    let told = receiver.next().await.json();
    stop.send(()).unwrap();
    running.await.unwrap().unwrap();

    assert_eq!(told["type"], "session.revoked");
    assert_eq!(told["data"], json!({"userId": 7, "handles": [handle], "reason": "revoked"}));
    let far_future = Arc::new(ManualClock::at(UnixMilliseconds(10_000_000_000_000)));
    let store = SqlStore::connect(&database, 1, StoreClock::Given(far_future)).await.unwrap();
    let left = store.take_events(10, Duration::from_secs(1)).await.unwrap();
    assert_eq!(left.iter().map(|event| event.attempts).collect::<Vec<_>>(), [1]);
}
