//! `alg`, `typ` and `kid`, and nothing else.

use crate::{
    file::VectorFile,
    forge::{
        Members, claims, encode, foreign_key, header, key, key_set, message, published, signed,
        signed_by, with_signature,
    },
};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use wayleave_shared::token::TokenRefusal::{
    BadSignature, HeaderMalformed, Malformed, UnknownKey, WrongAlgorithm, WrongType,
};

pub(crate) fn file() -> VectorFile {
    let mut file = VectorFile::new(
        "header",
        "The header is exactly alg EdDSA, typ at+jwt and a kid. Where it does not say otherwise, the signature is good.",
        &key_set(),
    );
    good(&mut file);
    algorithm(&mut file);
    algorithm_and_signature(&mut file);
    kind(&mut file);
    key_id(&mut file);
    further_members(&mut file);
    not_an_object(&mut file);
    file
}

fn token(header: &Members) -> String {
    signed(header.text(), claims().text())
}

fn good(file: &mut VectorFile) {
    file.accept("a good header", token(&header()));
    let turned = header().without("alg").and("alg", "\"EdDSA\"");
    file.accept("members in another order", token(&turned));
    file.accept(
        "white space between members, signed so",
        signed(header().text().replace(',', " ,\n\t"), claims().text()),
    );
}

fn algorithm(file: &mut VectorFile) {
    for name in [
        "none", "None", "NONE", "nOnE", "", "eddsa", "EDDSA", "EdDSA ", " EdDSA", "Ed25519",
        "Ed448", "HS256", "HS384", "HS512", "RS256", "PS256", "ES256", "ES256K", "ES384", "ES512",
        "dir", "A256GCM",
    ] {
        let other = header().with("alg", &format!("\"{name}\""));
        file.refuse(WrongAlgorithm, format!("alg {name:?}"), token(&other));
    }
    for value in ["null", "0", "true", "[]", "[\"EdDSA\"]", "{}"] {
        file.refuse(HeaderMalformed, format!("alg {value}"), token(&header().with("alg", value)));
    }
    file.refuse(HeaderMalformed, "no alg", token(&header().without("alg")));
    file.refuse(HeaderMalformed, "alg twice, the same", token(&header().and("alg", "\"EdDSA\"")));
    file.refuse(HeaderMalformed, "alg twice, none last", token(&header().and("alg", "\"none\"")));
    file.refuse(
        HeaderMalformed,
        "alg twice, none first",
        token(&header().with("alg", "\"none\"").and("alg", "\"EdDSA\"")),
    );
    file.refuse(
        HeaderMalformed,
        "alg twice, once with an escape",
        token(&header().and("\\u0061lg", "\"EdDSA\"")),
    );
    file.refuse(
        HeaderMalformed,
        "alg with an escape in its value",
        token(&header().with("alg", "\"\\u0045dDSA\"")),
    );
    file.refuse(HeaderMalformed, "ALG beside alg", token(&header().and("ALG", "\"EdDSA\"")));
}

fn algorithm_and_signature(file: &mut VectorFile) {
    let message_of = |algorithm: &str| {
        let header = header().with("alg", &format!("\"{algorithm}\"")).text();
        format!("{}.{}", encode(header.as_bytes()), encode(claims().text().as_bytes()))
    };
    file.refuse(Malformed, "alg none without a signature", format!("{}.", message_of("none")));
    file.refuse(
        WrongAlgorithm,
        "alg none with a signature of zeros",
        with_signature(&message_of("none"), &[0; 64]),
    );
    let public_key = key().verifying_key();
    let as_text = encode(public_key.as_bytes());
    for (name, secret) in [
        ("the public key's bytes", &public_key.as_bytes()[..]),
        ("the public key's text", as_text.as_bytes()),
    ] {
        let message = message_of("HS256");
        let tag = authentication_code(secret, message.as_bytes());
        let twice = [tag, tag].concat();
        file.refuse(
            Malformed,
            format!("HS256 with {name} as its secret"),
            with_signature(&message, &tag),
        );
        file.refuse(
            WrongAlgorithm,
            format!("HS256 with {name} as its secret, as long as a signature"),
            with_signature(&message, &twice),
        );
        let tag = authentication_code(secret, crate::forge::message().as_bytes());
        file.refuse(
            BadSignature,
            format!("an authentication code with {name} as its secret for a signature"),
            with_signature(&message_of("EdDSA"), &[tag, tag].concat()),
        );
    }
    file.refuse(
        BadSignature,
        "the header's alg changed to none and back, signature of zeros",
        with_signature(&message(), &[0; 64]),
    );
}

fn authentication_code(secret: &[u8], message: &[u8]) -> [u8; 32] {
    let mut code = Hmac::<Sha256>::new_from_slice(secret).unwrap();
    code.update(message);
    code.finalize().into_bytes().into()
}

fn kind(file: &mut VectorFile) {
    for name in [
        "JWT",
        "jwt",
        "at+JWT",
        "AT+JWT",
        "at+jwt ",
        "application/at+jwt",
        "",
        "at",
        "id+jwt",
        "rt+jwt",
        "refresh+jwt",
        "csrf+jwt",
        "wayleave-feed+jwt",
        "wlf+jwt",
        "dpop+jwt",
        "logout+jwt",
        "secevent+jwt",
        "token-introspection+jwt",
        "JOSE",
        "JOSE+JSON",
    ] {
        let other = header().with("typ", &format!("\"{name}\""));
        file.refuse(WrongType, format!("typ {name:?}"), token(&other));
    }
    for value in ["null", "1", "false", "[\"at+jwt\"]", "{\"at+jwt\":1}"] {
        file.refuse(HeaderMalformed, format!("typ {value}"), token(&header().with("typ", value)));
    }
    file.refuse(HeaderMalformed, "no typ", token(&header().without("typ")));
    file.refuse(HeaderMalformed, "typ twice", token(&header().and("typ", "\"at+jwt\"")));
    file.refuse(
        HeaderMalformed,
        "typ with an escape in its value",
        token(&header().with("typ", "\"at\\u002bjwt\"")),
    );
}

fn key_id(file: &mut VectorFile) {
    let longest = "k".repeat(64);
    for name in ["k2", "K1", "k", "k11", "-", "_", longest.as_str()] {
        let other = header().with("kid", &format!("\"{name}\""));
        file.refuse(UnknownKey, format!("unknown kid {name}"), token(&other));
    }
    let too_long = "k".repeat(65);
    for name in [
        "",
        " ",
        "k1 ",
        " k1",
        "../k1",
        "k/1",
        "k.1",
        "k:1",
        "*",
        "%",
        "k1;",
        "k1'--",
        "ключ",
        "k１",
        too_long.as_str(),
    ] {
        let other = header().with("kid", &format!("\"{name}\""));
        file.refuse(HeaderMalformed, format!("kid that could be none: {name:?}"), token(&other));
    }
    for value in [
        "null",
        "1",
        "true",
        "[]",
        "[\"k1\"]",
        "{\"k1\":1}",
        "\"\\u006b1\"",
        "\"k1\\u0000\"",
        "\"\\n\"",
        "\"k\\\"1\"",
    ] {
        file.refuse(HeaderMalformed, format!("kid {value}"), token(&header().with("kid", value)));
    }
    file.refuse(HeaderMalformed, "no kid", token(&header().without("kid")));
    file.refuse(HeaderMalformed, "kid twice, the same", token(&header().and("kid", "\"k1\"")));
    file.refuse(HeaderMalformed, "kid twice, unknown last", token(&header().and("kid", "\"k2\"")));
}

fn further_members(file: &mut VectorFile) {
    let own_key = published("k1", &foreign_key()).to_string();
    let carried = header().and("jwk", &own_key).text();
    file.refuse(
        HeaderMalformed,
        "jwk with the key that signed",
        signed_by(&foreign_key(), carried, claims().text()),
    );
    for (name, value) in [
        ("crit", "[]"),
        ("crit", "[\"exp\"]"),
        ("crit", "[\"b64\"]"),
        ("crit", "null"),
        ("b64", "true"),
        ("b64", "false"),
        ("jwk", "null"),
        ("jwk", "{}"),
        ("jwk", own_key.as_str()),
        ("jku", "\"https://id.example/.well-known/jwks.json\""),
        ("jku", "\"https://evil.example/jwks.json\""),
        ("x5u", "\"https://evil.example/chain.pem\""),
        ("x5c", "[]"),
        ("x5c", "[\"MIIB\"]"),
        ("x5t", "\"AAAA\""),
        ("x5t#S256", "\"AAAA\""),
        ("zip", "\"DEF\""),
        ("zip", "null"),
        ("cty", "\"JWT\""),
        ("enc", "\"A256GCM\""),
        ("epk", "{}"),
        ("apu", "\"AAAA\""),
        ("p2c", "1000000000"),
        ("url", "\"https://id.example/\""),
        ("nonce", "\"1\""),
        ("iss", "\"https://id.example\""),
        ("exp", "1700003600"),
        ("svt", "[]"),
        ("__proto__", "{\"alg\":\"none\"}"),
        ("", "1"),
        ("x", "1"),
    ] {
        let shown: String = value.chars().take(40).collect();
        file.refuse(
            HeaderMalformed,
            format!("{name:?} beside the others: {shown}"),
            token(&header().and(name, value)),
        );
    }
    let plain = header().and("b64", "false").and("crit", "[\"b64\"]").text();
    file.refuse(
        HeaderMalformed,
        "crit with b64 false, as RFC 7797 has it",
        signed(plain, claims().text()),
    );
}

fn not_an_object(file: &mut VectorFile) {
    let text = header().text();
    for (name, other) in [
        ("an array of the values", r#"["EdDSA","at+jwt","k1"]"#.to_owned()),
        ("an empty object", "{}".to_owned()),
        ("an empty array", "[]".to_owned()),
        ("a string", "\"EdDSA\"".to_owned()),
        ("a number", "1".to_owned()),
        ("null", "null".to_owned()),
        ("true", "true".to_owned()),
        ("words", "EdDSA".to_owned()),
        ("one space", " ".to_owned()),
        ("an object in an array", format!("[{text}]")),
        ("an object in quotes", format!("{text:?}")),
        ("two objects", format!("{text}{text}")),
        ("something after it", format!("{text}x")),
        ("NUL after it", format!("{text}\0")),
        ("a byte order mark before it", format!("\u{feff}{text}")),
        ("a comma too many", text.replace('}', ",}")),
        ("a comment", text.replace('}', "/**/}")),
        ("single quotes", text.replace('"', "'")),
        ("names without quotes", text.replace("\"alg\"", "alg")),
        ("an unclosed object", text.replace('}', "")),
        ("a control character in a string", text.replace("k1", "k1\u{1}")),
        ("deep nesting", format!("{{\"alg\":{}{}}}", "[".repeat(900), "]".repeat(900))),
    ] {
        file.refuse(HeaderMalformed, format!("header: {name}"), signed(other, claims().text()));
    }
    let in_sixteen_bits: Vec<_> = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
    file.refuse(HeaderMalformed, "header: UTF-16", signed(in_sixteen_bits, claims().text()));
    for (name, bytes) in [
        ("a lone continuation byte", &b"\x80"[..]),
        ("an overlong NUL", b"\xc0\x80"),
        ("a surrogate", b"\xed\xa0\x80"),
        ("a cut sequence", b"\xe2\x82"),
        ("a byte that never stands in UTF-8", b"\xff"),
    ] {
        let mut other = text.replace("k1\"}", "k1").into_bytes();
        other.extend([bytes, b"\"}"].concat());
        file.refuse(
            HeaderMalformed,
            format!("header: not UTF-8: {name}"),
            signed(other, claims().text()),
        );
    }
}
