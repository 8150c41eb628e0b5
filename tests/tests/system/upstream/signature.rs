//! Whether the app can tell what came through the gateway: with the few lines of Python that docs/api.md has.

use super::{UpstreamTest, stage::Stage};
use serde_json::Value;
use std::{
    fs,
    io::Write,
    process::{Command, Stdio},
    sync::Arc,
};
use wayleave_dev::repository::Repository;

pub(super) fn all() -> Vec<UpstreamTest> {
    crate::upstream_tests![
        the_documented_lines_verify_what_the_app_sees,
        the_documented_lines_agree_with_the_published_vectors,
        no_client_can_bring_a_signature_along,
    ]
}

/// The `TRUST_KEY` of these gateways.
pub(super) const KEY: &str = "vutsrqponmlkjihgfedcba9876543210";

async fn the_documented_lines_verify_what_the_app_sees(stage: Arc<Stage>) {
    let alice =
        stage.user(r#"{"userId":"zo\u00eb","jwtPayload":{"name":"zo\u00eb", "n":1.0}}"#).await;
    let nobody = stage.visitor();
    for (visitor, path) in [
        (&alice, "/api/seen"),
        (&alice, "/api/%7Ex/seen?a=%20&b=c%2Fd&e"),
        (&alice, "/public/seen?"),
        (&nobody, "/public/seen?a=1"),
    ] {
        let seen = visitor.get(path).await.expect(200).json();
        let (method, headers) = (&seen["method"], &seen["headers"]);
        let target = target_of(&seen);
        assert!(verifies(KEY, method, &target, headers, None), "{path}: {seen}");

        // Nothing can be taken off, put on or changed.
        assert!(!verifies("other", method, &target, headers, None));
        assert!(!verifies(KEY, &"POST".into(), &target, headers, None));
        assert!(!verifies(KEY, method, &format!("{target}x"), headers, None));
        for name in ["x-wayleave-user-id", "x-wayleave-session", "x-wayleave-payload"] {
            let mut forged = headers.clone();
            forged[name] = "mallory".into();
            assert!(!verifies(KEY, method, &target, &forged, None), "{name}");
            if headers.get(name).is_some() {
                forged.as_object_mut().expect("headers are an object").remove(name);
                assert!(!verifies(KEY, method, &target, &forged, None), "without {name}");
            }
        }
    }
}

async fn the_documented_lines_agree_with_the_published_vectors(_: Arc<Stage>) {
    let file = repository().root().join("tests/gateway/signatures.json");
    let file: Value =
        serde_json::from_slice(&fs::read(file).expect("the vectors")).expect("vectors are JSON");
    let key = file["key"].as_str().expect("a key");
    let vectors = file["vectors"].as_array().expect("a list of vectors");
    assert!(!vectors.is_empty());
    for vector in vectors {
        let mut headers = serde_json::Map::new();
        for (member, name) in [
            ("signature", "x-wayleave-signature"),
            ("userId", "x-wayleave-user-id"),
            ("session", "x-wayleave-session"),
            ("payload", "x-wayleave-payload"),
        ] {
            if let Some(value) = vector.get(member) {
                headers.insert(name.to_owned(), value.clone());
            }
        }
        let target = vector["target"].as_str().expect("a target");
        let at = vector["at"].as_i64().expect("a time");
        let headers = Value::Object(headers);
        for (now, expected) in [(at, true), (at + 60, true), (at - 60, true), (at + 61, false)] {
            let verified = verifies(key, &vector["method"], target, &headers, Some(now));
            assert_eq!(verified, expected, "{} at {now}", vector["name"]);
        }
    }
}

async fn no_client_can_bring_a_signature_along(stage: Arc<Stage>) {
    let nobody = stage.visitor();
    let seen = nobody
        .get("/public/seen")
        .header("x-wayleave-signature", "v1,1,00")
        .header("x_wayleave_signature", "v1,1,00")
        .await
        .expect(200)
        .json();
    let signature = seen["headers"]["x-wayleave-signature"].as_str().expect("it is there");
    assert!(!signature.contains("v1,1,00"), "{signature}");
    assert!(seen["headers"].get("x_wayleave_signature").is_none());
}

/// What an app sees as the request's target.
fn target_of(seen: &Value) -> String {
    let url = seen["url"].as_str().expect("a URL");
    let after_scheme = url.split_once("://").map_or(url, |(_, rest)| rest);
    after_scheme.find('/').map_or_else(String::new, |start| after_scheme[start..].to_owned())
}

/// Whether the function that docs/api.md shows says that the request came through the gateway.
fn verifies(key: &str, method: &Value, target: &str, headers: &Value, now: Option<i64>) -> bool {
    let input = serde_json::json!([key, method, target, headers, now]);
    let program = format!(
        "{}\nimport json, sys\nkey, method, target, headers, now = json.load(sys.stdin)\n\
         if now is not None:\n    time.time = lambda: now\n\
         print(came_through_the_gateway(key, method, target, headers))",
        documented()
    );
    let mut child = Command::new("python3")
        .args(["-I", "-c", &program])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("Python runs");
    let mut to_child = child.stdin.take().expect("its input is a pipe");
    to_child.write_all(input.to_string().as_bytes()).expect("Python reads");
    drop(to_child);
    let output = child.wait_with_output().expect("Python ends");
    assert!(output.status.success(), "Python failed");
    match String::from_utf8_lossy(&output.stdout).trim() {
        "True" => true,
        "False" => false,
        other => panic!("the documented function said {other:?}"),
    }
}

/// The only Python in docs/api.md.
fn documented() -> String {
    let document =
        fs::read_to_string(repository().root().join("docs/api.md")).expect("docs/api.md");
    let (_, rest) = document.split_once("```python\n").expect("docs/api.md has an example");
    let (program, _) = rest.split_once("```").expect("the example ends");
    program.to_owned()
}

fn repository() -> Repository {
    Repository::of_this_program().expect("the repository of this test")
}
