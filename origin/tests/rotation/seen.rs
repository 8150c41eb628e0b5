//! What can be seen of the service's answers.

use crate::{model::Times, service::Service, subject::Issued};
use base64ct::{Base64UrlUnpadded, Encoding};
use serde_json::Value;
use wayleave_shared::{
    anti_csrf::AntiCsrfToken,
    claims::RefreshHashPrefix,
    refresh_token::RefreshKeys,
    session_handle::SessionHandle,
    wire::{Confirmation, IssuedSession, Session},
};

/// A refresh token and what goes with it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Token {
    pub refresh: String,
    pub anti_csrf: Option<String>,
}

pub(crate) fn seen(keys: &RefreshKeys, issued: &IssuedSession) -> Issued<Service> {
    let refresh = issued.refresh_token.token.clone();
    let claims = claims(&issued.access_token.token);
    let (generation, refresh_hash) = named(&claims);
    let names_it = keys.read(&refresh).unwrap().hash().prefix() == refresh_hash;
    Issued {
        token: Token {
            refresh,
            anti_csrf: issued.anti_csrf_token.as_ref().map(AntiCsrfToken::to_text),
        },
        is_written: issued.browser.set_cookie.iter().any(|line| line.starts_with("sRefreshToken=")),
        access_token: issued.access_token.token.clone(),
        generation: Some(generation).filter(|_| names_it),
        minted_at: claims["iat"].as_u64().unwrap(),
        valid_for: claims["exp"].as_u64().unwrap() - claims["iat"].as_u64().unwrap(),
        times: times(&issued.session),
    }
}

/// What an edge says of an access token that it saw.
pub(crate) fn confirmation(handle: SessionHandle, access_token: &str) -> Confirmation {
    Confirmation { handle, refresh_hash: named(&claims(access_token)).1 }
}

fn claims(access_token: &str) -> Value {
    let payload = access_token.split('.').nth(1).unwrap();
    serde_json::from_slice(&Base64UrlUnpadded::decode_vec(payload).unwrap()).unwrap()
}

/// The generation and the refresh token that an access token names.
fn named(claims: &Value) -> (u64, RefreshHashPrefix) {
    let refresh_hash = serde_json::from_value(claims["rth"].clone()).unwrap();
    (claims["gen"].as_u64().unwrap(), refresh_hash)
}

pub(crate) fn times(session: &Session) -> Times {
    Times {
        created: session.created_at.0,
        refreshed: session.refreshed_at.0,
        ends: session.expires_at.0,
    }
}
