use super::*;
use wayleave_shared::browser::{CookieDomain, SameSite};

const SERVICE: (&str, &str) = ("WAYLEAVE_SERVICE_KEYS", "0123456789abcdef0123456789abcdef");
const MASTER: (&str, &str) = ("WAYLEAVE_MASTER_KEY", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA");
const ISSUER: (&str, &str) = ("WAYLEAVE_ISSUER", "https://id.example");

fn with(name: &'static str, value: &str) -> Result<Settings, ConfigErrors> {
    Settings::parse(&Source::of([SERVICE, MASTER, ISSUER, (name, value)]))
}

fn error(name: &'static str, value: &str) -> String {
    let ConfigErrors(errors) = with(name, value).unwrap_err();
    assert_eq!(errors.len(), 1, "{errors:?}");
    errors[0].clone()
}

#[test]
fn three_settings_are_enough_to_start() {
    let settings = Settings::parse(&Source::of([SERVICE, MASTER, ISSUER])).unwrap();

    assert_eq!(settings.listen.to_string(), "127.0.0.1:8788");
    assert_eq!(settings.database_url.as_str(), "sqlite:wayleave.db");
    assert_eq!(settings.access_token_validity, HOUR);
    assert_eq!(settings.refresh_token_validity, 100 * DAY);
    assert!(settings.anti_csrf && settings.cookies.secure && !settings.log_json);
    assert_eq!(settings.cookies.same_site, SameSite::Lax);
}

#[test]
fn everything_that_is_missing_is_told_at_once() {
    let ConfigErrors(errors) = Settings::parse(&Source::default()).unwrap_err();

    let names: Vec<_> = errors.iter().filter_map(|error| error.split(' ').next()).collect();
    assert_eq!(names, ["WAYLEAVE_SERVICE_KEYS", "WAYLEAVE_MASTER_KEY", "WAYLEAVE_ISSUER"]);
    assert!(errors[0].starts_with("WAYLEAVE_SERVICE_KEYS must be set: one or more"));
}

#[test]
fn a_wrong_value_is_named_with_what_is_accepted() {
    assert_eq!(
        error("WAYLEAVE_ACCESS_TOKEN_VALIDITY", "1001d"),
        "WAYLEAVE_ACCESS_TOKEN_VALIDITY is \"1001d\", accepted: a duration of whole seconds, 1s to 1000d"
    );
    assert_eq!(
        error("WAYLEAVE_LISTEN", "8788"),
        "WAYLEAVE_LISTEN is \"8788\", accepted: an IP address and port"
    );
    assert_eq!(
        error("WAYLEAVE_COOKIE_SECURE", "yes"),
        "WAYLEAVE_COOKIE_SECURE is \"yes\", accepted: true or false"
    );
}

#[test]
fn secrets_are_hidden_in_errors() {
    for name in [
        "WAYLEAVE_SERVICE_KEYS",
        "WAYLEAVE_MASTER_KEY",
        "WAYLEAVE_DATABASE_URL",
        "WAYLEAVE_SIGNING_KEY",
    ] {
        let error = error(name, "postgres-secret");
        assert!(error.starts_with(&format!("{name} is (hidden), accepted: ")), "{error}");
        assert!(!error.contains("postgres-secret"));
    }
}

#[test]
fn bounds_of_each_setting() {
    for (name, good, bad) in [
        (
            "WAYLEAVE_ACCESS_TOKEN_VALIDITY",
            &["1s", "1000d", "90s"][..],
            &["0s", "1001d", "2880ms", "90", ""][..4],
        ),
        ("WAYLEAVE_REFRESH_TOKEN_VALIDITY", &["1s", "365d", "2880ms"], &["999ms", "366d", "-1s"]),
        ("WAYLEAVE_SIGNING_KEY_INTERVAL", &["1h", "720h", "never"], &["59m", "721h", "static"]),
        ("WAYLEAVE_SIGNING_KEY", &["", MASTER.1], &["AAAA", "k1"]),
        ("WAYLEAVE_AUDIENCE", &["app", "https://app.example"], &["a b", "é"]),
        ("WAYLEAVE_ANTI_CSRF", &["on", "off"], &["true", "ON"]),
        (
            "WAYLEAVE_COOKIE_DOMAIN",
            &["example.test", ".example.test"],
            &["a b", "a..b", "a;b", "a/b"],
        ),
        ("WAYLEAVE_COOKIE_SAME_SITE", &["lax", "strict", "none"], &["Lax", "no"]),
        ("WAYLEAVE_REFRESH_PATH", &["/", "/auth/session/refresh"], &["auth", "/a;b", "/a b"]),
        (
            "WAYLEAVE_ALLOWED_ORIGINS",
            &["https://a.example", "http://a.test:1,http://b.test"],
            &["*", "https://a/", "a.example", ","],
        ),
        (
            "WAYLEAVE_DATABASE_URL",
            &["sqlite:x.db", "mysql://u:p@h:1/d"],
            &["sqlite:", "sqlite::memory:", "postgres://h"],
        ),
        ("WAYLEAVE_DATABASE_CONNECTIONS", &["1", "1000"], &["0", "1001", "many"]),
        ("WAYLEAVE_EXPIRED_REMOVAL_INTERVAL", &["1m", "7d", "never"], &["59s", "8d", "0"]),
        ("WAYLEAVE_STOP_TIMEOUT", &["1s", "5m"], &["0s", "6m"]),
        ("WAYLEAVE_LOG", &["debug", "info,sqlx=warn"], &["info,="]),
        ("WAYLEAVE_LOG_FORMAT", &["text", "json"], &["xml"]),
    ] {
        for value in good {
            if let Err(refused) = with(name, value) {
                panic!("{name}={value}: {refused}");
            }
        }
        for value in bad {
            assert!(error(name, value).starts_with(name), "{name}={value}");
        }
    }
}

#[test]
fn same_site_none_without_secure_is_refused() {
    let refused = Settings::parse(&Source::of([
        SERVICE,
        MASTER,
        ISSUER,
        ("WAYLEAVE_COOKIE_SAME_SITE", "none"),
        ("WAYLEAVE_COOKIE_SECURE", "false"),
    ]));
    assert_eq!(
        refused.unwrap_err().0,
        [
            "WAYLEAVE_COOKIE_SAME_SITE is none, which browsers refuse unless WAYLEAVE_COOKIE_SECURE is true"
        ]
    );
}

#[test]
fn several_keys_are_listed_with_commas() {
    let two = format!("{}, {}", SERVICE.1, "x".repeat(32));
    assert_eq!(with("WAYLEAVE_SERVICE_KEYS", &two).unwrap().service_keys.len(), 2);
    assert!(with("WAYLEAVE_SERVICE_KEYS", &format!("{two},short")).is_err());
}

#[test]
fn cookies_go_to_other_sites_only_where_a_page_is_on_one() {
    let same_site = |allowed: &str, public: &str, setting: &str| {
        let mut source =
            Source::of([SERVICE, MASTER, ISSUER, ("WAYLEAVE_ALLOWED_ORIGINS", allowed)]);
        source.extend([("WAYLEAVE_PUBLIC_ORIGIN", public), ("WAYLEAVE_COOKIE_SAME_SITE", setting)]);
        Settings::parse(&source).unwrap().cookies.same_site
    };
    let (app, other) = ("https://app.example.com", "https://app.example.org");
    let api = "https://api.example.com";
    assert_eq!(same_site("", api, "auto"), SameSite::Lax);
    assert_eq!(same_site(app, api, "auto"), SameSite::Lax);
    assert_eq!(same_site(&format!("{app}, {other}"), api, "auto"), SameSite::None);
    assert_eq!(same_site(other, "", "auto"), SameSite::Lax, "the safe way where nobody knows");
    assert_eq!(same_site(other, api, "strict"), SameSite::Strict);
}

#[test]
fn a_cookies_name_must_keep_what_its_prefix_promises() {
    for (name, value) in [
        ("WAYLEAVE_ACCESS_COOKIE", "__Host-at"),
        ("WAYLEAVE_REFRESH_COOKIE", "__Secure-rt"),
        ("WAYLEAVE_MARKER_COOKIE", "session_mark"),
    ] {
        assert!(with(name, value).is_ok(), "{value}");
    }
    assert_eq!(
        error("WAYLEAVE_REFRESH_COOKIE", "__Host-rt"),
        "WAYLEAVE_REFRESH_COOKIE: the prefix wants WAYLEAVE_REFRESH_PATH to be /"
    );
    assert_eq!(
        error("WAYLEAVE_ACCESS_COOKIE", "sRefreshToken"),
        "WAYLEAVE_ACCESS_COOKIE, WAYLEAVE_REFRESH_COOKIE and WAYLEAVE_MARKER_COOKIE must be three names"
    );
    assert!(
        error("WAYLEAVE_ACCESS_COOKIE", "a b")
            .starts_with("WAYLEAVE_ACCESS_COOKIE is \"a b\", accepted: a cookie's name")
    );

    let source = Source::of([
        SERVICE,
        MASTER,
        ISSUER,
        ("WAYLEAVE_ACCESS_COOKIE", "__HOST-at"),
        ("WAYLEAVE_COOKIE_SECURE", "false"),
        ("WAYLEAVE_COOKIE_DOMAIN", "example.com"),
    ]);
    assert_eq!(
        Settings::parse(&source).err().unwrap().0,
        [
            "WAYLEAVE_ACCESS_COOKIE: the prefix wants WAYLEAVE_COOKIE_SECURE to be true and no WAYLEAVE_COOKIE_DOMAIN"
        ]
    );
}

#[test]
fn the_older_domain_may_have_been_none() {
    let older = |text| with("WAYLEAVE_OLDER_COOKIE_DOMAIN", text).unwrap().cookies.older_domain;
    assert_eq!(older(""), None);
    assert_eq!(older("host-only"), Some(CookieDomain::HostOnly));
    assert_eq!(older(".example.com"), Some(CookieDomain::Domain("example.com".to_owned())));
}

#[test]
fn the_status_of_what_is_over_is_one_of_two() {
    assert_eq!(with("WAYLEAVE_EXPIRED_STATUS", "440").unwrap().expired_status, 440);
    assert_eq!(
        error("WAYLEAVE_EXPIRED_STATUS", "403"),
        "WAYLEAVE_EXPIRED_STATUS is \"403\", accepted: 401 or 440"
    );
}
