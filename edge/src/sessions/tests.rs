//! What the app's own code gets, with a script of replies instead of the origin.

use super::*;
use crate::{
    handle::tests::{
        BROWSER, Bench, OriginReply, Script, finish, issued, refresh_cookie, says, session,
    },
    origin::Outage,
    request::{RequestHeaders, RequestView},
    respond::ExpiredStatus,
    testing,
};
use wayleave_shared::{
    claims::AccessClaims, json::Json, session_handle::SessionHandle, user_id::UserId,
    wire::UpdatePayload,
};

fn edge(bench: &Bench) -> Edge<Script> {
    Edge::new(bench.script.clone(), Arc::clone(&bench.isolate))
}

fn request<'a>(method: &'a str, headers: RequestHeaders<'a>) -> RequestView<'a> {
    RequestView::new(method, "https://app.test/me", headers)
}

fn get(
    bench: &Bench,
    method: &str,
    headers: RequestHeaders,
    csrf: Csrf,
) -> Result<Session<Script>, SessionError> {
    finish(edge(bench).get_session(&request(method, headers), csrf))
}

fn failed<T: fmt::Debug>(result: Result<T, SessionError>) -> (u16, String) {
    let error = result.unwrap_err();
    (error.error_type().number(), error.to_string())
}

fn with_token(claims: &AccessClaims) -> RequestHeaders<'static> {
    RequestHeaders {
        cookie: Some(format!("sAccessToken={}", testing::token(claims)).into()),
        ..RequestHeaders::default()
    }
}

fn without_anti_csrf() -> RequestHeaders<'static> {
    RequestHeaders { anti_csrf: None, ..session() }
}

fn outage() -> OriginReply {
    Err(Outage::TimedOut)
}

const HANDLE: SessionHandle = SessionHandle::from_bytes([0; 16]);

#[test]
fn a_verified_session_is_read_without_any_call() {
    let bench = Bench::warm(&[]);

    let session = get(&bench, "POST", session(), Csrf::Required).unwrap();

    assert_eq!(session.user_id(), &UserId::text("alice").unwrap());
    assert_eq!(session.jwt_payload().unwrap().text(), r#"{"role":"admin"}"#);
    assert_eq!(session.handle(), testing::claims().session);
    assert_eq!(session.expires_at(), testing::claims().expires_at.milliseconds());
    assert_eq!(bench.asked(), [""; 0]);
}

#[test]
fn the_app_says_which_requests_need_the_anti_csrf_token() {
    for (csrf, method, is_let_in) in [
        (Csrf::Required, "GET", false),
        (Csrf::Required, "POST", false),
        (Csrf::NotRequired, "GET", true),
        (Csrf::NotRequired, "POST", true),
        (Csrf::UnsafeMethods, "GET", true),
        (Csrf::UnsafeMethods, "POST", false),
    ] {
        let result = get(&Bench::warm(&[]), method, without_anti_csrf(), csrf);
        assert_eq!(result.is_ok(), is_let_in, "{csrf:?} {method}");
        if !is_let_in {
            let reason = "the anti-CSRF token is missing".to_owned();
            assert_eq!(failed(result), (3000, reason), "{csrf:?} {method}");
        }
        let off = Bench::warm(&[("ANTI_CSRF", "off")]);
        assert!(get(&off, method, without_anti_csrf(), csrf).is_ok(), "{csrf:?} {method}");
    }
}

#[test]
fn a_bearer_token_needs_no_anti_csrf_token() {
    let headers = RequestHeaders {
        authorization: Some(format!("Bearer {}", testing::token(&testing::claims())).into()),
        ..RequestHeaders::default()
    };
    assert!(get(&Bench::warm(&[]), "POST", headers, Csrf::Required).is_ok());
}

#[test]
fn why_there_is_no_session_is_one_of_the_documented_kinds() {
    let old = AccessClaims { expires_at: testing::NOW, ..testing::claims() };
    let marked =
        RequestHeaders { cookie: Some("sIdRefreshToken=i".into()), ..RequestHeaders::default() };
    let bench = Bench::warm(&[]);
    for (headers, number, reason) in [
        (RequestHeaders::default(), 2000, "there is no session"),
        (marked, 3000, "the access token is missing"),
        (with_token(&old), 3000, "the token is expired"),
    ] {
        let error = get(&bench, "GET", headers, Csrf::NotRequired).unwrap_err();
        assert_eq!((error.error_type().number(), error.to_string()), (number, reason.to_owned()));
        assert!(error.lines().is_none());
    }
    let cold = Bench::new(&[]);
    cold.origin_answers([outage()]);
    let reason = "there are no public keys to verify with".to_owned();
    assert_eq!(failed(get(&cold, "GET", session(), Csrf::NotRequired)), (1000, reason));
}

#[test]
fn a_session_that_was_revoked_here_is_refused_at_once_with_the_lines_that_clear_it() {
    let bench = Bench::warm(&[]);
    let found = get(&bench, "GET", session(), Csrf::NotRequired).unwrap();
    bench.origin_answers([says(200, format!(r#"{{"revoked":true,{BROWSER}}}"#))]);

    let revoked = finish(found.revoke()).unwrap();

    assert!(revoked.revoked);
    assert_eq!(revoked.browser.set_cookie, ["a=1; Path=/", "b=2; Path=/"]);
    let gone =
        format!(r#"{{"status":401,"code":"unauthorised","detail":"d","errType":2000,{BROWSER}}}"#);
    bench.origin_answers([says(401, gone)]);
    let error = get(&bench, "GET", session(), Csrf::NotRequired).unwrap_err();
    assert_eq!(error.error_type(), ErrorType::Unauthorised);
    assert_eq!(error.lines().unwrap().headers["access-control-expose-headers"], "x");
    let answer = error.answer(ExpiredStatus::LoginTimeout);
    assert_eq!((answer.status, answer.all("set-cookie").count()), (440, 2));
    assert_eq!(answer.header("id-refresh-token"), Some("remove"));
}

#[test]
fn a_log_in_carries_what_was_given_and_ends_the_session_that_it_came_with() {
    let bench = Bench::warm(&[]);
    bench.origin_answers([issued(201)]);
    let new = NewSession {
        jwt_payload: Some(Json::parse("null").unwrap()),
        session_data: Some(Json::parse("[1.0]").unwrap()),
        ..NewSession::of(UserId::text("bob").unwrap())
    };

    let issued = finish(edge(&bench).create_session(&request("POST", session()), new)).unwrap();

    assert_eq!(issued.session.handle(), HANDLE);
    assert_eq!(issued.session.jwt_payload(), None);
    assert_eq!(issued.lines.set_cookie.len(), 2);
    let replaced = testing::claims().session;
    assert_eq!(
        bench.asked(),
        [format!(
            r#"POST http://origin.test:8788/v1/sessions {{"userId":"bob","jwtPayload":null,"sessionData":[1.0],"replaces":"{replaced}"}}"#
        )]
    );
    let says_over = says(401, r#"{"status":401,"code":"unauthorised","detail":"d"}"#);
    bench.origin_answers([says_over]);
    assert_eq!(failed(get(&bench, "GET", session(), Csrf::NotRequired)).0, 2000);
}

#[test]
fn a_log_in_also_ends_the_expired_session_that_it_came_with() {
    let bench = Bench::warm(&[]);
    bench.origin_answers([issued(201)]);
    let old = AccessClaims { expires_at: testing::NOW, ..testing::claims() };
    let new = NewSession::of(UserId::integer(7).unwrap());

    finish(edge(&bench).create_session(&request("POST", with_token(&old)), new)).unwrap();

    let replaces = format!(r#"{{"userId":7,"replaces":"{}"}}"#, old.session);
    assert!(bench.asked()[0].ends_with(&replaces));
}

#[test]
fn a_client_that_wants_headers_gets_them_and_its_payload_changes_there() {
    let bench = Bench::warm(&[]);
    let headers = RequestHeaders { auth_mode: Some("header".into()), ..RequestHeaders::default() };
    bench.origin_answers([issued(201)]);
    let new = NewSession::of(UserId::integer(7).unwrap());
    let mut issued = finish(edge(&bench).create_session(&request("POST", headers), new)).unwrap();
    let session = r#"{"handle":"AAAAAAAAAAAAAAAAAAAAAA","userId":7,"jwtPayload":{"a":1},"createdAt":1,"refreshedAt":1,"expiresAt":2}"#;
    bench.origin_answers([says(
        200,
        format!(r#"{{"session":{session},"accessToken":{{"token":"u","expiresAt":9}},{BROWSER}}}"#),
    )]);

    let payload = Json::parse(r#"{"a":1}"#).unwrap();
    let lines = finish(issued.session.update_jwt_payload(Some(payload.clone()))).unwrap();

    assert_eq!(issued.session.jwt_payload(), Some(&payload));
    assert_eq!(issued.session.expires_at().0, 9);
    assert_eq!(lines.set_cookie.len(), 2);
    assert_eq!(
        bench.asked(),
        [
            r#"POST http://origin.test:8788/v1/sessions {"userId":7,"transfer":"header"}"#,
            r#"PUT http://origin.test:8788/v1/sessions/AAAAAAAAAAAAAAAAAAAAAA/payload {"jwtPayload":{"a":1},"accessToken":"t","transfer":"header"}"#,
        ]
    );
}

#[test]
fn a_payload_with_two_members_of_one_name_is_refused_before_anybody_is_asked() {
    let bench = Bench::warm(&[]);
    let new = NewSession {
        jwt_payload: Some(Json::parse(r#"{"a":1,"a":2}"#).unwrap()),
        ..NewSession::of(UserId::integer(7).unwrap())
    };
    let result =
        finish(edge(&bench).create_session(&request("POST", RequestHeaders::default()), new));
    let reason = "an object in the payload has two members of one name".to_owned();
    assert_eq!(failed(result), (1000, reason));
    assert_eq!(bench.asked(), [""; 0]);
}

#[test]
fn a_refresh_trades_the_token_and_says_whose_session_it_is() {
    let bench = Bench::warm(&[]);
    bench.origin_answers([issued(200)]);

    let issued = finish(edge(&bench).refresh_session(&request("POST", refresh_cookie()))).unwrap();

    assert_eq!(
        (issued.session.handle(), issued.session.user_id()),
        (HANDLE, &UserId::integer(1).unwrap())
    );
    assert_eq!(
        bench.asked(),
        [r#"POST http://origin.test:8788/v1/sessions/refresh {"refreshToken":"r"}"#]
    );
}

#[test]
fn a_refresh_that_is_refused_says_why_and_whose_token_was_stolen() {
    let bench = Bench::warm(&[]);
    let refresh = |headers| finish(edge(&bench).refresh_session(&request("POST", headers)));
    let theft = format!(
        r#"{{"status":401,"code":"token_theft_detected","detail":"d","errType":4000,"session":{{"handle":"AAAAAAAAAAAAAAAAAAAAAA","userId":"alice"}},{BROWSER}}}"#
    );
    bench.origin_answers([says(401, theft), outage()]);

    let error = refresh(refresh_cookie()).unwrap_err();
    assert_eq!(error.error_type(), ErrorType::TokenTheftDetected);
    assert_eq!(error.stolen_session().unwrap().handle, HANDLE);
    assert_eq!(error.lines().unwrap().set_cookie.len(), 2);
    assert!(!format!("{error:?} {error}").contains("alice"));

    let error = refresh(refresh_cookie()).unwrap_err();
    assert_eq!((error.error_type().number(), error.lines().is_none()), (1000, true));

    let error = refresh(RequestHeaders::default()).unwrap_err();
    assert_eq!(
        (error.error_type().number(), error.to_string().as_str()),
        (2000, "there is no refresh token")
    );
    assert_eq!(error.lines().unwrap().headers["front-token"], "remove");
    assert_eq!(error.lines().unwrap().set_cookie, [""; 0]);

    let elsewhere =
        RequestHeaders { sec_fetch_site: Some("cross-site".into()), ..refresh_cookie() };
    let error = refresh(elsewhere).unwrap_err();
    assert_eq!((error.error_type().number(), error.lines().is_none()), (2000, true));
    assert_eq!(bench.asked().len(), 2);
}

#[test]
fn of_two_cookies_of_one_name_the_older_is_cleared_and_the_client_comes_back() {
    let bench = Bench::warm(&[]);
    let twice = || RequestHeaders {
        cookie: Some("sRefreshToken=r; sRefreshToken=s".into()),
        ..RequestHeaders::default()
    };
    for (goes_on, number) in [(true, 3000), (false, 2000)] {
        bench.origin_answers([says(200, format!(r#"{{"sessionGoesOn":{goes_on},{BROWSER}}}"#))]);
        let error = finish(edge(&bench).refresh_session(&request("POST", twice()))).unwrap_err();
        assert_eq!(error.error_type().number(), number);
        assert_eq!(error.lines().unwrap().set_cookie.len(), 2);
    }
}

#[test]
fn a_long_list_is_read_to_its_end_and_one_that_does_not_end_is_left() {
    let page = |handle: &str, next: &str| {
        let session = format!(
            r#"{{"handle":"{handle}","userId":1,"createdAt":1,"refreshedAt":1,"expiresAt":2}}"#
        );
        says(200, format!(r#"{{"sessions":[{session}]{next}}}"#))
    };
    let next = r#","next":"AAAAAAAAAAAAAAAAAAAAAQ""#;
    let bench = Bench::warm(&[]);
    bench
        .origin_answers([page("AAAAAAAAAAAAAAAAAAAAAQ", next), page("AAAAAAAAAAAAAAAAAAAAAg", "")]);
    let list = finish(edge(&bench).sessions_of_user(&UserId::integer(1).unwrap())).unwrap();
    assert_eq!(list.len(), 2);
    assert!(bench.asked()[1].ends_with("?limit=1000&after=AAAAAAAAAAAAAAAAAAAAAQ"));

    bench.origin_answers([
        page("AAAAAAAAAAAAAAAAAAAAAQ", next),
        page("AAAAAAAAAAAAAAAAAAAAAQ", next),
    ]);
    assert_eq!(
        finish(edge(&bench).sessions_of_user(&UserId::integer(1).unwrap())).unwrap().len(),
        2
    );
}

#[test]
fn sessions_of_a_user_that_were_ended_are_refused_here_at_once() {
    let bench = Bench::warm(&[]);
    let ended = format!(r#"{{"revoked":["{}"]}}"#, testing::claims().session);
    let over = says(401, r#"{"status":401,"code":"unauthorised","detail":"d"}"#);
    bench.origin_answers([says(200, ended), over]);
    let alice = UserId::text("alice").unwrap();

    let ended = finish(edge(&bench).revoke_all_sessions_for_user(&alice, None)).unwrap();

    assert_eq!(ended, [testing::claims().session]);
    assert_eq!(failed(get(&bench, "GET", session(), Csrf::NotRequired)).0, 2000);
}

#[test]
fn session_data_is_one_call_each_time_and_a_version_that_was_overtaken_is_told() {
    let bench = Bench::warm(&[]);
    let found = get(&bench, "GET", session(), Csrf::NotRequired).unwrap();
    let conflict = r#"{"status":412,"code":"version_conflict","detail":"d"}"#;
    bench.origin_answers([
        says(200, r#"{"data":{"a":1.0},"version":3}"#),
        says(200, r#"{"version":4}"#),
        says(412, conflict),
        outage(),
    ]);

    let data = finish(found.data()).unwrap();
    assert_eq!((data.data.unwrap().text(), data.version), (r#"{"a":1.0}"#, 3));
    let null = Json::parse("null").unwrap();
    assert_eq!(finish(found.update_data(&null, None)).unwrap(), 4);
    let error = finish(found.update_data(&null, Some(3))).unwrap_err();
    assert_eq!((error.error_type().number(), error.code()), (1000, Code::VersionConflict));
    let timed_out = "the origin did not answer in time".to_owned();
    assert_eq!(failed(finish(found.data())), (1000, timed_out));
    assert_eq!(bench.asked().len(), 4);
}

#[test]
fn a_line_of_the_origin_that_is_no_header_puts_nothing_on_an_answer() {
    let bench = Bench::warm(&[]);
    let bad = r#""browser":{"setCookie":["a=1\r\nx: y"],"headers":{}}"#;
    let session = r#"{"handle":"AAAAAAAAAAAAAAAAAAAAAA","userId":1,"createdAt":1,"refreshedAt":1,"expiresAt":2}"#;
    bench.origin_answers([
        says(200, format!(r#"{{"revoked":true,{bad}}}"#)),
        says(200, format!(r#"{{"session":{session},{bad}}}"#)),
    ]);
    let reason =
        "the origin's answer cannot be read: a line for the browser is no header".to_owned();
    assert_eq!(failed(finish(edge(&bench).revoke_session(HANDLE))), (1000, reason.clone()));
    let change =
        UpdatePayload { jwt_payload: None, access_token: None, transfer: TokenTransfer::Cookie };
    assert_eq!(failed(finish(edge(&bench).update_payload(HANDLE, &change))), (1000, reason));
}
