//! The origin is told which refresh tokens have arrived.

use super::{
    concurrent::{all_at_once, count, crowd},
    *,
};
use crate::confirmations::{COLLECT_MS, FAILURE_COOLDOWN_MS as COOLDOWN_MS, MAX_WAITING};
use wayleave_shared::{
    claims::AccessClaims,
    session_handle::SessionHandle,
    wire::{ConfirmSessions, MAX_CONFIRMATIONS},
};

const VERIFY: &str = "POST http://origin.test:8788/v1/sessions/verify";

/// What a browser sends after a refresh.
fn refreshed(number: u8) -> RequestHeaders<'static> {
    carrying(&testing::refreshed(number, 1))
}

fn carrying(claims: &AccessClaims) -> RequestHeaders<'static> {
    let cookie = format!("sAccessToken={}; sIdRefreshToken=i", testing::token(claims));
    RequestHeaders { cookie: Some(cookie.into()), ..session() }
}

/// One of very many refreshed sessions.
fn one_of_many(number: u16) -> RequestHeaders<'static> {
    let mut bytes = [3; 16];
    bytes[..2].copy_from_slice(&number.to_be_bytes());
    let session = SessionHandle::from_bytes(bytes);
    carrying(&AccessClaims { session, ..testing::refreshed(0, 1) })
}

/// The call that confirms these.
fn confirms(numbers: &[u8]) -> String {
    let sessions: Vec<_> = numbers
        .iter()
        .map(|number| {
            let text = String::from(testing::refreshed(*number, 1).refresh_hash);
            format!(r#"{{"handle":"{text}","refreshHash":"{text}"}}"#)
        })
        .collect();
    format!(
        r#"POST http://origin.test:8788/v1/sessions/confirm {{"sessions":[{}]}}"#,
        sessions.join(",")
    )
}

fn gone(sessions: &[SessionHandle]) -> OriginReply {
    let names: Vec<_> = sessions.iter().map(|session| format!("\"{session}\"")).collect();
    says(200, format!(r#"{{"gone":[{}]}}"#, names.join(",")))
}

fn over() -> OriginReply {
    let problem = r#""status":401,"code":"unauthorised","detail":"gone","errType":2000"#;
    says(401, format!("{{{problem},{BROWSER}}}"))
}

fn verified() -> OriginReply {
    says(200, r#"{"handle":"AAAAAAAAAAAAAAAAAAAAAA","userId":1,"expiresAt":2}"#)
}

/// What was asked, without bodies.
fn asked(bench: &Bench) -> Vec<String> {
    bench.asked().iter().map(|line| line.split(' ').take(2).collect::<Vec<_>>().join(" ")).collect()
}

#[test]
fn a_refreshed_token_is_confirmed_at_its_first_sight_on_every_kind_of_route_in_every_mode() {
    for mode in ["feed", "off"] {
        for (number, path) in
            [(1, "/auth/session"), (2, "/api/me"), (3, "/public/page"), (4, "/login")]
        {
            let bench = Bench::warm(&[("REVOCATION", mode)]);
            bench.origin_answers([gone(&[])]);

            for _ in 0..3 {
                bench.send("GET", path, refreshed(number));
            }

            assert_eq!(bench.asked(), [confirms(&[number])], "{mode} {path}");
        }
    }
}

#[test]
fn a_token_that_came_with_the_log_in_is_never_confirmed() {
    let bench = Bench::warm(&[]);
    assert_eq!(bench.own("GET", "/auth/session", session()).status, 200);
    assert_eq!(bench.own("GET", "/auth/session", carrying(&testing::refreshed(1, 0))).status, 200);
    assert_eq!(bench.asked(), [""; 0]);
}

#[test]
fn a_token_that_does_not_verify_confirms_nothing() {
    let bench = Bench::warm(&[]);
    let mut expired = testing::refreshed(1, 1);
    expired.expires_at = testing::NOW;
    let forged = wayleave_shared::sign::SigningKey::from_seed("k1".parse().unwrap(), &[8; 32])
        .sign(&testing::refreshed(1, 1))
        .unwrap();
    let forged =
        RequestHeaders { cookie: Some(format!("sAccessToken={forged}").into()), ..session() };
    for headers in [carrying(&expired), forged] {
        bench.app("GET", "/public/page", headers);
    }
    assert_eq!(bench.asked(), [""; 0]);
}

#[test]
fn another_token_of_the_same_refresh_token_confirms_nothing_new() {
    let bench = Bench::warm(&[]);
    bench.origin_answers([gone(&[])]);
    let later = AccessClaims { issued_at: testing::NOW, ..testing::refreshed(1, 1) };

    bench.own("GET", "/auth/session", refreshed(1));
    bench.own("GET", "/auth/session", carrying(&later));

    assert_eq!(bench.isolate.tokens.lock().len(), 2);
    assert_eq!(bench.asked(), [confirms(&[1])]);
}

#[test]
fn many_sessions_are_confirmed_in_one_call() {
    let (host, isolate) = crowd(40);
    *host.0.confirm.borrow_mut() = Some(gone(&[]));
    all_at_once(&host, &isolate, [session()]);
    assert_eq!(host.0.confirms.get(), 0);

    let requests = (0..300_u16).flat_map(|number| [one_of_many(number), one_of_many(number)]);
    let (statuses, took_ms) = all_at_once(&host, &isolate, requests);

    assert_eq!(count(&statuses, 200), 600);
    let bodies = host.0.confirmed.borrow();
    assert_eq!((host.0.confirms.get(), bodies.len()), (1, 1));
    let body: ConfirmSessions = serde_json::from_str(&bodies[0]).unwrap();
    assert_eq!(body.sessions.len(), 300);
    // Until the task has seen that nothing is left.
    assert!(took_ms <= u64::from(2 * COLLECT_MS) + 45, "{took_ms}");
}

#[test]
fn no_request_waits_for_a_confirmation() {
    let (host, isolate) = crowd(40);
    *host.0.confirm.borrow_mut() = Some(gone(&[]));
    all_at_once(&host, &isolate, [session()]);
    let request = RequestView::new("GET", "https://api.test/auth/session", refreshed(1));

    let reply = pin!(handle(&host, &isolate, &request));

    assert!(reply.poll(&mut Context::from_waker(Waker::noop())).is_ready());
    assert_eq!(host.0.confirms.get(), 0);
    all_at_once(&host, &isolate, []);
    assert_eq!(host.0.confirms.get(), 1);
}

#[test]
fn what_is_noted_a_moment_later_goes_into_the_same_call() {
    let (host, isolate) = crowd(40);
    *host.0.confirm.borrow_mut() = Some(gone(&[]));
    all_at_once(&host, &isolate, [session()]);
    let (task_host, task_isolate) = (host.clone(), Arc::clone(&isolate));
    host.run(async move {
        task_host.sleep(COLLECT_MS - 1).await;
        let request = RequestView::new("GET", "https://api.test/auth/session", refreshed(2));
        handle(&task_host, &task_isolate, &request).await;
    });

    all_at_once(&host, &isolate, [refreshed(1)]);

    let body: ConfirmSessions = serde_json::from_str(&host.0.confirmed.borrow()[0]).unwrap();
    assert_eq!((body.sessions.len(), host.0.confirms.get()), (2, 1));
}

#[test]
fn more_than_one_call_takes_goes_in_several_one_at_a_time() {
    let (host, isolate) = crowd(40);
    *host.0.confirm.borrow_mut() = Some(gone(&[]));
    all_at_once(&host, &isolate, [session()]);

    let many = u16::try_from(MAX_CONFIRMATIONS).unwrap() + 1;
    all_at_once(&host, &isolate, (0..many).map(one_of_many));

    let mut lengths: Vec<_> = host
        .0
        .confirmed
        .borrow()
        .iter()
        .map(|body| serde_json::from_str::<ConfirmSessions>(body).unwrap().sessions.len())
        .collect();
    lengths.sort_unstable();
    assert_eq!(lengths, [1, MAX_CONFIRMATIONS]);
    assert_eq!(host.0.most_running.get(), 1);
}

#[test]
fn a_confirmation_that_failed_is_logged_and_sent_with_a_later_request() {
    for (reply, reason) in [
        (Err(Outage::TimedOut), "the origin did not answer in time"),
        (
            says(404, r#"{"status":404,"code":"not_found","detail":""}"#),
            "the origin answered with an unexpected status 404",
        ),
        (
            says(400, r#"{"status":400,"code":"bad_request","detail":""}"#),
            "the origin answered with an unexpected status 400",
        ),
    ] {
        let bench = Bench::warm(&[("REVOCATION", "off")]);
        bench.origin_answers([reply]);
        assert_eq!(bench.own("GET", "/auth/session", refreshed(1)).status, 200, "it goes on");
        assert_eq!(bench.asked(), [confirms(&[1])]);
        assert_eq!(bench.reasons(), [reason]);

        bench.pass(COOLDOWN_MS - 1);
        for _ in 0..10 {
            assert_eq!(bench.own("GET", "/auth/session", refreshed(1)).status, 200);
        }
        assert_eq!(bench.asked(), [""; 0], "an origin that is away is not asked by every request");
        bench.pass(1);
        bench.origin_answers([gone(&[])]);
        // Anybody's request will do.
        bench.own("GET", "/auth/session", RequestHeaders::default());

        assert_eq!(bench.asked(), [confirms(&[1])]);
        bench.own("GET", "/auth/session", refreshed(1));
        assert_eq!((bench.asked().len(), bench.reasons().len()), (0, 0));
    }
}

#[test]
fn no_more_than_the_bound_waits_for_an_origin_that_is_away() {
    let bench = Bench::warm(&[("REVOCATION", "off")]);
    bench.origin_answers([Err(Outage::TimedOut)]);
    for number in 0..u16::try_from(MAX_WAITING).unwrap() + 100 {
        bench.own("GET", "/auth/session", one_of_many(number));
    }
    assert_eq!(bench.isolate.confirmations.lock().waiting(), MAX_WAITING);
    assert_eq!(bench.asked().len(), 1);
}

#[test]
fn a_session_that_turns_out_to_be_gone_is_refused_here_at_once() {
    let bench = Bench::warm(&[]);
    let session = testing::refreshed(1, 1).session;
    bench.origin_answers([gone(&[session]), over()]);
    assert_eq!(bench.own("GET", "/auth/session", refreshed(1)).status, 200);

    let answer = bench.own("GET", "/auth/session", refreshed(1));

    assert_eq!((answer.status, answer.all("set-cookie").count()), (401, 2));
    assert!(answer.body.contains(r#""code":"unauthorised""#), "{}", answer.body);
    bench.app("GET", "/public/page", refreshed(1));
    assert!(!bench.script.0.seen.take()[0].is_personal);
}

#[test]
fn a_client_that_goes_away_takes_no_confirmation_with_it() {
    let (host, isolate) = crowd(40);
    *host.0.confirm.borrow_mut() = Some(gone(&[]));
    all_at_once(&host, &isolate, [session()]);
    host.0.now_ms.set(2_500);
    let request = RequestView::new("GET", "https://api.test/auth/session", refreshed(1));
    {
        // Verifies the token, waits for the feed, and is dropped before it comes.
        let gone = pin!(handle(&host, &isolate, &request));
        assert!(gone.poll(&mut Context::from_waker(Waker::noop())).is_pending());
    }
    assert_eq!(isolate.confirmations.lock().waiting(), 1);

    all_at_once(&host, &isolate, [RequestHeaders::default()]);

    assert_eq!(host.0.confirms.get(), 1);
}

#[test]
fn signing_out_and_refreshing_confirm_nothing() {
    let bench = Bench::warm(&[]);
    bench.origin_answers([says(200, format!(r#"{{"revoked":true,{BROWSER}}}"#)), issued(200)]);

    assert_eq!(bench.own("POST", "/auth/signout", refreshed(1)).status, 200);
    assert_eq!(bench.own("POST", "/auth/session/refresh", refresh_cookie()).status, 200);
    bench.own("GET", "/auth/session", RequestHeaders::default());

    assert_eq!(bench.asked().len(), 2);
    assert_eq!(bench.isolate.confirmations.lock().waiting(), 0);
}

#[test]
fn a_sign_out_that_failed_leaves_the_confirmation_to_the_next_request() {
    let bench = Bench::warm(&[]);
    bench.origin_answers([Err(Outage::TimedOut), gone(&[])]);
    assert_eq!(bench.own("POST", "/auth/signout", refreshed(1)).status, 503);
    bench.asked();

    assert_eq!(bench.own("GET", "/auth/session", refreshed(1)).status, 200);

    assert_eq!(bench.asked(), [confirms(&[1])]);
}

#[test]
fn strict_the_question_about_the_session_has_confirmed_it() {
    let bench = Bench::warm(&[("REVOCATION", "strict")]);
    bench.origin_answers([verified(), verified()]);
    assert_eq!(bench.own("GET", "/auth/session", refreshed(1)).status, 200);
    assert_eq!(bench.own("GET", "/auth/session", refreshed(1)).status, 200);
    bench.own("GET", "/auth/session", RequestHeaders::default());
    assert_eq!(asked(&bench), [VERIFY; 2]);

    // Where the origin could not be asked, it is told later.
    bench.origin_answers([Err(Outage::TimedOut), gone(&[])]);
    assert_eq!(bench.own("GET", "/auth/session", refreshed(2)).status, 503);
    bench.asked();
    bench.own("GET", "/auth/session", RequestHeaders::default());
    assert_eq!(bench.asked(), [confirms(&[2])]);
}

#[test]
fn inline_the_first_request_with_a_refreshed_token_waits_for_the_origin_and_no_other() {
    for mode in ["feed", "off"] {
        let bench = Bench::warm(&[("CONFIRM", "inline"), ("REVOCATION", mode)]);
        bench.origin_answers([verified()]);

        assert_eq!(bench.own("GET", "/auth/session", refreshed(1)).status, 200);
        assert_eq!(asked(&bench), [VERIFY]);

        assert_eq!(bench.own("GET", "/auth/session", refreshed(1)).status, 200);
        bench.app("GET", "/api/me", refreshed(1));
        assert_eq!(bench.own("GET", "/auth/session", session()).status, 200);
        assert_eq!(bench.asked(), [""; 0], "{mode}");
    }
}

#[test]
fn inline_a_session_that_is_gone_is_unauthorised_with_the_lines_that_clear_its_cookies() {
    let bench = Bench::warm(&[("CONFIRM", "inline"), ("REVOCATION", "off")]);
    bench.origin_answers([over(), over()]);

    for _ in 0..2 {
        let answer = bench.own("GET", "/api/me", refreshed(1));
        assert_eq!(answer.status, 401);
        assert!(answer.body.contains(r#""code":"unauthorised""#), "{}", answer.body);
        assert_eq!(answer.all("set-cookie").collect::<Vec<_>>(), ["a=1; Path=/", "b=2; Path=/"]);
    }

    assert_eq!(asked(&bench), [VERIFY; 2], "what was refused is not confirmed");
    assert_eq!(bench.script.0.seen.take(), [], "the app never sees such a request");
}

#[test]
fn inline_without_the_origin_is_503_and_touches_no_cookie() {
    let bench = Bench::warm(&[("CONFIRM", "inline"), ("REVOCATION", "off")]);
    bench.origin_answers([Err(Outage::TimedOut), verified()]);

    let answer = bench.own("GET", "/api/me", refreshed(1));

    assert_eq!((answer.status, answer.header("retry-after")), (503, Some("1")));
    assert_eq!((answer.header("set-cookie"), answer.header("front-token")), (None, None));
    // Nobody else's request asks for it: the session's own next one does.
    bench.own("GET", "/auth/session", RequestHeaders::default());
    bench.app("GET", "/api/me", refreshed(1));
    assert_eq!(asked(&bench), [VERIFY; 2]);
}

#[test]
fn inline_a_public_path_is_reached_without_a_session_that_is_gone_or_cannot_be_confirmed() {
    let bench = Bench::warm(&[("CONFIRM", "inline"), ("REVOCATION", "off")]);
    bench.origin_answers([over(), Err(Outage::TimedOut), verified()]);

    for _ in 0..4 {
        bench.app("GET", "/public/page", refreshed(1));
    }

    let personal: Vec<_> = bench.script.0.seen.take().iter().map(|seen| seen.is_personal).collect();
    assert_eq!(personal, [false, false, true, true]);
    assert_eq!(asked(&bench), [VERIFY; 3]);
}

#[test]
fn inline_session_data_waits_too_for_reading_it_confirms_nothing() {
    let bench = Bench::warm(&[("CONFIRM", "inline")]);
    bench.origin_answers([verified(), says(200, r#"{"version":0}"#)]);

    assert_eq!(bench.own("GET", "/auth/session/data", refreshed(1)).status, 200);

    assert_eq!(asked(&bench).len(), 2);
    assert!(bench.isolate.confirmations.lock().is_confirmed(wayleave_shared::wire::Confirmation {
        handle: testing::refreshed(1, 1).session,
        refresh_hash: testing::refreshed(1, 1).refresh_hash,
    }));
}
