use super::*;
use crate::{request::RequestHeaders, respond::ExpiredStatus, revocations::Revocations, testing};
use wayleave_shared::{header, json::Json, key_set::KeySet, refusal::Code};

mod anti_csrf;
mod bearer;
mod confirmation;
mod gateway;
mod keys;
mod policies;
mod refresh;
mod revocation;
mod sign_out;

/// A request in the making: `GET` without headers, unless told otherwise.
#[derive(Clone, Copy, Default)]
struct Sent<'a> {
    method: &'a str,
    path: &'a str,
    cookie: &'a str,
    anti_csrf: Option<&'a str>,
    authorization: Option<&'a str>,
    origin: Option<&'a str>,
    site: Option<&'a str>,
    preflight: bool,
}

impl Sent<'_> {
    fn view(&self) -> RequestView<'static> {
        let text = |value: Option<&str>| value.map(|text| text.to_owned().into());
        let headers = RequestHeaders {
            access_control_request_method: self.preflight.then(|| "PUT".into()),
            anti_csrf: text(self.anti_csrf),
            authorization: text(self.authorization),
            cookie: (!self.cookie.is_empty()).then(|| self.cookie.to_owned().into()),
            origin: text(self.origin),
            sec_fetch_site: text(self.site),
            ..RequestHeaders::default()
        };
        let method = if self.method.is_empty() { "GET" } else { self.method };
        let url = format!("{OWN}{}", self.path);
        RequestView::new(method, &url, headers).into_owned()
    }
}

const OWN: &str = "https://api.test";
const LISTED: &str = "https://page.test";
const MARKED: &str = "sIdRefreshToken=i";

/// For the route that the request is for.
fn decide(
    request: &RequestView,
    keys: &impl Verifier,
    revocations: View<'_>,
    confirmations: &Confirmations,
    settings: &Settings,
    now: UnixSeconds,
) -> Decision {
    let route = Route::of(request, settings);
    super::decide(
        request,
        route,
        &Circumstances { keys, revocations, confirmations, settings, now },
    )
}

fn decide_with(sent: &Sent<'_>, changed: &[(&str, &str)], keys: &KeySet) -> Decision {
    let mut changed = changed.to_vec();
    changed.push(("SESSION_DATA_ACCESS", "read-write"));
    decide(
        &sent.view(),
        keys,
        View { revocations: &Revocations::default(), is_current: true },
        &Confirmations::default(),
        &testing::settings_with(&changed),
        testing::NOW,
    )
}

/// The action for a request where nothing is fetched.
fn action(sent: &Sent<'_>) -> Action {
    match decide_with(sent, &[], &testing::keys()) {
        Decision::Settled(action) => action,
        other => panic!("{other:?}"),
    }
}

fn refusal(action: Action) -> Refusal {
    match action {
        Action::Refuse(refusal) => refusal,
        Action::Limited(action) => refusal(*action),
        other => panic!("{other:?}"),
    }
}

fn asked(action: Action) -> Ask {
    match action {
        Action::AskOrigin(ask) => ask,
        other => panic!("{other:?}"),
    }
}

fn forwarded(action: Action) -> Forward {
    match action {
        Action::Forward(forward) => forward,
        other => panic!("{other:?}"),
    }
}

/// The cookies of a live session.
fn session_cookie() -> String {
    format!("sAccessToken={}; {MARKED}", testing::token(&testing::claims()))
}

/// The cookies of a session whose access token says something else.
fn cookie_with(change: impl FnOnce(&mut AccessClaims)) -> String {
    let mut claims = testing::claims();
    change(&mut claims);
    format!("sAccessToken={}; {MARKED}", testing::token(&claims))
}

/// Everything that needs a session, by any method that it takes.
const WITH_SESSION: [(&str, &str); 8] = [
    ("GET", "/auth/session"),
    ("HEAD", "/auth/session"),
    ("GET", "/auth/session/data"),
    ("PUT", "/auth/session/data"),
    ("PATCH", "/auth/session/data"),
    ("GET", "/api/me"),
    ("POST", "/api/me"),
    ("PURGE", "/api/me"),
];

#[test]
fn the_session_is_answered_from_the_token() {
    let cookie = session_cookie();

    let action = action(&Sent { path: "/auth/session", cookie: &cookie, ..Sent::default() });

    let Action::Answer(answer) = action else { panic!("{action:?}") };
    assert_eq!(answer.status, 200);
    assert_eq!(
        answer.body,
        format!(
            r#"{{"handle":"{}","userId":"alice","jwtPayload":{{"role":"admin"}},"expiresAt":1700000060000}}"#,
            testing::claims().session
        )
    );
    assert_eq!(answer.header("cache-control"), Some("no-store"));
}

#[test]
fn without_any_cookie_there_is_no_session() {
    for (method, path) in WITH_SESSION {
        let refused = refusal(action(&Sent { method, path, ..Sent::default() }));
        assert_eq!(refused, Refusal::NoSession, "{method} {path}");
    }
}

#[test]
fn a_session_without_an_access_token_is_to_be_refreshed() {
    for (method, path) in WITH_SESSION {
        let refused = refusal(action(&Sent { method, path, cookie: MARKED, ..Sent::default() }));
        assert_eq!(refused, Refusal::TryRefresh(TryRefresh::AccessTokenMissing), "{method} {path}");
    }
}

#[test]
fn a_token_that_does_not_verify_is_to_be_refreshed() {
    let good = testing::token(&testing::claims());
    let forged = {
        let mut forged = good.clone();
        let last = forged.pop();
        forged.push(if last == Some('A') { 'Q' } else { 'A' });
        forged
    };
    for (cookie, reason) in [
        ("sAccessToken=nonsense".to_owned(), TokenRefusal::Malformed.into()),
        (format!("sAccessToken={forged}"), TokenRefusal::BadSignature.into()),
        (cookie_with(|claims| claims.expires_at = testing::NOW), TokenRefusal::Expired.into()),
        (
            cookie_with(|claims| "other".clone_into(&mut claims.issuer)),
            TokenRefusal::WrongIssuer.into(),
        ),
        (
            cookie_with(|claims| claims.expires_at.0 += 100_000),
            TokenRefusal::ValidityTooLong.into(),
        ),
        (format!("sAccessToken={good}; sAccessToken={good}"), TryRefresh::AccessTokenAmbiguous),
    ] {
        for (method, path) in WITH_SESSION.into_iter().chain([("POST", "/auth/signout")]) {
            let refused =
                refusal(action(&Sent { method, path, cookie: &cookie, ..Sent::default() }));
            assert_eq!(refused, Refusal::TryRefresh(reason), "{method} {path}");
        }
    }
}

#[test]
fn a_token_is_good_to_its_last_second() {
    let cookie = cookie_with(|claims| claims.expires_at = UnixSeconds(testing::NOW.0 + 1));
    let action = action(&Sent { path: "/auth/session", cookie: &cookie, ..Sent::default() });
    assert!(matches!(action, Action::Answer(_)), "{action:?}");
}

#[test]
fn no_refusal_of_the_edge_clears_a_cookie() {
    for refusal in [
        Refusal::CrossSite,
        Refusal::MethodNotAllowed("POST"),
        Refusal::NoKeys,
        Refusal::NoRefreshToken,
        Refusal::NoSession,
        Refusal::NotFound,
        Refusal::StaleFeed,
        Refusal::TooManyRequests,
        Refusal::TryRefresh(TryRefresh::AntiCsrfWrong),
    ] {
        let answer = refusal.answer(ExpiredStatus::default());
        assert_eq!(answer.header("set-cookie"), None, "{refusal:?}");
        assert_eq!(answer.header(header::ID_REFRESH_TOKEN), None, "{refusal:?}");
        let removes = answer.header(header::FRONT_TOKEN) == Some(header::REMOVE);
        assert_eq!(removes, refusal == Refusal::NoRefreshToken, "{refusal:?}");
    }
}

#[test]
fn the_anti_csrf_token_is_asked_for_by_method_and_setting() {
    let right = testing::anti_csrf();
    let wrong = "AAAAAAAAAAAAAAAAAAAAAA";
    let cookie = session_cookie();
    for (method, anti_csrf, setting, expected) in [
        ("GET", None, "on", Ok(())),
        ("HEAD", None, "on", Ok(())),
        ("GET", Some(wrong), "on", Ok(())),
        ("POST", Some(right.as_str()), "on", Ok(())),
        ("POST", None, "on", Err(TryRefresh::AntiCsrfMissing)),
        ("POST", Some(wrong), "on", Err(TryRefresh::AntiCsrfWrong)),
        ("POST", Some(""), "on", Err(TryRefresh::AntiCsrfWrong)),
        ("PUT", None, "on", Err(TryRefresh::AntiCsrfMissing)),
        ("PATCH", None, "on", Err(TryRefresh::AntiCsrfMissing)),
        ("DELETE", None, "on", Err(TryRefresh::AntiCsrfMissing)),
        ("PROPFIND", None, "on", Err(TryRefresh::AntiCsrfMissing)),
        ("post", None, "on", Err(TryRefresh::AntiCsrfMissing)),
        ("get", None, "on", Err(TryRefresh::AntiCsrfMissing)),
        ("POST", None, "off", Ok(())),
        ("POST", Some(wrong), "off", Ok(())),
    ] {
        let sent = Sent { method, path: "/api/x", cookie: &cookie, anti_csrf, ..Sent::default() };
        let Decision::Settled(action) =
            decide_with(&sent, &[("ANTI_CSRF", setting)], &testing::keys())
        else {
            panic!("needs no keys")
        };
        match expected {
            Ok(()) => {
                assert!(forwarded(action).session.is_some(), "{method} {anti_csrf:?} {setting}");
            }
            Err(reason) => assert_eq!(
                refusal(action),
                Refusal::TryRefresh(reason),
                "{method} {anti_csrf:?} {setting}"
            ),
        }
    }
}

#[test]
fn a_session_issued_without_anti_csrf_makes_no_unsafe_request_but_signs_out() {
    let cookie = cookie_with(|claims| claims.anti_csrf = None);
    let sent = |method, path| action(&Sent { method, path, cookie: &cookie, ..Sent::default() });

    assert_eq!(refusal(sent("POST", "/api/x")), Refusal::TryRefresh(TryRefresh::AntiCsrfNotIssued));
    assert!(forwarded(sent("GET", "/api/x")).session.is_some());
    assert_eq!(asked(sent("POST", "/auth/signout")), Ask::SignOut(testing::claims().session));
}

#[test]
fn session_data_is_the_origins_once_the_session_is_proven() {
    let (cookie, anti_csrf) = (session_cookie(), testing::anti_csrf());
    let session = testing::claims().session;
    let sent = |method, anti_csrf| {
        action(&Sent {
            method,
            path: "/auth/session/data",
            cookie: &cookie,
            anti_csrf,
            ..Sent::default()
        })
    };

    assert_eq!(asked(sent("GET", None)), Ask::ReadData(session));
    assert_eq!(asked(sent("PUT", Some(&anti_csrf))), Ask::UpdateData(session));
    assert_eq!(asked(sent("PATCH", Some(&anti_csrf))), Ask::PatchData(session));
    for method in ["PUT", "PATCH"] {
        let refused = refusal(sent(method, None));
        assert_eq!(refused, Refusal::TryRefresh(TryRefresh::AntiCsrfMissing), "{method}");
    }
}

#[test]
fn other_sites_cause_neither_refresh_nor_sign_out() {
    let cookie = format!("{}; sRefreshToken=r", session_cookie());
    let anti_csrf = testing::anti_csrf();
    for path in ["/auth/session/refresh", "/auth/signout"] {
        for (site, origin, allowed) in [
            (Some("same-origin"), Some(OWN), true),
            (Some("cross-site"), Some("https://evil.test"), false),
            (Some("cross-site"), Some(LISTED), true),
            (None, Some("https://evil.test"), false),
            (None, None, true),
        ] {
            let sent = Sent {
                method: "POST",
                path,
                cookie: &cookie,
                anti_csrf: Some(&anti_csrf),
                origin,
                site,
                ..Sent::default()
            };
            let Decision::Settled(action) =
                decide_with(&sent, &[("ALLOWED_ORIGINS", LISTED)], &testing::keys())
            else {
                panic!("needs no keys")
            };
            if allowed {
                asked(action);
            } else {
                assert_eq!(refusal(action), Refusal::CrossSite, "{path} {site:?} {origin:?}");
            }
        }
    }
    assert_eq!(
        Refusal::CrossSite.answer(ExpiredStatus::default()).status,
        Code::CrossSiteRequest.status()
    );
}

#[test]
fn routes_that_are_off_or_take_another_method_say_so() {
    let sent = Sent { method: "DELETE", path: "/auth/session", ..Sent::default() };
    let answer = refusal(action(&sent)).answer(ExpiredStatus::default());
    assert_eq!((answer.status, answer.header("allow")), (405, Some("GET, HEAD")));

    let sent = Sent { path: "/auth/session/data", ..Sent::default() };
    let off = decide(
        &sent.view(),
        &testing::keys(),
        View { revocations: &Revocations::default(), is_current: true },
        &Confirmations::default(),
        &testing::settings_with(&[("SESSION_DATA_ACCESS", "off")]),
        testing::NOW,
    );
    let Decision::Settled(action) = off else { panic!("needs no keys") };
    assert_eq!(refusal(action).answer(ExpiredStatus::default()).status, 404);
}

#[test]
fn debugging_output_shows_no_token() {
    let ask = Ask::Refresh("secret".to_owned(), TokenTransfer::Header);
    assert_eq!(format!("{ask:?}"), "Refresh(6 bytes, Header)");
}
