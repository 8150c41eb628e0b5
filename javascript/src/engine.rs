//! The calls that JavaScript makes.
//!
//! Each answers with the JSON of [`outcome`](crate::outcome), whatever happens.

use crate::{
    host::{JavaScript, JsHost, JsVariables},
    outcome::{Known, Revoked, no_such_session, of_error, success, wrong_argument, wrong_setting},
    request::{JsRequest, view},
};
use js_sys::Promise;
use std::{pin::Pin, sync::Arc};
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
    client::Client,
    json::Json,
    user_id::UserId,
    wire::{TokenTransfer, UpdatePayload},
};

/// Everything that a program needs, once. It lives as long as the program does.
#[wasm_bindgen]
#[derive(Debug)]
pub struct Engine(Edge<JavaScript>);

#[wasm_bindgen]
impl Engine {
    /// Reads the variables, by the names of the edge's settings. Asks nobody for anything.
    ///
    /// # Errors
    ///
    /// Throws a string, the JSON of the first variable that is missing or wrong: `{"variable", "value"?, "accepted"}`.
    #[wasm_bindgen(constructor)]
    pub fn new(host: JsHost, variables: &JsVariables) -> Result<Self, String> {
        let settings = Settings::read_without_gateway(|name| variables.get(name));
        let settings = settings.map_err(|wrong| wrong_setting(&wrong))?;
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

    /// Logs a user in, by the request that is given, if one is. Payload and data are JSON.
    #[expect(
        clippy::needless_pass_by_value,
        reason = "wasm-bindgen hands over what may be absent by value"
    )]
    #[wasm_bindgen(js_name = createSession, unchecked_return_type = "Promise<string>")]
    pub fn create_session(
        &self,
        request: Option<JsRequest>,
        user_id: &JsValue,
        jwt_payload: Option<String>,
        session_data: Option<String>,
        client_name: Option<String>,
        client_address: Option<String>,
    ) -> Promise {
        let client = (client_name, client_address);
        let new = match new_session(js_user_id(user_id), jwt_payload, session_data, client) {
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

    /// Ends all sessions of a user, as JavaScript gave its id: their handles.
    #[wasm_bindgen(js_name = revokeAllSessionsForUser, unchecked_return_type = "Promise<string>")]
    pub fn revoke_all_sessions_for_user(&self, user_id: &JsValue) -> Promise {
        let Some(user_id) = js_user_id(user_id) else { return wrong(USER_ID) };
        let edge = self.0.clone();
        promised(async move {
            let ended = edge.revoke_all_sessions_for_user(&user_id, None).await;
            told(&edge, ended, |handles| success(handles, None))
        })
    }

    /// The handles of a user's live sessions.
    #[wasm_bindgen(js_name = sessionHandlesOfUser, unchecked_return_type = "Promise<string>")]
    pub fn session_handles_of_user(&self, user_id: &JsValue) -> Promise {
        let Some(user_id) = js_user_id(user_id) else { return wrong(USER_ID) };
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

fn promised(outcome: impl Future<Output = String> + 'static) -> Promise {
    boxed(Box::pin(outcome))
}

/// One kind of future for all calls: each kind would have the code around it once more in the Wasm.
fn boxed(outcome: Pin<Box<dyn Future<Output = String>>>) -> Promise {
    future_to_promise(async move { Ok(outcome.await.into()) })
}

/// A user id as JavaScript has it.
fn js_user_id(value: &JsValue) -> Option<UserId> {
    user_id(value.as_string(), value.as_f64())
}

fn user_id(text: Option<String>, number: Option<f64>) -> Option<UserId> {
    match (text, number) {
        (Some(text), _) => UserId::text(text).ok(),
        #[expect(
            clippy::cast_possible_truncation,
            reason = "an integer; what is too large for i64 becomes its end, which is refused"
        )]
        (None, Some(number)) if number.fract() == 0.0 => UserId::integer(number as i64).ok(),
        _ => None,
    }
}

/// What JavaScript gave, read.
///
/// # Errors
///
/// What the first wrong argument must be, with its name.
fn new_session(
    user_id: Option<UserId>,
    jwt_payload: Option<String>,
    session_data: Option<String>,
    (name, address): (Option<String>, Option<String>),
) -> Result<NewSession, &'static str> {
    let json = |text: Option<String>| text.map(Json::parse).transpose();
    let address = address.map(|address| address.parse()).transpose().map_err(|_| CLIENT)?;
    let is_told = name.is_some() || address.is_some();
    Ok(NewSession {
        user_id: user_id.ok_or(USER_ID)?,
        jwt_payload: json(jwt_payload).map_err(|_| JWT_PAYLOAD)?,
        session_data: json(session_data).map_err(|_| SESSION_DATA)?,
        client: is_told.then_some(Client { name, address }),
    })
}

const USER_ID: &str = "userId must be a string of 1 to 255 bytes of UTF-8 or a safe integer";
const JWT_PAYLOAD: &str = "jwtPayload must be a JSON value";
const SESSION_DATA: &str = "sessionData must be a JSON value";
const DATA: &str = "data must be a JSON value";
const CLIENT: &str =
    "client must be an object {name?: string, address?: string}, with an IP address as address";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn user_ids_are_strings_or_safe_integers() {
        let text = |text: &str| user_id(Some(text.to_owned()), None).map(|id| id.to_text());
        let number = |number| user_id(None, Some(number)).map(|id| id.to_text());

        assert_eq!(text("alice").as_deref(), Some("alice"));
        assert_eq!(text("1").as_deref(), Some("\"1\""));
        assert_eq!(text(""), None);
        assert_eq!(text(&"a".repeat(256)), None);
        assert_eq!(number(1.0).as_deref(), Some("1"));
        assert_eq!(number(-0.0).as_deref(), Some("0"));
        assert_eq!(number(-9_007_199_254_740_991.0).as_deref(), Some("-9007199254740991"));
        for wrong in [0.5, f64::NAN, f64::INFINITY, 9_007_199_254_740_992.0, 1e300, -1e300] {
            assert_eq!(number(wrong), None, "{wrong}");
        }
        assert_eq!(user_id(None, None), None);
    }

    #[test]
    fn what_a_log_in_is_given_is_read_or_named() {
        let text = |text: &str| Some(text.to_owned());
        let alice = || UserId::text("alice").ok();

        let new = new_session(alice(), text("null"), None, (text("here"), text("::1"))).unwrap();
        assert_eq!(new.jwt_payload.unwrap().text(), "null");
        assert!(new.session_data.is_none());
        let client = new.client.unwrap();
        assert_eq!((client.name, client.address), (text("here"), "::1".parse().ok()));
        assert!(new_session(alice(), None, None, (None, None)).unwrap().client.is_none());

        let refused = |user_id, payload, data, address| {
            new_session(user_id, payload, data, (None, address)).unwrap_err()
        };
        assert_eq!(refused(None, None, None, None), USER_ID);
        assert_eq!(refused(alice(), text("{"), None, None), JWT_PAYLOAD);
        assert_eq!(refused(alice(), None, text("{"), None), SESSION_DATA);
        assert_eq!(refused(alice(), None, None, text("home")), CLIENT);
    }
}
