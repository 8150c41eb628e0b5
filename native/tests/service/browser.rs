//! A browser as far as these tests need one.

use reqwest::{Client, Method, RequestBuilder, Response, StatusCode};
use std::{collections::BTreeMap, sync::Mutex};

/// Keeps cookies and the anti-CSRF token.
pub(crate) struct Browser {
    client: Client,
    url: String,
    cookies: Mutex<BTreeMap<String, String>>,
    anti_csrf: Mutex<Option<String>>,
}

/// What came back.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: reqwest::header::HeaderMap,
    pub(crate) text: String,
}

impl Browser {
    pub(crate) fn at(url: &str) -> Self {
        Self {
            client: Client::new(),
            url: url.to_owned(),
            cookies: Mutex::default(),
            anti_csrf: Mutex::default(),
        }
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.send(self.request(Method::GET, path)).await
    }

    /// With the anti-CSRF token, if there is one.
    pub(crate) async fn post(&self, path: &str) -> Answer {
        let mut request = self.request(Method::POST, path);
        if let Some(token) = &*self.anti_csrf.lock().unwrap() {
            request = request.header("anti-csrf", token);
        }
        self.send(request).await
    }

    /// A request with the cookies and nothing else.
    pub(crate) fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let cookies = self.cookie_header();
        let request = self.client.request(method, format!("{}{path}", self.url));
        if cookies.is_empty() { request } else { request.header("cookie", cookies) }
    }

    /// Sends it, and keeps what comes back.
    pub(crate) async fn send(&self, request: RequestBuilder) -> Answer {
        let answer = Answer::read(request.send().await.unwrap()).await;
        for line in answer.lines("set-cookie") {
            let (name, value) = line.split(';').next().unwrap().split_once('=').unwrap();
            let mut cookies = self.cookies.lock().unwrap();
            if value.is_empty() {
                cookies.remove(name);
            } else {
                cookies.insert(name.to_owned(), value.to_owned());
            }
        }
        if let Some(token) = answer.headers.get("anti-csrf") {
            *self.anti_csrf.lock().unwrap() = Some(token.to_str().unwrap().to_owned());
        }
        answer
    }

    /// The same browser once more, with what it has now.
    pub(crate) fn double(&self) -> Self {
        Self {
            client: self.client.clone(),
            url: self.url.clone(),
            cookies: Mutex::new(self.cookies.lock().unwrap().clone()),
            anti_csrf: Mutex::new(self.anti_csrf.lock().unwrap().clone()),
        }
    }

    /// The names of its cookies.
    pub(crate) fn cookies(&self) -> Vec<String> {
        self.cookies.lock().unwrap().keys().cloned().collect()
    }

    /// What it sends.
    pub(crate) fn cookie_header(&self) -> String {
        let cookies = self.cookies.lock().unwrap();
        let pairs = cookies.iter().map(|(name, value)| format!("{name}={value}"));
        pairs.collect::<Vec<_>>().join("; ")
    }

    /// The value of a cookie.
    pub(crate) fn cookie(&self, name: &str) -> String {
        self.cookies.lock().unwrap()[name].clone()
    }
}

impl Answer {
    async fn read(response: Response) -> Self {
        let (status, headers) = (response.status(), response.headers().clone());
        Self { status, headers, text: response.text().await.unwrap() }
    }

    pub(crate) fn lines(&self, name: &str) -> Vec<&str> {
        self.headers.get_all(name).iter().map(|value| value.to_str().unwrap()).collect()
    }

    /// Asserts this status, and gives the text.
    pub(crate) fn expect(&self, status: u16) -> &str {
        assert_eq!(self.status, status, "{}", self.text);
        &self.text
    }

    /// Asserts a refusal that is not cached.
    pub(crate) fn refused(&self, status: u16, code: &str) -> &Self {
        assert!(
            self.expect(status).contains(&format!(r#""status":{status},"code":"{code}""#)),
            "{}",
            self.text
        );
        assert_eq!(self.lines("content-type"), ["application/problem+json"]);
        assert_eq!(self.lines("cache-control"), ["no-store"]);
        self
    }

    /// Asserts that the browser keeps what it has.
    pub(crate) fn untouched(&self) -> &Self {
        for name in ["set-cookie", "front-token", "id-refresh-token", "anti-csrf"] {
            assert_eq!(self.lines(name), [""; 0], "{name}");
        }
        self
    }

    /// Asserts that it has to forget its session.
    pub(crate) fn cleared(&self) -> &Self {
        assert_eq!(self.lines("front-token"), ["remove"]);
        assert_eq!(self.lines("id-refresh-token"), ["remove"]);
        assert_eq!(self.lines("set-cookie").len(), 3, "{:?}", self.headers);
        self
    }
}
