use super::*;
use axum::{Router, body::Body, routing::get};
use http::{HeaderName, HeaderValue, Request};
use serde::Deserialize;
use tower::ServiceExt;

#[derive(Deserialize)]
struct Vectors {
    key: String,
    vectors: Vec<Vector>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Vector {
    name: String,
    at: u64,
    method: String,
    target: String,
    user_id: Option<String>,
    session: Option<String>,
    payload: Option<String>,
    signature: String,
}

impl Vector {
    fn headers(&self) -> HeaderMap {
        let lines = [
            (USER, self.user_id.as_deref()),
            (SESSION, self.session.as_deref()),
            (PAYLOAD, self.payload.as_deref()),
            (SIGNATURE, Some(self.signature.as_str())),
        ];
        headers(lines.into_iter().filter_map(|(name, value)| Some((name, value?))))
    }
}

fn vectors() -> Vectors {
    serde_json::from_str(include_str!("../../../tests/gateway/signatures.json")).unwrap()
}

fn headers<'line>(lines: impl IntoIterator<Item = (&'static str, &'line str)>) -> HeaderMap {
    let mut headers = HeaderMap::new();
    for (name, value) in lines {
        headers.append(HeaderName::from_static(name), HeaderValue::try_from(value).unwrap());
    }
    headers
}

fn trust(keys: &[&str], at: u64) -> GatewayTrust {
    let now = UnixSeconds(at).milliseconds();
    GatewayTrust::signed(keys.iter().copied()).unwrap().clock(move || now)
}

fn by_network(lines: &[(&'static str, &str)]) -> Option<Trusted> {
    let headers = headers(lines.iter().copied());
    GatewayTrust::by_network().session("GET", "/", &headers).unwrap()
}

const HANDLE: &str = "K9GCN3jbdgcHBwcHBwcHBw";
const USER: &str = "x-wayleave-user-id";
const SESSION: &str = "x-wayleave-session";
const PAYLOAD: &str = "x-wayleave-payload";
const OTHER_KEY: &str = "vutsrqponmlkjihgfedcba9876543210";

#[test]
fn every_published_signature_is_believed_by_its_key_alone() {
    let Vectors { key, vectors } = vectors();
    assert!(vectors.len() >= 5);
    for vector in vectors {
        let headers = vector.headers();
        let session = |keys: &[&str]| {
            trust(keys, vector.at).session(&vector.method, &vector.target, &headers)
        };

        let found = session(&[&key]).unwrap();
        assert_eq!(found.is_some(), vector.session.is_some(), "{}", vector.name);
        let id = found.as_ref().map(|session| session.user_id.to_text());
        assert_eq!(id, vector.user_id, "{}", vector.name);
        assert_eq!(session(&[OTHER_KEY, &key]).unwrap(), found, "{}", vector.name);
        assert_eq!(session(&[OTHER_KEY]), Err(NotTrusted::NotSigned), "{}", vector.name);
    }
}

#[test]
fn whatever_is_changed_of_a_signed_request_is_not_believed() {
    let Vectors { key, vectors } = vectors();
    let vector = vectors.into_iter().find(|vector| vector.payload.is_some()).unwrap();
    let trust = trust(&[&key], vector.at);
    let session = |change: &dyn Fn(&mut HeaderMap)| {
        let mut headers = vector.headers();
        change(&mut headers);
        trust.session(&vector.method, &vector.target, &headers)
    };
    let set = |name: &'static str, value: &'static str| {
        move |headers: &mut HeaderMap| {
            headers.insert(name, HeaderValue::from_static(value));
        }
    };
    assert!(session(&|_| ()).is_ok());
    let changes: [&dyn Fn(&mut HeaderMap); 10] = [
        &set(USER, "bob"),
        &set(SESSION, "AAAAAAAAAAAAAAAAAAAAAA"),
        &set(PAYLOAD, "{}"),
        &set(SIGNATURE, ""),
        &set(SIGNATURE, "v1,1700000000"),
        &set(SIGNATURE, "v2,1700000000,00"),
        &|headers| {
            headers.remove(PAYLOAD);
        },
        &|headers| {
            headers.remove(SIGNATURE);
        },
        &|headers| {
            headers.append(SIGNATURE, HeaderValue::from_static("v1,1,00"));
        },
        &|headers| {
            headers.append(USER, HeaderValue::from_static("bob"));
        },
    ];
    for (number, change) in changes.iter().enumerate() {
        assert_eq!(session(change), Err(NotTrusted::NotSigned), "change {number}");
    }
    let headers = vector.headers();
    let other_method = trust.session("DELETE", &vector.target, &headers);
    let other_target = trust.session(&vector.method, "/api/other", &headers);
    assert_eq!(
        (other_method, other_target),
        (Err(NotTrusted::NotSigned), Err(NotTrusted::NotSigned))
    );
}

#[test]
fn a_signature_is_believed_for_a_minute() {
    let Vectors { key, vectors } = vectors();
    let vector = &vectors[0];
    for (now, is_believed) in [
        (vector.at - 61, false),
        (vector.at - 60, true),
        (vector.at + 60, true),
        (vector.at + 61, false),
    ] {
        let found = trust(&[&key], now).session(&vector.method, &vector.target, &vector.headers());
        assert_eq!(found.is_ok(), is_believed, "{now}");
    }
}

#[test]
fn a_key_that_can_be_guessed_is_none() {
    for keys in [&["short"][..], &["0123456789abcdefghijklmnopqrstu "], &[OTHER_KEY, ""], &[]] {
        assert_eq!(GatewayTrust::signed(keys.iter().copied()).err(), Some(InvalidTrustKey));
    }
    let shown = format!("{:?}", GatewayTrust::signed([OTHER_KEY]).unwrap());
    assert_eq!(shown, "GatewayTrust(1 keys)");
}

#[test]
fn what_the_headers_say_keeps_its_type_and_its_letters() {
    for (id, json) in [("1", "1"), (r#""1""#, r#""1""#), (r#""Zo\u00eb""#, r#""Zoë""#)] {
        let session = by_network(&[(USER, id), (SESSION, HANDLE), (PAYLOAD, "null")]).unwrap();

        assert_eq!(serde_json::to_string(&session.user_id).unwrap(), json);
        assert_eq!(session.handle.to_string(), HANDLE);
        assert_eq!(session.jwt_payload.unwrap().text(), "null");
    }
    assert_eq!(by_network(&[(USER, "1"), (SESSION, HANDLE)]).unwrap().jwt_payload, None);
}

#[test]
fn headers_that_are_not_whole_are_no_session() {
    for lines in [
        &[][..],
        &[(USER, "1")],
        &[(SESSION, HANDLE)],
        &[(USER, ""), (SESSION, HANDLE)],
        &[(USER, "1"), (USER, "2"), (SESSION, HANDLE)],
        &[(USER, "1"), (SESSION, "../../v1/users/1/sessions")],
        &[(USER, "1"), (SESSION, HANDLE), (PAYLOAD, "{")],
        &[(USER, "1"), (SESSION, HANDLE), (PAYLOAD, "1"), (PAYLOAD, "2")],
    ] {
        assert_eq!(by_network(lines), None, "{lines:?}");
    }
}

#[tokio::test]
async fn a_handler_is_reached_by_what_was_signed_also_where_it_is_nested() {
    let Vectors { key, vectors } = vectors();
    let vector = vectors.iter().find(|vector| vector.target.starts_with("/api/me")).unwrap();
    let me = Router::new()
        .route("/me", get(async |session: Trusted| session.user_id.to_text()))
        .route("/perhaps", get(async |session: Option<Trusted>| session.is_some().to_string()));
    let app: Router = Router::new().nest("/api", me).with_state(trust(&[&key], vector.at));
    let send = async |target: &str, headers: HeaderMap| {
        let mut request = Request::get(target).body(Body::empty()).unwrap();
        *request.headers_mut() = headers;
        app.clone().oneshot(request).await.unwrap().status().as_u16()
    };

    assert_eq!(send(&vector.target, vector.headers()).await, 200);
    assert_eq!(send("/api/me", HeaderMap::new()).await, 401);
    assert_eq!(send("/api/perhaps", HeaderMap::new()).await, 401, "it is not the gateway's");
}
