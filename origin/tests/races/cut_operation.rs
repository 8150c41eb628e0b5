//! What is tried while the connection to the database breaks, and what must hold after it was tried again.

use crate::{
    origin::{Answer, Origin, claims, cursor, feed, feed_page, generation, path, token},
    whole::{assert_once, assert_whole},
};
use serde_json::{Value, json};
use sqlx::AnyConnection;
use wayleave_origin::store::Store;

#[derive(Clone, Copy, Debug)]
pub(crate) enum Operation {
    Confirm,
    Create,
    Feed,
    Patch,
    Payload,
    /// Of a first token: the chain moves.
    Refresh,
    /// Of a successor: its use is noted.
    RefreshAgain,
    Revoke,
    RevokeUser,
    /// Over what the log-in brought, which stands in the session's row.
    Update,
    /// Over what was written before, which has a row of its own.
    UpdateAgain,
}

pub(crate) const ALL: [Operation; 11] = [
    Operation::Confirm,
    Operation::Create,
    Operation::Feed,
    Operation::Patch,
    Operation::Payload,
    Operation::Refresh,
    Operation::RefreshAgain,
    Operation::Revoke,
    Operation::RevokeUser,
    Operation::Update,
    Operation::UpdateAgain,
];

impl Operation {
    /// What it is done to.
    pub(crate) async fn prepare(self, direct: &Origin, user: &str) -> Value {
        let first = direct.log_in(user).await;
        match self {
            Self::Confirm | Self::RefreshAgain => {
                direct.refresh(token(&first, "refreshToken")).await.good()
            }
            Self::Feed => {
                let mut issued = first;
                issued["since"] = json!(cursor(direct).await);
                direct.call("DELETE", &path(&issued), &Value::Null).await.good();
                issued
            }
            Self::UpdateAgain => {
                let (route, body) = (format!("{}/data", path(&first)), json!({"data": "old"}));
                direct.call("PUT", &route, &body).await.good();
                first
            }
            _ => first,
        }
    }

    /// Each time the same request.
    pub(crate) async fn attempt(self, origin: &Origin, issued: &Value) -> Answer {
        let session = path(issued);
        let user = issued["session"]["userId"].as_str().unwrap();
        match self {
            Self::Confirm => {
                let claims = claims(issued);
                let one = json!({"handle": claims["sid"], "refreshHash": claims["rth"]});
                origin.call("POST", "/v1/sessions/confirm", &json!({"sessions": [one]})).await
            }
            Self::Create => {
                let body = json!({"userId": user, "sessionData": {"kept": true}});
                origin.call("POST", "/v1/sessions", &body).await
            }
            Self::Feed => {
                let since = issued["since"].as_str().unwrap();
                origin.call("GET", &format!("/v1/revocations?since={since}"), &Value::Null).await
            }
            Self::Patch => {
                origin.call("PATCH", &format!("{session}/data"), &json!({"wanted": 1})).await
            }
            Self::Payload => {
                let body = json!({"jwtPayload": "wanted"});
                origin.call("PUT", &format!("{session}/payload"), &body).await
            }
            Self::Refresh | Self::RefreshAgain => {
                origin.refresh(token(issued, "refreshToken")).await
            }
            Self::Revoke => origin.call("DELETE", &session, &Value::Null).await,
            Self::RevokeUser => {
                origin.call("DELETE", &format!("/v1/users/{user}/sessions"), &Value::Null).await
            }
            Self::Update | Self::UpdateAgain => {
                let body = json!({"data": {"wanted": 1}});
                origin.call("PUT", &format!("{session}/data"), &body).await
            }
        }
    }

    /// What holds after the first attempt, whatever came back, and a second that succeeded.
    pub(crate) async fn check(
        self,
        connection: &mut AnyConnection,
        direct: &Origin,
        issued: &Value,
        (first, second): (&Answer, &Value),
    ) {
        let session = path(issued);
        match self {
            Self::Confirm => {
                assert_eq!(*second, json!({"gone": []}));
                assert!(stored(direct, issued).await.chain.confirmed_at.is_some());
                direct.call("GET", &session, &Value::Null).await.good();
            }
            Self::Create => {
                let route = format!("{}/data", path(second));
                let data = direct.call("GET", &route, &Value::Null).await.good();
                assert_eq!(data, json!({"data": {"kept": true}, "version": 1}));
                assert_whole(connection).await;
            }
            Self::Feed => {
                let page = feed_page(second);
                assert_eq!(page["sessions"].as_array().unwrap().len(), 1);
                assert!(session.ends_with(page["sessions"][0][0].as_str().unwrap()));
            }
            Self::Patch | Self::Update | Self::UpdateAgain => {
                let route = format!("{session}/data");
                let data = direct.call("GET", &route, &Value::Null).await.good();
                assert_eq!(data["data"], json!({"wanted": 1}));
                assert_eq!(data["version"], second["version"]);
                let version = data["version"].as_u64().unwrap();
                // Written once or twice, and always if that was said.
                let before = if matches!(self, Self::UpdateAgain) { 2 } else { 1 };
                let times = version - before;
                assert!(times == 2 || (times == 1 && first.status == 503), "{version}");
                assert_whole(connection).await;
            }
            Self::Payload => {
                let found = direct.call("GET", &session, &Value::Null).await.good();
                assert_eq!(found["jwtPayload"], "wanted");
            }
            Self::Refresh | Self::RefreshAgain => {
                assert_eq!(generation(second), 1);
                if first.status == 200 {
                    assert_eq!(token(&first.body, "refreshToken"), token(second, "refreshToken"));
                    assert_eq!(first.body["antiCsrfToken"], second["antiCsrfToken"]);
                }
                let is_same = token(second, "refreshToken") == token(issued, "refreshToken");
                assert_eq!(is_same, matches!(self, Self::RefreshAgain));
                assert_eq!(stored(direct, issued).await.generation, 1);
                let next = direct.refresh(token(second, "refreshToken")).await.good();
                assert_eq!(token(&next, "refreshToken"), token(second, "refreshToken"));
            }
            Self::Revoke | Self::RevokeUser => {
                assert!(direct.call("GET", &session, &Value::Null).await.is_unauthorised());
                let told = feed(direct).await;
                assert_once(&told);
                assert_eq!(told.iter().filter(|one| session.ends_with(*one)).count(), 1);
                assert_whole(connection).await;
            }
        }
    }
}

async fn stored(direct: &Origin, issued: &Value) -> wayleave_origin::store::StoredSession {
    let handle = issued["session"]["handle"].as_str().unwrap().parse().unwrap();
    direct.store.session(handle).await.unwrap().unwrap()
}
