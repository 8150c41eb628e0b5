use super::*;
use crate::{
    confirmations::ConfirmMode,
    path::SessionNeed,
    respond::ExpiredStatus,
    revocations::{Mode, StaleFeed},
};
use std::collections::BTreeMap;

/// The fewest variables that make valid settings, with one changed: `None` takes it away.
fn read_with(changed: &str, value: Option<&str>) -> Result<Settings, SettingsError> {
    let mut variables = BTreeMap::from([
        ("ORIGIN_URL", "http://localhost:8788"),
        ("SERVICE_KEY", KEY),
        ("UPSTREAM", "http://localhost:3000"),
        ("ISSUER", "https://id.example"),
    ]);
    match value {
        Some(value) => variables.insert(changed, value),
        None => variables.remove(changed),
    };
    Settings::read(|name| variables.get(name).map(|value| (*value).to_owned()))
}

const KEY: &str = "0123456789abcdefghijklmnopqrstuv";

#[test]
fn what_is_not_set_has_safe_defaults() {
    let settings = read_with("X", None).unwrap();

    assert_eq!(settings.gateway.auth_base_path, "/auth");
    assert_eq!(settings.token_policy.issuer, "https://id.example");
    assert_eq!(settings.token_policy.audience, None);
    assert_eq!(settings.token_policy.max_validity_s, 86_400);
    assert_eq!(settings.gateway.session_data_access, SessionDataAccess::Read);
    assert_eq!(settings.gateway.allowed_origins, []);
    assert!(settings.anti_csrf);
    assert_eq!(settings.token_transfer, TransferPolicy::Any);
    assert_eq!(settings.cookie_names, CookieNames::default());
    assert_eq!(settings.expired_status, ExpiredStatus::Unauthorized);
    assert_eq!(settings.gateway.refresh_path_aliases, [""; 0]);
    assert!(settings.gateway.paths.protects("/any/path"));
    assert_eq!(settings.revocation.mode_of("/any/path"), Mode::Feed);
    assert_eq!(settings.revocation.max_staleness_ms, 2_000);
    assert_eq!(settings.revocation.stale_feed, StaleFeed::Reject);
    assert_eq!(settings.confirm, ConfirmMode::Background);
}

#[test]
fn an_audience_is_demanded_of_tokens_where_it_is_set() {
    let settings = read_with("AUDIENCE", Some("app")).unwrap();
    assert_eq!(settings.token_policy.audience.as_deref(), Some("app"));
}

#[test]
fn what_must_be_set_is_named() {
    for variable in ["ORIGIN_URL", "SERVICE_KEY", "UPSTREAM", "ISSUER"] {
        let refused = read_with(variable, None).unwrap_err();
        assert_eq!((refused.variable, refused.value), (variable, None));
    }
}

#[test]
fn every_wrong_value_is_refused_with_its_name_and_value() {
    for (variable, value) in [
        ("ORIGIN_URL", ""),
        ("ORIGIN_URL", "localhost:8788"),
        ("ORIGIN_URL", "ftp://localhost"),
        ("ORIGIN_URL", "http://localhost:8788/path"),
        ("UPSTREAM", "http://localhost:3000/"),
        ("ISSUER", ""),
        ("AUTH_BASE_PATH", ""),
        ("AUTH_BASE_PATH", "auth"),
        ("AUTH_BASE_PATH", "/"),
        ("AUTH_BASE_PATH", "/auth/"),
        ("AUTH_BASE_PATH", "/auth/*"),
        ("PROTECTED_PATHS", "api"),
        ("PROTECTED_PATHS", "/api/*,"),
        ("PUBLIC_PATHS", "/a b"),
        ("SESSION_DATA_ACCESS", "write"),
        ("SESSION_DATA_ACCESS", ""),
        ("ALLOWED_ORIGINS", "*"),
        ("ALLOWED_ORIGINS", "https://a.example/"),
        ("ALLOWED_ORIGINS", "[\"https://a.example\"]"),
        ("ANTI_CSRF", "false"),
        ("ANTI_CSRF", "On"),
        ("MAX_ACCESS_TOKEN_VALIDITY", "1"),
        ("MAX_ACCESS_TOKEN_VALIDITY", "0s"),
        ("MAX_ACCESS_TOKEN_VALIDITY", "an hour"),
        ("REVOCATION", "on"),
        ("REVOCATION", ""),
        ("REVOCATION_OFF_PATHS", "api"),
        ("REVOCATION_STRICT_PATHS", "/a b"),
        ("MAX_STALENESS", "2"),
        ("MAX_STALENESS", "99ms"),
        ("MAX_STALENESS", "61s"),
        ("STALE_FEED", "ignore"),
        ("TOKEN_TRANSFER", ""),
        ("TOKEN_TRANSFER", "Header"),
        ("EXPIRED_STATUS", ""),
        ("EXPIRED_STATUS", "403"),
        ("ACCESS_COOKIE", ""),
        ("ACCESS_COOKIE", "a b"),
        ("ACCESS_COOKIE", "sRefreshToken"),
        ("REFRESH_COOKIE", "a=b"),
        ("REFRESH_COOKIE", "saccesstoken"),
        ("MARKER_COOKIE", "é"),
        ("MARKER_COOKIE", "sAccessToken"),
        ("REFRESH_PATH_ALIASES", "refresh"),
        ("REFRESH_PATH_ALIASES", "/refresh/*"),
        ("REFRESH_PATH_ALIASES", "/refresh,"),
        ("REFRESH_PATH_ALIASES", "/refresh, /auth/signout"),
        ("REFRESH_PATH_ALIASES", "/auth/session/data"),
        ("ANONYMOUS_PATHS", "assets"),
        ("ANTI_CSRF_OFF_PATHS", "/hooks*"),
        ("REQUIRED_CLAIMS", ""),
        ("REQUIRED_CLAIMS", "/admin/*"),
        ("REQUIRED_CLAIMS", r#"{"/admin/*": {}}"#),
        ("REQUIRED_CLAIMS", r#"{"/admin/*": {"roles": ["admin"]}}"#),
        ("REQUIRED_CLAIMS", r#"{"admin": {"role": "admin"}}"#),
        ("REQUIRED_CLAIMS", r#"[{"path": "/admin/*"}]"#),
        ("UPSTREAM", "{}"),
        ("UPSTREAM_TIMEOUT", ""),
        ("UPSTREAM_TIMEOUT", "30"),
        ("UPSTREAM_TIMEOUT", "99ms"),
        ("UPSTREAM_TIMEOUT", "61m"),
        ("CONFIRM", ""),
        ("CONFIRM", "on"),
        ("CONFIRM", "Inline"),
    ] {
        let refused = read_with(variable, Some(value)).unwrap_err();
        assert_eq!((refused.variable, refused.value.as_deref()), (variable, Some(value)));
    }
}

#[test]
fn right_values_are_taken() {
    let paths = read_with("PUBLIC_PATHS", Some(" /login , /assets/* ")).unwrap().gateway.paths;
    assert!(!paths.protects("/login") && !paths.protects("/assets/x") && paths.protects("/x"));
    assert!(!read_with("PROTECTED_PATHS", Some("")).unwrap().gateway.paths.protects("/x"));
    assert_eq!(read_with("AUTH_BASE_PATH", Some("/a/b")).unwrap().gateway.auth_base_path, "/a/b");
    assert!(!read_with("ANTI_CSRF", Some("off")).unwrap().anti_csrf);
    let access =
        read_with("SESSION_DATA_ACCESS", Some("read-write")).unwrap().gateway.session_data_access;
    assert_eq!(access, SessionDataAccess::ReadWrite);
    let transfer = |value| read_with("TOKEN_TRANSFER", Some(value)).unwrap().token_transfer;
    let policies = [TransferPolicy::Any, TransferPolicy::Cookie, TransferPolicy::Header];
    assert_eq!([transfer("any"), transfer("cookie"), transfer("header")], policies);
    let status = |value| read_with("EXPIRED_STATUS", Some(value)).unwrap().expired_status;
    let statuses = [ExpiredStatus::Unauthorized, ExpiredStatus::LoginTimeout];
    assert_eq!([status("401"), status("440")], statuses);
    let names = read_with("ACCESS_COOKIE", Some("__Host-at")).unwrap().cookie_names;
    assert_eq!(names.all(), ["__Host-at", "sRefreshToken", "sIdRefreshToken"]);
    let aliases = read_with("REFRESH_PATH_ALIASES", Some("/refresh, /api/session/refresh"));
    assert_eq!(aliases.unwrap().gateway.refresh_path_aliases, ["/refresh", "/api/session/refresh"]);
    let validity =
        read_with("MAX_ACCESS_TOKEN_VALIDITY", Some("1h 30m")).unwrap().token_policy.max_validity_s;
    assert_eq!(validity, 5_400);
    let mode = |value| read_with("REVOCATION", Some(value)).unwrap().revocation.mode_of("/");
    assert_eq!([mode("feed"), mode("off"), mode("strict")], [Mode::Feed, Mode::Off, Mode::Strict]);
    for (text, expected) in [("100ms", 100), ("60s", 60_000), ("1s 500ms", 1_500)] {
        let read = read_with("MAX_STALENESS", Some(text)).unwrap().revocation;
        assert_eq!(read.max_staleness_ms, expected);
    }
    let off = read_with("REVOCATION_OFF_PATHS", Some("/assets/*")).unwrap().revocation;
    assert_eq!(off.mode_of("/assets/x"), Mode::Off);
    let strict = read_with("REVOCATION_STRICT_PATHS", Some("/pay, /admin/*")).unwrap().revocation;
    assert_eq!(strict.mode_of("/admin/x"), Mode::Strict);
    let accept = read_with("STALE_FEED", Some("accept")).unwrap().revocation;
    assert_eq!(accept.stale_feed, StaleFeed::Accept);
    let confirm = |value| read_with("CONFIRM", Some(value)).unwrap().confirm;
    let modes = [ConfirmMode::Background, ConfirmMode::Inline];
    assert_eq!([confirm("background"), confirm("inline")], modes);
    let origins = read_with("ALLOWED_ORIGINS", Some("https://a.example, HTTP://b.example:80"))
        .unwrap()
        .gateway
        .allowed_origins;
    assert_eq!(
        origins.iter().map(WebOrigin::as_str).collect::<Vec<_>>(),
        ["https://a.example", "http://b.example"]
    );
}

#[test]
fn right_values_for_the_gateway_are_taken() {
    let gateway = |name, value| read_with(name, Some(value)).unwrap().gateway;
    let anonymous = gateway("ANONYMOUS_PATHS", "/assets/*").paths;
    assert_eq!(anonymous.need_of("/assets/x"), SessionNeed::Ignored);
    assert_eq!(anonymous.need_of("/x"), SessionNeed::Required);
    assert_eq!(gateway("ANTI_CSRF_OFF_PATHS", "/a").anti_csrf_off, ["/a".parse().unwrap()]);
    let claims = gateway("REQUIRED_CLAIMS", r#"{"/admin/*": {"role": "admin"}}"#).required_claims;
    assert!(claims.refusal("/admin", None).is_some() && claims.refusal("/x", None).is_none());
    assert_eq!(gateway("UPSTREAM", SERVICE_BINDING).upstream, Upstream::Binding);
    for (text, expected) in [("100ms", 100), ("30s", 30_000), ("1h", 3_600_000)] {
        assert_eq!(gateway("UPSTREAM_TIMEOUT", text).upstream_timeout_ms, Some(expected));
    }
    assert_eq!(gateway("TRUST_KEY", KEY).trust_key.unwrap().as_bytes(), KEY.as_bytes());
}

#[test]
fn claims_of_a_path_that_is_open_as_a_whole_are_refused() {
    const CLAIMS: &str = r#"{"/admin/*": {"role": "admin"}}"#;
    for (list, value, expected) in [
        ("PUBLIC_PATHS", "/admin/login, /x/*", true),
        ("PUBLIC_PATHS", "/admin/*", false),
        ("PUBLIC_PATHS", "/x, /*", false),
        ("ANONYMOUS_PATHS", "/admin/icon.svg", true),
        ("ANONYMOUS_PATHS", "/admin/*", false),
    ] {
        let read = Settings::read(|name| match name {
            "ORIGIN_URL" | "UPSTREAM" | "ISSUER" => Some("http://localhost:1".to_owned()),
            "SERVICE_KEY" => Some(KEY.to_owned()),
            "REQUIRED_CLAIMS" => Some(CLAIMS.to_owned()),
            _ => (name == list).then(|| value.to_owned()),
        });
        match read {
            Ok(_) => assert!(expected, "{list} {value}"),
            Err(refused) => {
                assert!(!expected, "{list} {value}: {refused}");
                assert_eq!(
                    (refused.variable, refused.value.as_deref()),
                    ("REQUIRED_CLAIMS", Some(CLAIMS))
                );
                assert_eq!(
                    refused.accepted,
                    "about paths that PUBLIC_PATHS and ANONYMOUS_PATHS do not open"
                );
            }
        }
    }
}

#[test]
fn two_cookies_may_trade_their_names() {
    let names = Settings::read(|name| {
        let value = match name {
            "ORIGIN_URL" | "UPSTREAM" | "ISSUER" => "http://localhost:1",
            "SERVICE_KEY" => KEY,
            "ACCESS_COOKIE" => "sRefreshToken",
            "REFRESH_COOKIE" => "sAccessToken",
            _ => return None,
        };
        Some(value.to_owned())
    });
    let names = names.unwrap().cookie_names;
    assert_eq!(names.all(), ["sRefreshToken", "sAccessToken", "sIdRefreshToken"]);
}

#[test]
fn the_message_names_variable_value_and_what_is_accepted() {
    let refused = read_with("SESSION_DATA_ACCESS", Some("write")).unwrap_err();
    assert_eq!(
        refused.to_string(),
        "SESSION_DATA_ACCESS is \"write\", but must be off, read or read-write"
    );
    let refused = read_with("CONFIRM", Some("always")).unwrap_err();
    assert_eq!(refused.to_string(), "CONFIRM is \"always\", but must be background or inline");
}

#[test]
fn secrets_are_never_shown() {
    let short_key = read_with("SERVICE_KEY", Some("short-secret")).unwrap_err();
    assert_eq!(
        short_key.to_string(),
        "SERVICE_KEY is \"(hidden, 12 bytes)\", but must be one of the origin's service keys, at least 32 characters of visible ASCII without commas"
    );
    for key in
        ["short-secret", "0123456789 abcdefghijklmnopqrstuv", "é123456789abcdefghijklmnopqrstuv"]
    {
        let wrong = read_with("TRUST_KEY", Some(key)).unwrap_err();
        assert_eq!(
            wrong.to_string(),
            format!(
                "TRUST_KEY is \"(hidden, {} bytes)\", but must be at least 32 characters of visible ASCII",
                key.len()
            )
        );
    }
    let signing = read_with("TRUST_KEY", Some("vutsrqponmlkjihgfedcba9876543210")).unwrap();
    assert!(!format!("{signing:?}").contains("vutsrq"));
    let password = read_with("UPSTREAM", Some("https://user:password@app.example")).unwrap_err();
    assert!(!password.to_string().contains("password"));
    let settings = read_with("X", None).unwrap();
    assert!(!format!("{settings:?}").contains(KEY));
}

#[test]
fn a_service_key_must_fit_into_a_header() {
    for value in [
        "0123456789abcdefghijklmnopqrst\r\n",
        "0123456789 abcdefghijklmnopqrstuv",
        "0123456789abcdefghijklmnop,qrstuv",
        "é123456789abcdefghijklmnopqrstuv",
    ] {
        assert_eq!(read_with("SERVICE_KEY", Some(value)).unwrap_err().variable, "SERVICE_KEY");
    }
}
