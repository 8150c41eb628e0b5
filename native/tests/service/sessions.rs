//! A session from log-in to sign-out.

use crate::{
    origin::{ISSUER, Origin, SERVICE_KEY},
    service::Stage,
};
use axum::http::Request;
use wayleave::{Csrf, ErrorType, NewSession, UserId, Wayleave};

#[tokio::test]
async fn a_session_lives_from_log_in_to_log_out_and_is_verified_without_a_call() {
    let stage = Stage::ready().await;
    let alice = stage.logged_in("alice").await;

    assert_eq!(alice.get("/me").await.expect(200), "alice guest");
    assert_eq!(alice.post("/me").await.expect(200), "alice guest");
    assert_eq!(stage.asked_for_someone(), [""; 0]);

    assert_eq!(alice.get("/data").await.expect(200), "0 none");
    assert_eq!(alice.post("/data/two").await.expect(200), "1");
    assert_eq!(alice.get("/data").await.expect(200), r#"1 "two""#);

    let out = alice.post("/logout").await;
    assert_eq!(out.cleared().expect(200), "good bye");
    assert_eq!(alice.cookies(), [""; 0]);
    alice.get("/me").await.refused(401, "unauthorised").untouched();
}

#[tokio::test]
async fn the_machines_clock_is_the_one_that_counts_unless_told_otherwise() {
    let origin = Origin::start().await;
    let builder = Wayleave::builder().origin_url(origin.url()).service_key(SERVICE_KEY);
    let wayleave = builder.issuer(ISSUER).connect().unwrap();
    let request = Request::new(());
    let new = NewSession::of(UserId::text("alice").unwrap());
    let mut issued = wayleave.create_session(&request, new).await.unwrap();
    let cookie = issued.set.lines().set_cookie[0].split(';').next().unwrap().to_owned();
    let request = Request::get("/").header("cookie", cookie).body(()).unwrap();

    let session = wayleave.get_session(&request, Csrf::NotRequired).await.unwrap();

    assert_eq!(session.handle(), issued.session.handle());
    assert_eq!(session.expires_at(), issued.session.expires_at());
    let _set = issued.session.remove_jwt_payload().await.unwrap();
}

#[tokio::test]
async fn a_changed_payload_is_in_the_next_access_token_at_once() {
    let stage = Stage::ready().await;
    let alice = stage.logged_in("alice").await;
    let before = alice.cookie("sAccessToken");

    assert_eq!(alice.post("/role/admin").await.expect(200), "alice admin");

    assert_ne!(alice.cookie("sAccessToken"), before);
    assert_eq!(alice.get("/me").await.expect(200), "alice admin");
}

#[tokio::test]
async fn a_session_that_ended_here_is_refused_here_at_once_and_its_browser_is_told() {
    let stage = Stage::ready().await;
    let alice = stage.logged_in("alice").await;
    let stolen = alice.double();

    alice.post("/logout").await.expect(200);

    stolen.get("/me").await.refused(401, "unauthorised").cleared();
}

#[tokio::test]
async fn a_log_in_ends_the_session_that_it_came_with() {
    let stage = Stage::ready().await;
    let browser = stage.logged_in("alice").await;
    let before = browser.double();

    browser.post("/login/bob").await.expect(200);

    assert_eq!(browser.get("/me").await.expect(200), "bob guest");
    before.get("/me").await.refused(401, "unauthorised");
}

#[tokio::test]
async fn a_user_sees_their_devices_and_ends_the_others() {
    let stage = Stage::ready().await;
    let (laptop, phone) = (stage.logged_in("alice").await, stage.logged_in("alice").await);
    let (wayleave, alice) = (&stage.wayleave, UserId::text("alice").unwrap());
    let request = laptop.request(reqwest::Method::GET, "/").build().unwrap();
    let request = Request::try_from(request).unwrap();
    let session = wayleave.get_session(&request, Csrf::NotRequired).await.unwrap();

    let listed = wayleave.sessions_of_user(&alice).await.unwrap();
    assert_eq!(listed.len(), 2);
    assert!(listed.iter().any(|stored| stored.handle == session.handle()));
    let ended = wayleave.revoke_all_sessions_for_user(&alice, Some(&session)).await.unwrap();

    assert_eq!(ended.len(), 1);
    laptop.get("/me").await.expect(200);
    phone.get("/me").await.refused(401, "unauthorised");
    assert!(!wayleave.revoke_session(ended[0]).await.unwrap());
    let gone = wayleave.session(ended[0]).await.unwrap_err();
    assert_eq!(gone.error_type(), ErrorType::Unauthorised);
}

#[tokio::test]
async fn what_is_kept_in_another_session_is_reached_by_its_handle() {
    let stage = Stage::ready().await;
    let alice = stage.logged_in("alice").await;
    let user = UserId::text("alice").unwrap();
    let handle = stage.wayleave.sessions_of_user(&user).await.unwrap()[0].handle;

    assert_eq!(stage.wayleave.update_session_data(handle, &1, Some(0)).await.unwrap(), 1);
    let conflict = stage.wayleave.update_session_data(handle, &2, Some(0)).await.unwrap_err();
    let changed = stage.wayleave.update_jwt_payload(handle, &2).await.unwrap();

    assert!(conflict.is_version_conflict());
    assert_eq!(stage.wayleave.session_data(handle).await.unwrap().data.unwrap().text(), "1");
    assert_eq!(changed.jwt_payload.unwrap().text(), "2");
    assert_eq!(alice.get("/me").await.expect(200), "alice guest", "until it is refreshed");
}
