//! An answer of the edge or the origin, and what tests ask of it.

use http::HeaderMap;
use serde_json::Value;

/// Status, headers and the whole body.
#[derive(Clone, Debug)]
pub struct Answer {
    /// What was asked, for messages.
    pub request: String,
    /// The HTTP status.
    pub status: u16,
    /// All headers.
    pub headers: HeaderMap,
    /// The body as text.
    pub body: String,
}

impl Answer {
    /// Reads it to its end.
    ///
    /// # Panics
    ///
    /// If the connection is lost, or the body is not UTF-8.
    pub async fn read(request: String, response: reqwest::Response) -> Self {
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let body = response.bytes().await.unwrap_or_else(|error| panic!("{request}: {error}"));
        let body = String::from_utf8(body.to_vec()).expect("bodies are UTF-8");
        Self { request, status, headers, body }
    }

    /// Goes on with the answer if it has this status.
    ///
    /// # Panics
    ///
    /// If it has another, with all that it says.
    #[must_use = "an answer whose status alone matters is asked with `expect_status`"]
    pub fn expect(self, status: u16) -> Self {
        self.expect_status(status);
        self
    }

    /// Asserts the status.
    ///
    /// # Panics
    ///
    /// If it is another, with all that the answer says.
    pub fn expect_status(&self, status: u16) {
        assert_eq!(self.status, status, "{}: {} {:?}", self.request, self.body, self.headers);
    }

    /// Asserts a refusal: its status, its code, its media type, and that nobody may keep it.
    ///
    /// # Panics
    ///
    /// If it is anything else.
    pub fn expect_refusal(&self, status: u16, code: &str) {
        self.expect_status(status);
        assert_eq!(
            self.header("content-type"),
            Some("application/problem+json"),
            "{}",
            self.request
        );
        let problem = self.json();
        assert_eq!(problem["code"], code, "{}: {problem}", self.request);
        assert_eq!(problem["status"], status, "{}: {problem}", self.request);
        assert_eq!(self.header("cache-control"), Some("no-store"), "{}", self.request);
    }

    /// Asserts the answer to what cannot be decided now: 503 that says when to try again, with the browser's session left as it is.
    ///
    /// # Panics
    ///
    /// If it is anything else.
    pub fn expect_try_again(&self) {
        self.expect_refusal(503, "unavailable");
        self.expect_cookies_untouched();
        let seconds = self.header("retry-after").and_then(|seconds| seconds.parse::<u32>().ok());
        assert!(seconds.is_some_and(|seconds| seconds > 0), "{}: {:?}", self.request, self.headers);
    }

    /// Asserts that the session of a token that is not expired was ended, and that the browser is told to forget it.
    ///
    /// # Panics
    ///
    /// If it is anything else.
    pub fn expect_session_ended(&self) {
        self.expect_refusal(401, "unauthorised");
        self.expect_cookies_cleared();
    }

    /// Asserts that the browser's session is left as it is.
    ///
    /// # Panics
    ///
    /// If a cookie is set or cleared, or the client is told that the session is over.
    pub fn expect_cookies_untouched(&self) {
        assert!(self.set_cookies().is_empty(), "{}: {:?}", self.request, self.set_cookies());
        for name in ["front-token", "id-refresh-token"] {
            assert_eq!(self.header(name), None, "{}", self.request);
        }
    }

    /// Asserts that all three cookies are cleared, and that every generation of the client is told so.
    ///
    /// # Panics
    ///
    /// If one is not.
    pub fn expect_cookies_cleared(&self) {
        let lines = self.set_cookies();
        assert_eq!(lines.len(), 3, "{}: {lines:?}", self.request);
        for (line, name) in lines.iter().zip(["sAccessToken", "sRefreshToken", "sIdRefreshToken"]) {
            let start = format!("{name}=; Expires=Thu, 01 Jan 1970 00:00:00 GMT; Path=");
            assert!(line.starts_with(&start), "{}: {line}", self.request);
        }
        assert_eq!(self.header("front-token"), Some("remove"), "{}", self.request);
        assert_eq!(self.header("id-refresh-token"), Some("remove"), "{}", self.request);
        assert_eq!(self.header("cache-control"), Some("no-store"), "{}", self.request);
    }

    /// The only value of a header.
    ///
    /// # Panics
    ///
    /// If it stands more than once or is not ASCII.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        let mut values = self.headers.get_all(name).iter();
        let value = values.next()?;
        assert!(values.next().is_none(), "{}: {name} stands more than once", self.request);
        Some(value.to_str().expect("header values are ASCII"))
    }

    /// The `Set-Cookie` lines, in order.
    ///
    /// # Panics
    ///
    /// If one is not ASCII.
    #[must_use]
    pub fn set_cookies(&self) -> Vec<&str> {
        self.headers
            .get_all("set-cookie")
            .iter()
            .map(|line| line.to_str().expect("cookies are ASCII"))
            .collect()
    }

    /// The words of a comma-separated header, in lower case; none if it is absent.
    #[must_use]
    pub fn words(&self, name: &str) -> Vec<String> {
        self.headers
            .get_all(name)
            .iter()
            .filter_map(|value| value.to_str().ok())
            .flat_map(|value| value.split(','))
            .map(|word| word.trim().to_ascii_lowercase())
            .filter(|word| !word.is_empty())
            .collect()
    }

    /// The body as JSON.
    ///
    /// # Panics
    ///
    /// If it is none.
    #[must_use]
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body)
            .unwrap_or_else(|error| panic!("{}: {error}: {:?}", self.request, self.body))
    }
}
