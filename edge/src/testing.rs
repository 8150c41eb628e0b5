//! What the tests of this crate share: settings, a key, and tokens made with it.

use crate::settings::Settings;
use wayleave_shared::{
    anti_csrf::AntiCsrfToken,
    claims::{AccessClaims, RefreshHashPrefix},
    feed::{FeedCursor, FeedPage},
    json::Json,
    key_set::KeySet,
    session_handle::SessionHandle,
    sign::SigningKey,
    time::UnixSeconds,
    user_id::UserId,
};

pub(crate) const SERVICE_KEY: &str = "0123456789abcdefghijklmnopqrstuv";

/// When every test takes place.
pub(crate) const NOW: UnixSeconds = UnixSeconds(1_700_000_000);

/// Valid settings with some variables changed.
pub(crate) fn settings_with(changed: &[(&str, &str)]) -> Settings {
    Settings::read(|name| {
        let changed = changed.iter().find(|(known, _)| *known == name).map(|(_, value)| *value);
        let value = changed.or(match name {
            "ORIGIN_URL" => Some("http://origin.test:8788"),
            "SERVICE_KEY" => Some(SERVICE_KEY),
            "UPSTREAM" => Some("http://app.test:3000"),
            "ISSUER" => Some("https://id.test"),
            "PUBLIC_PATHS" => Some("/public/*,/login"),
            _ => None,
        });
        value.map(str::to_owned)
    })
    .unwrap()
}

pub(crate) fn signing_key(kid: &str) -> SigningKey {
    SigningKey::from_seed(kid.parse().unwrap(), &[7; 32])
}

/// The set that holds the key of [`token`].
pub(crate) fn keys() -> KeySet {
    let key = signing_key("k1");
    KeySet::new(vec![(key.id().clone(), key.public_key())])
}

/// A session of "alice" that lasts from a minute ago to a minute from now.
pub(crate) fn claims() -> AccessClaims {
    let user_id = UserId::text("alice").unwrap();
    AccessClaims {
        issuer: "https://id.test".to_owned(),
        audience: None,
        session: SessionHandle::new(&user_id, [1; 12]),
        user_id,
        issued_at: UnixSeconds(NOW.0 - 60),
        expires_at: UnixSeconds(NOW.0 + 60),
        anti_csrf: Some(AntiCsrfToken::from_bytes([9; 16])),
        refresh_hash: RefreshHashPrefix([2; 16]),
        generation: 0,
        payload: Some(Json::parse(r#"{"role":"admin"}"#).unwrap()),
    }
}

/// Another session of "alice", refreshed so often.
pub(crate) fn refreshed(number: u8, generation: u64) -> AccessClaims {
    AccessClaims {
        session: SessionHandle::from_bytes([number; 16]),
        refresh_hash: RefreshHashPrefix([number; 16]),
        generation,
        ..claims()
    }
}

/// The anti-CSRF token of [`claims`].
pub(crate) fn anti_csrf() -> String {
    AntiCsrfToken::from_bytes([9; 16]).to_text()
}

/// A token that says this, signed by the key of [`keys`].
pub(crate) fn token(claims: &AccessClaims) -> String {
    signing_key("k1").sign(claims).unwrap()
}

/// The first page of a feed in which nothing has happened.
pub(crate) fn page() -> FeedPage {
    FeedPage {
        issuer: "https://id.test".to_owned(),
        issued_at: NOW,
        since: None,
        cursor: cursor(0),
        restart: false,
        more: false,
        sessions: Vec::new(),
        users: Vec::new(),
        keys: Vec::new(),
    }
}

/// A place in that feed.
pub(crate) fn cursor(position: u64) -> FeedCursor {
    FeedCursor { epoch: [4; 16], position }
}
