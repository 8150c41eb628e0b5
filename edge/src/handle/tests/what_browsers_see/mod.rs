//! Row by row what the clients of every generation see: status, cookies and headers of each event, with the lines as the origin makes them.
//!
//! A claim that the app itself refuses is its own answer, which goes through as it is.

use super::*;
use rows::rows;

mod rows;

const PAGE: &str = "https://page.test";

/// What has to be told to clients, all by name.
const EXPOSED: &str =
    "front-token, id-refresh-token, anti-csrf, st-access-token, st-refresh-token, etag";

const STRICT: (&str, &str) = ("REVOCATION_STRICT_PATHS", "/strict/*");
const OWNERS: (&str, &str) = ("REQUIRED_CLAIMS", r#"{"/owner/*":{"role":"owner"}}"#);

/// What the app asks for on this path.
fn instruction_of(path: &str) -> &'static [(&'static str, &'static str)] {
    match path {
        "/login" => &[("x-wayleave-create-session", r#"{"userId":7}"#)],
        "/logout" => &[("x-wayleave-revoke-session", "current")],
        "/promote" => &[("x-wayleave-update-payload", r#"{"role":"owner"}"#)],
        _ => &[],
    }
}

/// What comes back, as far as it concerns the session.
struct Seen {
    status: u16,
    cookies: String,
    told: String,
}

fn seen(reply: Reply<Vec<(String, String)>>) -> (Seen, Answer) {
    let answer = match reply {
        Reply::Own(answer) => answer,
        Reply::App(headers, edits) => {
            let mut answer = Answer::new(200, String::new());
            answer.headers =
                headers.into_iter().map(|(name, value)| (name.into(), value.into())).collect();
            answer.apply(edits);
            answer
        }
    };
    let cookies: Vec<_> = answer
        .all("set-cookie")
        .map(|line| {
            let (name, rest) = line.split_once('=').unwrap();
            let is_cleared = rest.starts_with("; Expires=Thu, 01 Jan 1970 00:00:00 GMT");
            format!("{}{name}", if is_cleared { "-" } else { "" })
        })
        .collect();
    let told: Vec<_> =
        ["anti-csrf", "front-token", "id-refresh-token", "st-access-token", "st-refresh-token"]
            .into_iter()
            .filter_map(|name| match answer.header(name)? {
                "remove" => Some(format!("{name}: remove")),
                _ => Some(name.to_owned()),
            })
            .collect();
    (Seen { status: answer.status, cookies: cookies.join(" "), told: told.join(", ") }, answer)
}

#[test]
fn every_event_is_told_as_the_table_of_the_clients_says() {
    for (event, method, path, headers, replies, (status, cookies, told)) in rows() {
        let bench = Bench::warm(&[("ALLOWED_ORIGINS", PAGE), STRICT, OWNERS]);
        bench.app_answers(instruction_of(path));
        bench.origin_answers(replies);
        let headers = RequestHeaders { origin: Some(PAGE.into()), ..headers };

        let (seen, answer) = seen(bench.send(method, path, headers));

        let seen = (seen.status, seen.cookies.as_str(), seen.told.as_str());
        assert_eq!(seen, (status, cookies, told), "{event}: {answer:?}");
        assert_eq!(answer.header("vary"), Some("Origin"), "{event}");
        assert_eq!(answer.header("access-control-allow-origin"), Some(PAGE), "{event}");
        assert_eq!(answer.header("access-control-allow-credentials"), Some("true"), "{event}");
        assert_eq!(
            answer.all("access-control-expose-headers").collect::<Vec<_>>(),
            [EXPOSED],
            "{event}"
        );
        if !(cookies.is_empty() && told.is_empty()) || status != 200 {
            assert_eq!(answer.header("cache-control"), Some("no-store"), "{event}");
        }
        if event.starts_with("sign-out") {
            assert_eq!(answer.body, r#"{"status":"OK"}"#);
        }
    }
}

#[test]
fn the_origin_is_told_how_the_tokens_travel() {
    for (event, _, _, headers, _, _) in rows() {
        let transfer = match event {
            "create" | "refresh" => "",
            "create in header mode" | "refresh in header mode" => r#","transfer":"header""#,
            "create in header mode over cookies" | "refresh in header mode over cookies" => {
                r#","transfer":"header-clearing-cookies""#
            }
            _ => continue,
        };
        let bench = Bench::warm(&[]);
        bench.app_answers(&[("x-wayleave-create-session", r#"{"userId":7}"#)]);
        let (path, status, member) = if event.starts_with("create") {
            ("/login", 201, r#""userId":7"#)
        } else if headers.authorization.is_some() || headers.cookie.is_some() {
            ("/auth/session/refresh", 200, r#""refreshToken":"r""#)
        } else {
            panic!("{event}")
        };
        bench.origin_answers([issued(status)]);

        bench.send("POST", path, headers);

        let asked = bench.asked();
        assert!(asked[0].ends_with(&format!("{{{member}{transfer}}}")), "{event}: {asked:?}");
    }
}

#[test]
fn an_options_request_is_told_as_the_table_of_the_clients_says() {
    let bench = Bench::warm(&[("ALLOWED_ORIGINS", "https://other.test, https://page.test")]);
    for (path, methods) in [
        ("/auth/session/refresh", "POST"),
        ("/auth/signout", "POST"),
        ("/auth/session", "GET, HEAD"),
        ("/api/me", "GET, HEAD, POST, PUT, PATCH, DELETE"),
    ] {
        let headers = RequestHeaders {
            origin: Some(PAGE.into()),
            access_control_request_method: Some("POST".into()),
            ..RequestHeaders::default()
        };

        let answer = bench.own("OPTIONS", path, headers);

        assert_eq!((answer.status, answer.body.as_str()), (204, ""), "{path}");
        assert_eq!(answer.header("access-control-allow-origin"), Some(PAGE), "{path}");
        assert_eq!(answer.header("access-control-allow-credentials"), Some("true"), "{path}");
        assert_eq!(answer.header("access-control-allow-methods"), Some(methods), "{path}");
        assert_eq!(
            answer.header("access-control-allow-headers"),
            Some(
                "content-type, if-match, anti-csrf, rid, fdi-version, st-auth-mode, authorization, supertokens-sdk-name, supertokens-sdk-version"
            ),
            "{path}"
        );
        assert_eq!(answer.header("access-control-max-age"), Some("7200"), "{path}");
        assert_eq!(answer.header("vary"), Some("Origin"), "{path}");
        assert_eq!(answer.header("set-cookie"), None, "{path}");
    }
}

#[test]
fn in_4_0_x_mode_what_says_that_a_session_is_over_is_440() {
    for (event, method, path, headers, replies, (status, cookies, told)) in rows() {
        let bench = Bench::warm(&[("EXPIRED_STATUS", "440"), STRICT, OWNERS]);
        bench.app_answers(instruction_of(path));
        bench.origin_answers(replies);

        let (seen, answer) = seen(bench.send(method, path, headers));

        let expected = if status == 401 { 440 } else { status };
        let seen = (seen.status, seen.cookies.as_str(), seen.told.as_str());
        assert_eq!(seen, (expected, cookies, told), "{event}");
        if expected == 440 {
            assert!(answer.body.starts_with(r#"{"status":440,"#), "{event}: {}", answer.body);
        }
    }
}

#[test]
fn a_refused_claim_and_its_words_are_the_apps() {
    let bench = Bench::warm(&[]);
    bench.app_answers(&[("content-type", "application/json")]);
    assert_eq!(bench.app("GET", "/api/me", session()), []);
}
