//! `examples/axum-native`: a service in Rust without a gateway, on the crate `wayleave`.

use crate::{
    stage::{Example, Stage, StageTest},
    stage_tests,
};
use serde_json::{Value, json};
use std::{process::Command, sync::Arc};
use wayleave_dev::{ports, repository::Repository, settings::Name};
use wayleave_tests::{
    lone_origin::{ISSUER, LoneOrigin},
    patience::until,
    running::{Running, start_part},
    tap::Tap,
    visitor::Visitor,
};

pub(crate) const EXAMPLE: Example =
    Example { name: "axum_native", start: |origin| Box::pin(start(origin)) };

async fn start(origin: Arc<LoneOrigin>) -> Result<Running, String> {
    let repository = Repository::of_this_program().map_err(|error| error.to_string())?;
    let [port] = ports::free().map_err(|error| error.to_string())?;
    let to_origin = Tap::open(origin.url().to_owned()).await;
    let mut service = Command::new(repository.program("wayleave-example-axum-native"));
    service
        .env("APP_LISTEN", format!("127.0.0.1:{port}"))
        .env("ORIGIN_URL", to_origin.url())
        .env("SERVICE_KEY", origin.service_key())
        .env("ISSUER", ISSUER);
    let log = origin.folder().join("logs/axum-native.log");
    let process = start_part(Name::App, service, log, port, "/readyz", &[200]).await?;
    Ok(Running {
        parts: vec![process],
        url: format!("http://127.0.0.1:{port}"),
        behind: None,
        to_origin,
        files: None,
    })
}

pub(crate) fn all() -> Vec<StageTest> {
    stage_tests![
        a_user_sees_where_they_are_logged_in,
        a_user_signs_out_another_device_of_theirs,
        nobody_signs_out_the_device_of_somebody_else,
        a_page_for_everybody_knows_who_looks_at_it,
        the_feed_is_pulled_without_any_request,
    ]
}

async fn a_user_sees_where_they_are_logged_in(stage: Arc<Stage>) {
    let (laptop, phone) = (log_in(&stage, "devices").await, log_in(&stage, "devices").await);

    let seen_by_laptop = devices(&laptop).await;
    let seen_by_phone = devices(&phone).await;

    assert_eq!(seen_by_laptop.len(), 2);
    for devices in [&seen_by_laptop, &seen_by_phone] {
        let here = devices.iter().filter(|device| device["isThisOne"] == true);
        assert_eq!(here.count(), 1);
    }
    assert_ne!(this_one(&seen_by_laptop), this_one(&seen_by_phone));
}

async fn a_user_signs_out_another_device_of_theirs(stage: Arc<Stage>) {
    let (laptop, phone) = (log_in(&stage, "signs-out").await, log_in(&stage, "signs-out").await);
    let handle = this_one(&devices(&phone).await);
    let path = format!("/api/devices/{handle}");

    laptop.request(http::Method::DELETE, &path).await.expect_status(204);

    phone.get("/api/me").await.expect_refusal(401, "unauthorised");
    assert_eq!(devices(&laptop).await.len(), 1);
    laptop.request(http::Method::DELETE, &path).await.expect_status(404);
}

async fn nobody_signs_out_the_device_of_somebody_else(stage: Arc<Stage>) {
    let (owner, other) = (log_in(&stage, "owner").await, log_in(&stage, "other").await);
    let path = format!("/api/devices/{}", this_one(&devices(&owner).await));

    other.request(http::Method::DELETE, &path).await.expect_status(404);

    owner.get("/api/me").await.expect_status(200);
}

async fn a_page_for_everybody_knows_who_looks_at_it(stage: Arc<Stage>) {
    let alice = log_in(&stage, "looks").await;

    let greeted = alice.get("/").await.expect(200);
    let stranger = stage.visitor().get("/").await.expect(200);

    assert_eq!(greeted.body, "Hello, looks\n");
    assert!(stranger.body.starts_with("POST /login"), "{}", stranger.body);
}

async fn the_feed_is_pulled_without_any_request(stage: Arc<Stage>) {
    stage.app.to_origin.forget();

    until("it has asked for revocations", async || {
        let pulls = stage.app.to_origin.feed_pulls();
        (pulls > 0).then_some(())
    })
    .await;
}

async fn log_in(stage: &Stage, user: &str) -> Visitor {
    let visitor = stage.visitor();
    visitor.log_in_with(json!({"userId": user})).await.expect_status(200);
    visitor
}

async fn devices(visitor: &Visitor) -> Vec<Value> {
    let list = visitor.get("/api/devices").await.expect(200).json();
    list.as_array().expect("a list of devices").clone()
}

/// The handle of the device that asked.
fn this_one(devices: &[Value]) -> String {
    let device = devices.iter().find(|device| device["isThisOne"] == true);
    device.and_then(|device| device["handle"].as_str()).expect("one of them asked").to_owned()
}
