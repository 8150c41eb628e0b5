//! The calls that JavaScript makes.
//!
//! Each answers with the JSON of [`outcome`](crate::outcome), whatever happens.

use crate::{
    host::{JavaScript, JsHost},
    outcome::{Known, Revoked, WrongSetting, no_such_session, of_error, success, wrong_argument},
    request::{JsRequest, view},
};
use js_sys::Promise;
use std::{collections::BTreeMap, pin::Pin, sync::Arc};
use wasm_bindgen::{JsValue, prelude::wasm_bindgen};
use wasm_bindgen_futures::future_to_promise;
use wayleave_edge::{
    Csrf, Edge, SessionError,
    isolate::Isolate,
    request::RequestView,
    sessions::{Issued, NewSession},
    settings::Settings,
};
use wayleave_shared::{
    json::Json,
    wire::{TokenTransfer, UpdatePayload},
};

/// Everything that a program needs, once. It lives as long as the program does.
#[wasm_bindgen]
#[derive(Debug)]
pub struct Engine(Edge<JavaScript>);

#[wasm_bindgen]
impl Engine {
    /// Reads the variables, a JSON object of strings under the names of the edge's settings. Asks nobody for anything.
    ///
    /// # Errors
    ///
    /// Throws a string, the JSON of the first variable that is missing or wrong: `{"variable", "value"?, "accepted"}`.
    #[wasm_bindgen(constructor)]
    pub fn new(host: JsHost, variables: &str) -> Result<Self, String> {
        let variables: BTreeMap<String, String> =
            serde_json::from_str(variables).unwrap_or_default();
        let settings = Settings::read_without_gateway(|name| variables.get(name).cloned());
        let settings = settings.map_err(|wrong| {
            serde_json::to_string(&WrongSetting::from(&wrong)).unwrap_or_default()
        })?;
        Ok(Self(Edge::new(JavaScript::new(host), Arc::new(Isolate::new(settings)))))
    }

    /// The session that a request proves.
    #[wasm_bindgen(js_name = getSession, unchecked_return_type = "Promise<string>")]
    pub fn get_session(&self, request: &JsRequest, must_have_anti_csrf: bool) -> Promise {
        let (edge, request) = (self.0.clone(), view(request));
        let csrf = if must_have_anti_csrf { Csrf::Required } else { Csrf::NotRequired };
        promised(async move {
            let session = edge.get_session(&request, csrf).await;
            told(&edge, session, |session| success(Known::of(&session), None))
        })
    }

    /// Logs a user in, by the request that is given, if one is. All but the request are JSON.
    #[wasm_bindgen(js_name = createSession, unchecked_return_type = "Promise<string>")]
    pub fn create_session(
        &self,
        request: Option<JsRequest>,
        user_id: &str,
        jwt_payload: Option<String>,
        session_data: Option<String>,
        client: Option<String>,
    ) -> Promise {
        let new = match new_session(user_id, jwt_payload, session_data, client) {
            Ok(new) => new,
            Err(accepted) => return wrong(accepted),
        };
        let request = request.as_ref().map_or_else(RequestView::default, view);
        let edge = self.0.clone();
        promised(async move { issued(&edge, edge.create_session(&request, new).await) })
    }

    /// New tokens for a request's refresh token.
    #[wasm_bindgen(js_name = refreshSession, unchecked_return_type = "Promise<string>")]
    pub fn refresh_session(&self, request: &JsRequest) -> Promise {
        let (edge, request) = (self.0.clone(), view(request));
        promised(async move { issued(&edge, edge.refresh_session(&request).await) })
    }

    /// Ends a session: `{"revoked"}`. The lines are for the browser whose session it was.
    #[wasm_bindgen(js_name = revokeSession, unchecked_return_type = "Promise<string>")]
    pub fn revoke_session(&self, handle: &str) -> Promise {
        let Ok(handle) = handle.parse() else {
            return at_once(success(Revoked { revoked: false }, None));
        };
        let edge = self.0.clone();
        promised(async move {
            told(&edge, edge.revoke_session(handle).await, |ended| {
                success(Revoked { revoked: ended.revoked }, Some(ended.browser))
            })
        })
    }

    /// Ends all sessions of a user, whose id comes as JSON: their handles.
    #[wasm_bindgen(js_name = revokeAllSessionsForUser, unchecked_return_type = "Promise<string>")]
    pub fn revoke_all_sessions_for_user(&self, user_id: &str) -> Promise {
        let Ok(user_id) = serde_json::from_str(user_id) else { return wrong(USER_ID) };
        let edge = self.0.clone();
        promised(async move {
            let ended = edge.revoke_all_sessions_for_user(&user_id, None).await;
            told(&edge, ended, |handles| success(handles, None))
        })
    }

    /// The handles of a user's live sessions. The user's id comes as JSON.
    #[wasm_bindgen(js_name = sessionHandlesOfUser, unchecked_return_type = "Promise<string>")]
    pub fn session_handles_of_user(&self, user_id: &str) -> Promise {
        let Ok(user_id) = serde_json::from_str(user_id) else { return wrong(USER_ID) };
        let edge = self.0.clone();
        promised(async move {
            told(&edge, edge.sessions_of_user(&user_id).await, |sessions| {
                let handles: Vec<_> = sessions.iter().map(|session| session.handle).collect();
                success(handles, None)
            })
        })
    }

    /// What the app keeps in a session: `{"data"?, "version"}`.
    #[wasm_bindgen(js_name = readData, unchecked_return_type = "Promise<string>")]
    pub fn read_data(&self, handle: &str) -> Promise {
        let Ok(handle) = handle.parse() else { return self.nobody() };
        let edge = self.0.clone();
        promised(
            async move { told(&edge, edge.session_data(handle).await, |data| success(data, None)) },
        )
    }

    /// Replaces what the app keeps in a session with this JSON: its version.
    #[wasm_bindgen(js_name = updateData, unchecked_return_type = "Promise<string>")]
    pub fn update_data(&self, handle: &str, data: &str) -> Promise {
        let Ok(handle) = handle.parse() else { return self.nobody() };
        let Ok(data) = Json::parse(data) else { return wrong(DATA) };
        let edge = self.0.clone();
        promised(async move {
            let version = edge.update_session_data(handle, &data, None).await;
            told(&edge, version, |version| success(version, None))
        })
    }

    /// Replaces the payload of a session, with the access token in use and how it travels: the session.
    #[wasm_bindgen(js_name = updatePayload, unchecked_return_type = "Promise<string>")]
    pub fn update_payload(
        &self,
        handle: &str,
        access_token: String,
        is_in_header: bool,
        payload: Option<String>,
    ) -> Promise {
        let Ok(handle) = handle.parse() else { return self.nobody() };
        let Ok(jwt_payload) = payload.map(Json::parse).transpose() else {
            return wrong(JWT_PAYLOAD);
        };
        let transfer = if is_in_header { TokenTransfer::Header } else { TokenTransfer::Cookie };
        let change = UpdatePayload { jwt_payload, access_token: Some(access_token), transfer };
        let edge = self.0.clone();
        promised(async move {
            told(&edge, edge.update_payload(handle, &change).await, |updated| {
                let known = Known::updated(updated.session, updated.access_token, transfer);
                success(known, updated.browser)
            })
        })
    }
}

impl Engine {
    /// For a handle that no session ever had.
    fn nobody(&self) -> Promise {
        at_once(no_such_session(self.0.settings().expired_status))
    }
}

fn issued(edge: &Edge<JavaScript>, issued: Result<Issued<JavaScript>, SessionError>) -> String {
    told(edge, issued, |issued| success(Known::of(&issued.session), Some(issued.lines)))
}

fn told<T>(
    edge: &Edge<JavaScript>,
    asked: Result<T, SessionError>,
    tell: impl FnOnce(T) -> String,
) -> String {
    asked.map_or_else(|error| of_error(&error, edge.settings().expired_status), tell)
}

fn wrong(accepted: &str) -> Promise {
    at_once(wrong_argument(accepted))
}

fn at_once(outcome: String) -> Promise {
    Promise::resolve(&JsValue::from(outcome))
}

/// One kind of future for all calls: each kind would have the code around it once more in the Wasm.
fn promised(outcome: impl Future<Output = String> + 'static) -> Promise {
    let outcome: Pin<Box<dyn Future<Output = String>>> = Box::pin(outcome);
    future_to_promise(async move { Ok(outcome.await.into()) })
}

/// What JavaScript gave, read.
///
/// # Errors
///
/// What the first wrong argument must be, with its name.
fn new_session(
    user_id: &str,
    jwt_payload: Option<String>,
    session_data: Option<String>,
    client: Option<String>,
) -> Result<NewSession, &'static str> {
    let client = client.as_deref().map(serde_json::from_str).transpose();
    Ok(NewSession {
        user_id: serde_json::from_str(user_id).map_err(|_| USER_ID)?,
        jwt_payload: jwt_payload.map(Json::parse).transpose().map_err(|_| JWT_PAYLOAD)?,
        session_data: session_data.map(Json::parse).transpose().map_err(|_| SESSION_DATA)?,
        client: client.map_err(|_| CLIENT)?,
    })
}

const USER_ID: &str = "userId must be a string of 1 to 255 bytes of UTF-8 or a safe integer";
const JWT_PAYLOAD: &str = "jwtPayload must be a JSON value of at most 128 levels";
const SESSION_DATA: &str = "sessionData must be a JSON value of at most 128 levels";
const DATA: &str = "data must be a JSON value of at most 128 levels";
const CLIENT: &str =
    "client must be an object {name?: string, address?: string}, with an IP address as address";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_javascript_gives_is_read_or_named() {
        let text = |text: &str| Some(text.to_owned());
        let new = new_session("7", text("null"), None, text(r#"{"name":"here"}"#)).unwrap();
        assert_eq!(new.user_id.to_text(), "7");
        assert_eq!(new.jwt_payload.unwrap().text(), "null");
        assert!(new.session_data.is_none());
        assert_eq!(new.client.unwrap().name.as_deref(), Some("here"));

        let deep = format!("{}{}", "[".repeat(200), "]".repeat(200));
        let long = format!("\"{}\"", "a".repeat(256));
        for (user_id, payload, data, client, expected) in [
            ("", None, None, None, USER_ID),
            ("true", None, None, None, USER_ID),
            ("\"\"", None, None, None, USER_ID),
            ("1.5", None, None, None, USER_ID),
            ("9007199254740992", None, None, None, USER_ID),
            (long.as_str(), None, None, None, USER_ID),
            ("1", text(&deep), None, None, JWT_PAYLOAD),
            ("1", None, text(&deep), None, SESSION_DATA),
            ("1", None, None, text(r#"{"address":"home"}"#), CLIENT),
            ("1", None, None, text(r#"{"name":1}"#), CLIENT),
        ] {
            assert_eq!(new_session(user_id, payload, data, client).unwrap_err(), expected);
        }
    }
}
