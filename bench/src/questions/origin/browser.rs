//! What a browser, or whoever asks for it, holds of a session.

use super::{
    sample,
    stage::{LIMIT_SECRET, Side, Stage},
};
use crate::{
    failure::Failure,
    load::{Answer, exchange, request},
};
use jsonwebtoken::{EncodingKey, Header};
use serde::Deserialize;
use serde_json::{Value, json};
use wayleave_shared::time::UnixSeconds;

/// A session, with what its side wants to see.
#[derive(Clone, Debug)]
pub(super) enum Browser {
    /// Ours. The origin is asked by an edge, which presents the service key.
    Wayleave(Tokens),
    /// All cookies and the anti-CSRF token.
    Supertokens(Cookies),
    /// Its token, made here.
    Limit { handle: String, hash: String, token: String },
    /// One cookie.
    ExpressSession(String),
}

/// What our origin issues, as far as it is needed here.
#[derive(Clone, Debug)]
pub(super) struct Tokens {
    pub(super) handle: String,
    pub(super) access: String,
    pub(super) refresh: String,
}

/// Cookies of the documented system.
#[derive(Clone, Debug)]
pub(super) struct Cookies {
    pub(super) access: String,
    pub(super) refresh: String,
    pub(super) id_refresh: String,
    pub(super) anti_csrf: String,
}

/// A log-in.
pub(super) fn write_log_in(
    bytes: &mut Vec<u8>,
    side: Side,
    service_key: &str,
    user: &str,
    data: Option<&Value>,
) {
    let (path, body) = match side {
        Side::Wayleave => ("/v1/sessions", sample::log_in(user, data)),
        Side::Limit => {
            ("/sessions", data.map_or_else(Vec::new, |data| data.to_string().into_bytes()))
        }
        Side::Supertokens | Side::ExpressSession => ("/login", sample::log_in(user, data)),
    };
    let bearer = format!("Bearer {service_key}");
    let headers: &[(&str, &str)] =
        if side == Side::Wayleave { &[("authorization", &bearer)] } else { &[] };
    request::write(bytes, "POST", path, headers, Some(&body));
}

impl Browser {
    /// Logs somebody in, with session data, outside any measurement.
    ///
    /// # Errors
    ///
    /// [`Failure::Answer`].
    pub(super) async fn log_in(stage: &Stage, side: Side, user: &str) -> Result<Self, Failure> {
        let mut bytes = Vec::new();
        let key = stage.origin.service_key();
        write_log_in(&mut bytes, side, key, user, Some(&sample::data()));
        ask(stage, side, &bytes, |answer| Self::of(side, answer)).await
    }

    /// What the answer to a log-in gives.
    fn of(side: Side, answer: &Answer<'_>) -> Result<Self, String> {
        answer.success()?;
        Ok(match side {
            Side::Wayleave => Self::Wayleave(Tokens::of(answer)?),
            Side::Supertokens => Self::Supertokens(Cookies::of(answer)?),
            Side::Limit => {
                let text = String::from_utf8_lossy(answer.body);
                let (handle, hash) = text.split_once(' ').ok_or("it answers no handle and hash")?;
                let token = limit_token(handle)?;
                Self::Limit { handle: handle.to_owned(), hash: hash.to_owned(), token }
            }
            Side::ExpressSession => {
                let cookie = answer.cookie("connect.sid").ok_or("it sets no cookie")?;
                Self::ExpressSession(format!("connect.sid={cookie}"))
            }
        })
    }

    /// The request for the session's data.
    pub(super) fn read_data(&self, service_key: &str) -> Vec<u8> {
        self.ask_data("GET", service_key, None)
    }

    /// The request that replaces the session's data.
    pub(super) fn write_data(&self, service_key: &str, data: &Value) -> Vec<u8> {
        let body = match self {
            // It keeps the body as it is.
            Self::Limit { .. } => data.to_string(),
            _ => json!({ "data": data }).to_string(),
        };
        self.ask_data("PUT", service_key, Some(body.as_bytes()))
    }

    fn ask_data(&self, method: &str, service_key: &str, body: Option<&[u8]>) -> Vec<u8> {
        match self {
            Self::Wayleave(tokens) => {
                let path = format!("/v1/sessions/{}/data", tokens.handle);
                let bearer = format!("Bearer {service_key}");
                request::request(method, &path, &[("authorization", &bearer)], body)
            }
            Self::Supertokens(cookies) => {
                let lines = [("cookie", cookies.line()), ("anti-csrf", cookies.anti_csrf.clone())];
                let lines = lines.each_ref().map(|(name, value)| (*name, value.as_str()));
                request::request(method, "/data", &lines, body)
            }
            Self::Limit { handle, token, .. } => {
                let path = format!("/sessions/{handle}/data");
                let bearer = format!("Bearer {token}");
                request::request(method, &path, &[("authorization", &bearer)], body)
            }
            Self::ExpressSession(cookie) => {
                request::request(method, "/data", &[("cookie", cookie)], body)
            }
        }
    }

    /// The access token, where an edge verifies it before the origin is asked.
    pub(super) fn access_token(&self) -> Option<&str> {
        match self {
            Self::Wayleave(tokens) => Some(&tokens.access),
            _ => None,
        }
    }
}

impl Tokens {
    /// What an answer of the origin issues.
    pub(super) fn of(answer: &Answer<'_>) -> Result<Self, String> {
        #[derive(Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct Issued<'a> {
            #[serde(borrow)]
            session: Session<'a>,
            #[serde(borrow)]
            access_token: Token<'a>,
            #[serde(borrow)]
            refresh_token: Token<'a>,
        }
        #[derive(Deserialize)]
        struct Session<'a> {
            handle: &'a str,
        }
        #[derive(Deserialize)]
        struct Token<'a> {
            token: &'a str,
        }
        let issued: Issued<'_> =
            serde_json::from_slice(answer.body).map_err(|error| error.to_string())?;
        Ok(Self {
            handle: issued.session.handle.to_owned(),
            access: issued.access_token.token.to_owned(),
            refresh: issued.refresh_token.token.to_owned(),
        })
    }
}

impl Cookies {
    /// What an answer with a whole session sets.
    pub(super) fn of(answer: &Answer<'_>) -> Result<Self, String> {
        let cookie = |name: &str| {
            let value = answer.cookie(name).map(str::to_owned);
            value.ok_or_else(|| format!("it sets no {name}"))
        };
        Ok(Self {
            access: cookie("sAccessToken")?,
            refresh: cookie("sRefreshToken")?,
            id_refresh: cookie("sIdRefreshToken")?,
            anti_csrf: answer.header("anti-csrf").ok_or("it sends no anti-csrf")?.to_owned(),
        })
    }

    /// What a browser sends everywhere but to the refresh path.
    pub(super) fn line(&self) -> String {
        format!("sAccessToken={}; sIdRefreshToken={}", self.access, self.id_refresh)
    }

    /// What a browser sends to the refresh path.
    pub(super) fn refresh_line(&self) -> String {
        format!("{}; sRefreshToken={}", self.line(), self.refresh)
    }
}

/// Asks a side something outside any measurement.
///
/// # Errors
///
/// [`Failure::Answer`] if the connection fails, or with what is wrong with the answer.
pub(super) async fn ask<T>(
    stage: &Stage,
    side: Side,
    bytes: &[u8],
    see: impl FnOnce(&Answer<'_>) -> Result<T, String>,
) -> Result<T, Failure> {
    let failed = |sentence: String| Failure::Answer { side: side.name().to_owned(), sentence };
    let seen = exchange(stage.address(side)?, bytes, see).await;
    seen.map_err(|error| failed(error.to_string()))?.map_err(failed)
}

/// For answers of which only the status counts.
///
/// # Errors
///
/// A sentence, if it is not one from 200 to 299.
pub(super) fn fine(answer: &Answer<'_>) -> Result<(), String> {
    answer.success()
}

/// A token that the limit accepts for this session.
fn limit_token(handle: &str) -> Result<String, String> {
    let UnixSeconds(now) = super::edge::now().whole_seconds();
    let claims = json!({
        "iss": "https://wayleave.bench",
        "sub": "user-000-00000000",
        "sid": handle,
        "iat": now,
        "exp": now + VALIDITY_S,
        "p": {"role": "editor", "plan": "pro", "team": 4711},
    });
    let key = EncodingKey::from_secret(LIMIT_SECRET.as_bytes());
    jsonwebtoken::encode(&Header::default(), &claims, &key).map_err(|error| error.to_string())
}

const VALIDITY_S: u64 = 24 * 3600;
