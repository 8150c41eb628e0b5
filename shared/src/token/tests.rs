use super::{jws::StrictEd25519, *};
use crate::{
    anti_csrf::AntiCsrfToken, claims::RefreshHashPrefix, json::Json, key_set::KeyId,
    session_handle::SessionHandle, sign, user_id::UserId,
};
use base64ct::{Base64UrlUnpadded, Encoding};

const NOW: UnixSeconds = UnixSeconds(1_700_000_000);

fn key() -> sign::SigningKey {
    sign::SigningKey::from_seed("k1".parse().unwrap(), &[7; 32])
}

fn keys() -> KeySet {
    KeySet::new(vec![(key().id().clone(), key().public_key())])
}

fn policy() -> TokenPolicy {
    TokenPolicy { issuer: "https://id.example".to_owned(), audience: None, max_validity_s: 3600 }
}

fn claims() -> AccessClaims {
    AccessClaims {
        issuer: "https://id.example".to_owned(),
        audience: None,
        user_id: UserId::integer(1).unwrap(),
        session: SessionHandle::from_bytes([2; 16]),
        issued_at: NOW,
        expires_at: UnixSeconds(NOW.0 + 3600),
        anti_csrf: Some(AntiCsrfToken::from_bytes([3; 16])),
        refresh_hash: RefreshHashPrefix([4; 16]),
        generation: 5,
        payload: Some(Json::parse(r#"{"role":"admin","n":1.0}"#).unwrap()),
    }
}

fn check(token: &str) -> Result<VerifiedToken, TokenRefusal> {
    verify(token, &keys(), &policy(), NOW)
}

fn refusal(token: &str) -> TokenRefusal {
    check(token).unwrap_err()
}

/// A token with any header and claims, properly signed.
fn signed(header: &str, claims: &str) -> String {
    let message = format!(
        "{}.{}",
        Base64UrlUnpadded::encode_string(header.as_bytes()),
        Base64UrlUnpadded::encode_string(claims.as_bytes())
    );
    let signing_key = ed25519_dalek::SigningKey::from_bytes(&key().seed());
    let signature = jwt_compact::Algorithm::sign(&StrictEd25519, &signing_key, message.as_bytes());
    format!("{message}.{}", Base64UrlUnpadded::encode_string(&signature.to_bytes()))
}

const HEADER: &str = r#"{"alg":"EdDSA","typ":"at+jwt","kid":"k1"}"#;

fn claims_json() -> String {
    serde_json::to_string(&claims()).unwrap()
}

#[test]
fn a_signed_token_gives_back_what_was_signed() {
    let token = key().sign(&claims()).unwrap();

    let verified = check(&token).unwrap();

    let read = verified.claims();
    assert_eq!(read.user_id, UserId::integer(1).unwrap());
    assert_eq!(read.session, SessionHandle::from_bytes([2; 16]));
    assert_eq!(read.generation, 5);
    assert_eq!(read.payload.as_ref().unwrap().text(), r#"{"role":"admin","n":1.0}"#);
    assert!(read.anti_csrf.as_ref().unwrap().matches("AwMDAwMDAwMDAwMDAwMDAw"));
}

#[test]
fn payload_absent_and_null_stay_apart_inside_the_token() {
    for payload in
        [None, Some("null"), Some("false"), Some("0"), Some("\"\""), Some("[]"), Some("{}")]
    {
        let payload = payload.map(|text| Json::parse(text).unwrap());
        let token = key().sign(&AccessClaims { payload: payload.clone(), ..claims() }).unwrap();
        assert_eq!(check(&token).unwrap().claims().payload, payload);
    }
}

#[test]
fn a_token_is_valid_up_to_but_not_at_its_end() {
    let token = key().sign(&claims()).unwrap();
    let at = |now| verify(&token, &keys(), &policy(), UnixSeconds(now)).map(|_| ());

    assert_eq!(at(NOW.0 + 3599), Ok(()));
    assert_eq!(at(NOW.0 + 3600), Err(TokenRefusal::Expired));
    assert_eq!(at(NOW.0 - 60), Ok(()));
    assert_eq!(at(NOW.0 - 61), Err(TokenRefusal::IssuedInFuture));
}

#[test]
fn an_expired_token_still_names_its_session_and_a_foreign_one_never_does() {
    let token = key().sign(&claims()).unwrap();
    let foreign = sign::SigningKey::from_seed("k1".parse().unwrap(), &[8; 32]);
    let foreign = foreign.sign(&claims()).unwrap();
    let of = |token: &str, now| session_of(token, &keys(), &policy(), UnixSeconds(now));

    assert_eq!(of(&token, NOW.0 + 3600), Some(claims().session));
    assert_eq!(of(&token, NOW.0 - 61), None);
    assert_eq!(of(&foreign, NOW.0), None);
}

#[test]
fn every_bit_flip_of_a_token_is_refused() {
    let token = key().sign(&claims()).unwrap();

    for index in 0..token.len() {
        for bit in 0..7 {
            let mut bytes = token.clone().into_bytes();
            bytes[index] ^= 1 << bit;
            let flipped = String::from_utf8(bytes).unwrap();
            assert!(check(&flipped).is_err(), "byte {index}, bit {bit}");
        }
    }
}

#[test]
fn header_and_shape_refusals_are_exact() {
    let claims = claims_json();
    for (header, expected) in [
        (r#"{"alg":"none","typ":"at+jwt","kid":"k1"}"#, TokenRefusal::WrongAlgorithm),
        (r#"{"alg":"HS256","typ":"at+jwt","kid":"k1"}"#, TokenRefusal::WrongAlgorithm),
        (r#"{"alg":"eddsa","typ":"at+jwt","kid":"k1"}"#, TokenRefusal::WrongAlgorithm),
        (r#"{"alg":"EdDSA","typ":"JWT","kid":"k1"}"#, TokenRefusal::WrongType),
        (r#"{"alg":"EdDSA","typ":"at+jwt","kid":"k2"}"#, TokenRefusal::UnknownKey),
        (r#"{"alg":"EdDSA","typ":"at+jwt"}"#, TokenRefusal::HeaderMalformed),
        (r#"{"alg":"EdDSA","kid":"k1"}"#, TokenRefusal::HeaderMalformed),
        (r#"{"alg":"EdDSA","typ":"at+jwt","kid":"k1","kid":"k1"}"#, TokenRefusal::HeaderMalformed),
        (
            r#"{"alg":"EdDSA","typ":"at+jwt","kid":"k1","crit":["b64"]}"#,
            TokenRefusal::HeaderMalformed,
        ),
        (r#"{"alg":"EdDSA","typ":"at+jwt","kid":"k1","jwk":{}}"#, TokenRefusal::HeaderMalformed),
        (r#"{"alg":"EdDSA","typ":"at+jwt","kid":1}"#, TokenRefusal::HeaderMalformed),
        (r#"{"alg":"EdDSA","typ":"at+jwt","kid":"k1"} {}"#, TokenRefusal::HeaderMalformed),
        ("[]", TokenRefusal::HeaderMalformed),
        (r#"["EdDSA","at+jwt","k1"]"#, TokenRefusal::HeaderMalformed),
        ("", TokenRefusal::Malformed),
    ] {
        assert_eq!(refusal(&signed(header, &claims)), expected, "{header}");
    }
}

#[test]
fn claims_refusals_are_exact() {
    let good = claims_json();
    for (from, to, expected) in [
        (r#""gen":5"#, r#""gen":5,"gen":5"#, TokenRefusal::ClaimsMalformed),
        (r#""gen":5"#, r#""gen":5,"nbf":1"#, TokenRefusal::ClaimsMalformed),
        (r#""iat":1700000000"#, r#""iat":1700000000.0"#, TokenRefusal::ClaimsMalformed),
        (r#""iat":1700000000"#, r#""iat":"1700000000""#, TokenRefusal::ClaimsMalformed),
        (r#""iat":1700000000"#, r#""iat":-1"#, TokenRefusal::ClaimsMalformed),
        (r#""iat":1700000000,"#, "", TokenRefusal::ClaimsMalformed),
        (r#""exp":1700003600,"#, "", TokenRefusal::ClaimsMalformed),
        (r#""exp":1700003600"#, r#""exp":1e400"#, TokenRefusal::ClaimsMalformed),
        (r#""exp":1700003600"#, r#""exp":9007199254740993"#, TokenRefusal::ClaimsMalformed),
        (r#""exp":1700003600"#, r#""exp":1699999999"#, TokenRefusal::ClaimsMalformed),
        (r#""exp":1700003600"#, r#""exp":1700003601"#, TokenRefusal::ValidityTooLong),
        (r#""sub":1"#, r#""sub":"""#, TokenRefusal::ClaimsMalformed),
        (r#""sub":1"#, r#""sub":null"#, TokenRefusal::ClaimsMalformed),
        ("https://id.example", "https://id.example/", TokenRefusal::WrongIssuer),
        (r#"{"role":"admin","n":1.0}"#, "[[[[[[[]]]]]]]", TokenRefusal::Expired),
        (r#"{"role":"admin","n":1.0}"#, "[[[[[[[[]]]]]]]]", TokenRefusal::ClaimsMalformed),
    ] {
        let changed = good.replace(from, to);
        assert_ne!(changed, good, "{from} is not in the claims");
        let token = signed(HEADER, &changed);
        // Nesting of seven inside the claims object is the deepest accepted: shown by how far it gets.
        let now = if expected == TokenRefusal::Expired { UnixSeconds(NOW.0 + 3600) } else { NOW };
        assert_eq!(verify(&token, &keys(), &policy(), now).unwrap_err(), expected, "{to}");
    }
}

#[test]
fn a_token_is_for_its_audience_and_for_nobody_else() {
    let policy_of =
        |audience: Option<&str>| TokenPolicy { audience: audience.map(str::to_owned), ..policy() };
    let token_for = |audience: Option<&str>| {
        key().sign(&AccessClaims { audience: audience.map(str::to_owned), ..claims() }).unwrap()
    };
    for (meant, demanded, expected) in [
        (None, None, Ok(())),
        (Some("app"), Some("app"), Ok(())),
        (Some("app"), Some("App"), Err(TokenRefusal::WrongAudience)),
        (Some("app"), None, Err(TokenRefusal::WrongAudience)),
        (None, Some("app"), Err(TokenRefusal::WrongAudience)),
    ] {
        let verdict = verify(&token_for(meant), &keys(), &policy_of(demanded), NOW);
        assert_eq!(verdict.map(|_| ()), expected, "{meant:?} {demanded:?}");
    }
}

#[test]
fn other_spellings_of_a_valid_token_are_refused() {
    let token = signed(HEADER, &claims_json());
    check(&token).unwrap();
    for other in [
        format!(" {token}"),
        format!("{token} "),
        format!("{token}\n"),
        format!("{token}="),
        format!("{token}."),
        format!(".{token}"),
        token.replace('.', ".."),
        token.replacen('.', "=.", 1),
    ] {
        assert_eq!(refusal(&other), TokenRefusal::Malformed, "{other}");
    }
}

#[test]
fn a_token_is_refused_unread_when_it_is_too_large() {
    let at_limit = "a".repeat(MAX_TOKEN_BYTES);
    assert_eq!(refusal(&at_limit), TokenRefusal::Malformed);
    assert_eq!(refusal(&format!("{at_limit}a")), TokenRefusal::TooLarge);
}

#[test]
fn another_key_under_the_same_id_does_not_verify() {
    let other = sign::SigningKey::from_seed("k1".parse::<KeyId>().unwrap(), &[8; 32]);
    assert_eq!(refusal(&other.sign(&claims()).unwrap()), TokenRefusal::BadSignature);
}
