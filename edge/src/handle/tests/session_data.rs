//! Session data goes to the origin and comes from there.

use super::*;

#[test]
fn session_data_costs_one_call_each() {
    let bench = Bench::warm(&[("SESSION_DATA_ACCESS", "read-write")]);
    bench.origin_answers([
        says(200, r#"{"data":{"n":1.0},"version":3}"#),
        says(200, r#"{"version":4}"#),
        says(200, r#"{"version":5}"#),
    ]);
    let url = format!("http://origin.test:8788/v1/sessions/{}/data", testing::claims().session);

    let read = bench.own("GET", "/auth/session/data", session());
    let written = bench.own("PUT", "/auth/session/data", session());
    let patched = bench.own("PATCH", "/auth/session/data", merge_patch());

    assert_eq!(
        (read.status, read.body.as_str(), read.header("etag")),
        (200, r#"{"data":{"n":1.0},"version":3}"#, Some("\"3\""))
    );
    assert_eq!(
        (written.status, written.body.as_str(), written.header("etag")),
        (200, r#"{"version":4}"#, Some("\"4\""))
    );
    assert_eq!(
        (patched.status, patched.body.as_str(), patched.header("etag")),
        (200, r#"{"version":5}"#, Some("\"5\""))
    );
    let asked = ["GET", "PUT", "PATCH"].map(|method| format!("{method} {url}"));
    assert_eq!(bench.asked(), asked);
}

#[test]
fn a_body_that_is_too_large_or_no_json_never_reaches_the_origin() {
    let bench = Bench::warm(&[("SESSION_DATA_ACCESS", "read-write")]);
    let with =
        |content_type: Option<&'static str>, content_length: Option<&'static str>| RequestHeaders {
            content_type: content_type.map(Into::into),
            content_length: content_length.map(Into::into),
            ..session()
        };
    let json = Some("application/json");
    for (headers, body_bytes, status) in [
        (with(None, None), 2, 415),
        (with(Some("text/plain"), None), 2, 415),
        (with(json, Some("1049601")), 2, 413),
        (with(json, None), MAX_SESSION_DATA_BODY_BYTES + 1, 413),
        (with(json, Some("2")), MAX_SESSION_DATA_BODY_BYTES + 1, 413),
    ] {
        bench.script.0.body_bytes.set(body_bytes);
        assert_eq!(bench.own("PUT", "/auth/session/data", headers).status, status);
    }
    assert_eq!(bench.asked(), [""; 0]);

    bench.script.0.body_bytes.set(MAX_SESSION_DATA_BODY_BYTES);
    bench.origin_answers([says(200, r#"{"version":1}"#)]);
    assert_eq!(bench.own("PUT", "/auth/session/data", with(json, Some("1049600"))).status, 200);
}

#[test]
fn a_patch_is_a_merge_patch_and_another_media_type_is_told_so() {
    let bench = Bench::warm(&[("SESSION_DATA_ACCESS", "read-write")]);
    let with =
        |content_type: Option<&'static str>, content_length: Option<&'static str>| RequestHeaders {
            content_type: content_type.map(Into::into),
            content_length: content_length.map(Into::into),
            ..session()
        };
    for content_type in [None, Some("application/json"), Some("application/json-patch+json")] {
        let answer = bench.own("PATCH", "/auth/session/data", with(content_type, None));
        assert_eq!(
            (answer.status, answer.header("accept-patch")),
            (415, Some("application/merge-patch+json"))
        );
        assert_eq!(
            answer.body,
            r#"{"status":415,"code":"unsupported_media_type","detail":"the body must be application/merge-patch+json"}"#
        );
    }
    let patch = Some("application/merge-patch+json");
    let too_long = bench.own("PATCH", "/auth/session/data", with(patch, Some("1049601")));
    assert_eq!(too_long.status, 413);
    bench.script.0.body_bytes.set(MAX_SESSION_DATA_BODY_BYTES + 1);
    assert_eq!(bench.own("PATCH", "/auth/session/data", merge_patch()).status, 413);
    let replaced = bench.own("PUT", "/auth/session/data", merge_patch());
    assert_eq!((replaced.status, replaced.header("accept-patch")), (415, None));
    assert!(replaced.body.contains("the body must be application/json"), "{}", replaced.body);
    assert_eq!(bench.asked(), [""; 0]);
}

#[test]
fn a_patch_is_allowed_only_where_browsers_may_write() {
    for (access, status, allowed) in
        [("off", 404, None), ("read", 405, Some("GET, HEAD")), ("read-write", 200, None)]
    {
        let bench = Bench::warm(&[("SESSION_DATA_ACCESS", access)]);
        bench.origin_answers([says(200, r#"{"version":1}"#)]);
        let answer = bench.own("PATCH", "/auth/session/data", merge_patch());
        assert_eq!((answer.status, answer.header("allow")), (status, allowed), "{access}");
    }
}
