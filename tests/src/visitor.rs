//! A browser as far as HTTP goes: its cookies, and the anti-CSRF token that the client script keeps for it.

use crate::{answer::Answer, cookie_jar::CookieJar};
use http::{HeaderMap, HeaderName, HeaderValue, Method};
use serde_json::{Value, json};
use std::{
    future::{Future, IntoFuture},
    pin::Pin,
    sync::{Mutex, MutexGuard, PoisonError},
};

/// One browser.
#[derive(Debug)]
pub struct Visitor {
    base: String,
    client: reqwest::Client,
    state: Mutex<State>,
}

#[derive(Clone, Debug, Default)]
struct State {
    jar: CookieJar,
    anti_csrf: Option<String>,
    is_in_header_mode: bool,
    access_token: Option<String>,
    refresh_token: Option<String>,
}

impl Visitor {
    /// A new browser that talks to `base`.
    ///
    /// # Panics
    ///
    /// Never: the client needs nothing that could be missing.
    #[must_use]
    pub fn new(base: String) -> Self {
        let client = reqwest::Client::builder().build().expect("a client without TLS can be made");
        Self { base, client, state: Mutex::default() }
    }

    /// The same browser, with a client script that wants its tokens in headers and keeps them itself.
    #[must_use]
    pub fn in_header_mode(self) -> Self {
        self.state().is_in_header_mode = true;
        self
    }

    /// A copy of the browser as it is now: same cookies, own future. A thief, or a page that was asleep.
    #[must_use]
    pub fn double(&self) -> Self {
        self.double_at(self.base.clone())
    }

    /// The same, talking to `base`: the browser as another edge sees it, which is no more than where the network happens to send it.
    #[must_use]
    pub fn double_at(&self, base: String) -> Self {
        let double = Self::new(base);
        *double.state() = self.state().clone();
        double
    }

    /// Logs in through the app.
    ///
    /// # Panics
    ///
    /// If the log-in is refused.
    pub async fn log_in(&self, user_id: impl Into<Value>) -> Answer {
        self.log_in_with(json!({ "userId": user_id.into() })).await.expect(200)
    }

    /// Logs in with a body of its own, whatever the answer.
    pub async fn log_in_with(&self, body: Value) -> Answer {
        self.post("/login").json(&body).await
    }

    /// Asks for new tokens, as the client script does.
    pub async fn refresh(&self) -> Answer {
        self.post("/auth/session/refresh").await
    }

    /// Ends the session, as the client script does.
    pub async fn sign_out(&self) -> Answer {
        self.post("/auth/signout").await
    }

    /// The handle of the session that it holds.
    ///
    /// # Panics
    ///
    /// If it holds none.
    pub async fn handle(&self) -> String {
        let session = self.get("/auth/session").await.expect(200).json();
        session["handle"].as_str().expect("a handle is a string").to_owned()
    }

    /// Its cookies, to look at and to tamper with.
    pub fn with_cookies<T>(&self, change: impl FnOnce(&mut CookieJar) -> T) -> T {
        change(&mut self.state().jar)
    }

    /// The value of a cookie that it holds.
    ///
    /// # Panics
    ///
    /// If it does not hold it.
    #[must_use]
    pub fn cookie(&self, name: &str) -> String {
        let held = self.with_cookies(|jar| jar.get(name).map(str::to_owned));
        held.unwrap_or_else(|| panic!("there is no cookie {name}"))
    }

    /// The access token that it holds in header mode.
    ///
    /// # Panics
    ///
    /// If it holds none.
    #[must_use]
    pub fn bearer_token(&self) -> String {
        self.state().access_token.clone().expect("a log-in in header mode brings an access token")
    }

    /// The anti-CSRF token that it holds.
    #[must_use]
    pub fn anti_csrf(&self) -> Option<String> {
        self.state().anti_csrf.clone()
    }

    /// A `GET`.
    pub fn get(&self, path: &str) -> Request<'_> {
        self.request(Method::GET, path)
    }

    /// A `POST`.
    pub fn post(&self, path: &str) -> Request<'_> {
        self.request(Method::POST, path)
    }

    /// A `PUT`.
    pub fn put(&self, path: &str) -> Request<'_> {
        self.request(Method::PUT, path)
    }

    /// Any request; it is sent when it is awaited.
    pub fn request(&self, method: Method, path: &str) -> Request<'_> {
        Request {
            visitor: self,
            method,
            path: path.to_owned(),
            headers: HeaderMap::new(),
            body: String::new(),
            with_anti_csrf: true,
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What a browser and the client script remember of an answer.
    fn remember(&self, answer: &Answer) {
        let mut state = self.state();
        for line in answer.set_cookies() {
            state.jar.take(line);
        }
        if answer.header("front-token") == Some("remove") {
            state.anti_csrf = None;
            state.access_token = None;
            state.refresh_token = None;
        }
        if let Some(token) = answer.header("st-access-token") {
            state.access_token = Some(token.to_owned());
        }
        if let Some(token) = answer.header("st-refresh-token") {
            state.refresh_token = Some(token.to_owned());
        }
        if let Some(token) = answer.header("anti-csrf") {
            state.anti_csrf = Some(token.to_owned());
        }
    }
}

/// A request that is being put together.
#[derive(Debug)]
#[must_use = "a request is sent when it is awaited"]
pub struct Request<'visitor> {
    visitor: &'visitor Visitor,
    method: Method,
    path: String,
    headers: HeaderMap,
    body: String,
    with_anti_csrf: bool,
}

impl Request<'_> {
    /// Adds a header; a `cookie` header replaces the browser's own.
    ///
    /// # Panics
    ///
    /// If it cannot stand in a request.
    pub fn header(mut self, name: &str, value: &str) -> Self {
        let name = HeaderName::try_from(name).expect("a header's name");
        self.headers.append(name, HeaderValue::try_from(value).expect("a header's value"));
        self
    }

    /// Sends JSON.
    pub fn json(self, body: &Value) -> Self {
        self.text(&body.to_string())
    }

    /// Sends what claims to be JSON.
    pub fn text(mut self, body: &str) -> Self {
        body.clone_into(&mut self.body);
        self.header("content-type", "application/json")
    }

    /// Sends a JSON merge patch.
    pub fn merge_patch(mut self, patch: &Value) -> Self {
        self.body = patch.to_string();
        self.header("content-type", "application/merge-patch+json")
    }

    /// Forgets the anti-CSRF token for this request: what a page of another site would send.
    pub fn without_anti_csrf(mut self) -> Self {
        self.with_anti_csrf = false;
        self
    }

    async fn send(mut self) -> Answer {
        let state = self.visitor.state().clone();
        if !self.headers.contains_key("cookie")
            && let Some(cookies) = state.jar.header(&self.path)
        {
            self = self.header("cookie", &cookies);
        }
        if self.with_anti_csrf
            && let Some(token) = state.anti_csrf
        {
            self = self.header("anti-csrf", &token);
        }
        if state.is_in_header_mode {
            self = self.header("st-auth-mode", "header");
            let is_refresh = self.path == "/auth/session/refresh";
            let token = if is_refresh { state.refresh_token } else { state.access_token };
            if let Some(token) = token
                && !self.headers.contains_key("authorization")
            {
                self = self.header("authorization", &format!("Bearer {token}"));
            }
        }
        let name = format!("{} {}", self.method, self.path);
        let response = self
            .visitor
            .client
            .request(self.method, format!("{}{}", self.visitor.base, self.path))
            .headers(self.headers)
            .body(self.body)
            .send()
            .await
            .unwrap_or_else(|error| panic!("{name}: {error:?}"));
        let answer = Answer::read(name, response).await;
        self.visitor.remember(&answer);
        answer
    }
}

impl<'visitor> IntoFuture for Request<'visitor> {
    type Output = Answer;
    type IntoFuture = Pin<Box<dyn Future<Output = Answer> + Send + 'visitor>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.send())
    }
}
