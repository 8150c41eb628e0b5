//! The claims: ours, each once, each of its type.

use crate::{
    file::VectorFile,
    forge::{Members, claims, header, key_set, signed},
};
use wayleave_shared::token::TokenRefusal::{ClaimsMalformed, WrongAudience, WrongIssuer};

pub(crate) fn file() -> VectorFile {
    let mut file = VectorFile::new(
        "claims",
        "Exactly our claims, each once and of its type, under a good header and signature.",
        &key_set(),
    );
    file.accept("good claims", token(&claims()));
    file.accept("no csrf", token(&claims().without("csrf")));
    file.accept("no payload", token(&claims().without("p")));
    file.accept("claims in another order", token(&claims().without("iss").and("iss", ISSUER)));
    members(&mut file);
    audience(&mut file);
    issuer(&mut file);
    user_id(&mut file);
    fixed_length(&mut file);
    generation(&mut file);
    not_an_object(&mut file);
    not_unicode(&mut file);
    file
}

fn token(claims: &Members) -> String {
    signed(header().text(), claims.text())
}

fn members(file: &mut VectorFile) {
    for name in ["iss", "sub", "sid", "iat", "exp", "rth", "gen"] {
        file.refuse(ClaimsMalformed, format!("no {name}"), token(&claims().without(name)));
        let null = claims().with(name, "null");
        file.refuse(ClaimsMalformed, format!("{name} null"), token(&null));
    }
    file.refuse(ClaimsMalformed, "csrf null", token(&claims().with("csrf", "null")));
    for name in ["iss", "sub", "sid", "iat", "exp", "csrf", "rth", "gen", "p"] {
        let value = claims().value(name).to_owned();
        let twice = claims().and(name, &value);
        file.refuse(ClaimsMalformed, format!("{name} twice"), token(&twice));
        let escaped = format!("\\u{:04x}{}", u32::from(name.as_bytes()[0]), &name[1..]);
        let twice = claims().and(&escaped, &value);
        file.refuse(ClaimsMalformed, format!("{name} twice, once with an escape"), token(&twice));
        let upper = claims().without(name).and(&name.to_uppercase(), &value);
        file.refuse(ClaimsMalformed, format!("{name} in capitals"), token(&upper));
    }
    for (name, value) in [
        ("nbf", "1"),
        ("jti", "\"1\""),
        ("scope", "\"admin\""),
        ("client_id", "\"app\""),
        ("cnf", "{}"),
        ("act", "{}"),
        ("admin", "true"),
        ("exp ", "1700003600"),
        ("\\u0000", "1"),
        ("", "1"),
        ("__proto__", "{}"),
        ("constructor", "1"),
    ] {
        let more = claims().and(name, value);
        file.refuse(ClaimsMalformed, format!("unknown claim {name:?}"), token(&more));
    }
}

/// The policy of the vectors demands none.
fn audience(file: &mut VectorFile) {
    for audience in ["\"app\"", "\"\""] {
        let meant = claims().and("aud", audience);
        file.refuse(WrongAudience, format!("aud {audience} where none is demanded"), token(&meant));
    }
    for value in ["null", "[]", "[\"app\"]", "1", "{}"] {
        let odd = claims().and("aud", value);
        file.refuse(ClaimsMalformed, format!("aud {value}"), token(&odd));
    }
}

fn issuer(file: &mut VectorFile) {
    for issuer in [
        "",
        "https://id.example/",
        "https://id.example ",
        " https://id.example",
        "https://ID.example",
        "http://id.example",
        "https://id.example.evil.example",
        "https://id.exampl",
        "https://evil.example",
        "https://id.example\\u0000",
        "https://id.examp\\u217ce",
        "id.example",
        "https://id.example:443",
    ] {
        let other = claims().with("iss", &format!("\"{issuer}\""));
        file.refuse(WrongIssuer, format!("iss {issuer:?}"), token(&other));
    }
    let escaped = claims().with("iss", "\"https:\\/\\/id.example\"");
    file.accept("iss with escapes that mean the same", token(&escaped));
    for value in ["[\"https://id.example\"]", "{}", "1", "true", "\"\\ud800\""] {
        let other = claims().with("iss", value);
        file.refuse(ClaimsMalformed, format!("iss {value}"), token(&other));
    }
}

fn user_id(file: &mut VectorFile) {
    let longest = format!("\"{}\"", "a".repeat(255));
    for value in [
        "0",
        "-1",
        "9007199254740991",
        "-9007199254740991",
        "\"1\"",
        "\" \"",
        "\"\\u0000\"",
        "\"\\ud83d\\ude00\"",
        longest.as_str(),
    ] {
        let shown: String = value.chars().take(40).collect();
        file.accept(format!("sub {shown}"), token(&claims().with("sub", value)));
    }
    let too_long = format!("\"{}\"", "a".repeat(256));
    for value in [
        "\"\"",
        "1.0",
        "1.5",
        "1e3",
        "-0",
        "9007199254740992",
        "-9007199254740992",
        "18446744073709551616",
        "1e400",
        "true",
        "[]",
        "[\"alice\"]",
        "{}",
        "{\"id\":1}",
        "\"\\ud800\"",
        "\"\\udc00\\ud800\"",
        "01",
        "+1",
        "0x1",
        "NaN",
        "'alice'",
        too_long.as_str(),
    ] {
        let shown: String = value.chars().take(40).collect();
        file.refuse(
            ClaimsMalformed,
            format!("sub {shown}, refused"),
            token(&claims().with("sub", value)),
        );
    }
}

/// The three members of 16 bytes.
fn fixed_length(file: &mut VectorFile) {
    for name in ["sid", "csrf", "rth"] {
        for (what, value) in [
            ("empty", "\"\""),
            ("15 bytes", "\"AAAAAAAAAAAAAAAAAAAA\""),
            ("17 bytes", "\"AAAAAAAAAAAAAAAAAAAAAAA\""),
            ("padded", "\"AAAAAAAAAAAAAAAAAAAAAA==\""),
            ("with unused bits", "\"AAAAAAAAAAAAAAAAAAAAAB\""),
            ("in the ordinary alphabet", "\"++++++++++++++++++++/w\""),
            ("with a space", "\" AAAAAAAAAAAAAAAAAAAAA\""),
            ("a number", "0"),
            ("an array of bytes", "[0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0]"),
            ("an object", "{}"),
        ] {
            let other = claims().with(name, value);
            file.refuse(ClaimsMalformed, format!("{name} {what}"), token(&other));
        }
    }
}

fn generation(file: &mut VectorFile) {
    file.accept("gen 9007199254740991", token(&claims().with("gen", "9007199254740991")));
    for value in [
        "-1",
        "-0",
        "0.0",
        "1.5",
        "1e2",
        "1e400",
        "\"0\"",
        "true",
        "[]",
        "18446744073709551616",
        "00",
    ] {
        let other = claims().with("gen", value);
        file.refuse(ClaimsMalformed, format!("gen {value}"), token(&other));
    }
}

fn not_an_object(file: &mut VectorFile) {
    let text = claims().text();
    let values = r#"["https://id.example","alice","AgICAgICAgICAgICAgICAg",1700000000,1700003600,"AwMDAwMDAwMDAwMDAwMDAw","BAQEBAQEBAQEBAQEBAQEBA",0,null]"#;
    for (name, other) in [
        ("an array of the values", values.to_owned()),
        ("an empty object", "{}".to_owned()),
        ("an empty array", "[]".to_owned()),
        ("a string", "\"alice\"".to_owned()),
        ("a number", "1".to_owned()),
        ("null", "null".to_owned()),
        ("one space", " ".to_owned()),
        ("words", "alice".to_owned()),
        ("another token", crate::forge::token()),
        ("an object in an array", format!("[{text}]")),
        ("an object in quotes", format!("{text:?}")),
        ("two objects", format!("{text}{text}")),
        ("something after it", format!("{text}x")),
        ("NUL after it", format!("{text}\0")),
        ("a byte order mark before it", format!("\u{feff}{text}")),
        ("a comma too many", text.replacen(',', ",,", 1)),
        ("a comma at the end", format!("{},}}", text.strip_suffix('}').unwrap())),
        ("a comment", format!("{text}//")),
        ("single quotes", text.replace('"', "'")),
        ("a name without quotes", text.replace("\"iss\"", "iss")),
        ("an unclosed object", text.strip_suffix('}').unwrap().to_owned()),
        ("a control character in a string", text.replace("alice", "ali\u{1}ce")),
        ("a line feed in a string", text.replace("alice", "ali\nce")),
        ("an escape that is none", text.replace("alice", "ali\\xce")),
        ("form data", "iss=https%3A%2F%2Fid.example&sub=alice".to_owned()),
    ] {
        file.refuse(ClaimsMalformed, format!("claims: {name}"), signed(header().text(), other));
    }
    let spaced = text.replace(',', " ,\r\n\t");
    file.accept("claims: white space between members", signed(header().text(), spaced));
}

fn not_unicode(file: &mut VectorFile) {
    for (name, bytes) in [
        ("a lone continuation byte", &b"\x80"[..]),
        ("an overlong NUL", b"\xc0\x80"),
        ("an overlong slash", b"\xe0\x80\xaf"),
        ("a surrogate", b"\xed\xa0\x80"),
        ("beyond the last character", b"\xf4\x90\x80\x80"),
        ("a cut sequence", b"\xe2\x82"),
        ("a byte that never stands in UTF-8", b"\xff"),
        ("Latin-1", b"\xe9"),
    ] {
        for place in ["sub", "iss", "p"] {
            let text = claims().with(place, "\"?\"").text();
            let (before, after) = text.split_once('?').unwrap();
            let other = [before.as_bytes(), bytes, after.as_bytes()].concat();
            file.refuse(
                ClaimsMalformed,
                format!("not UTF-8 in {place}: {name}"),
                signed(header().text(), other),
            );
        }
    }
    let in_sixteen_bits: Vec<_> =
        claims().text().encode_utf16().flat_map(u16::to_le_bytes).collect();
    file.refuse(ClaimsMalformed, "claims: UTF-16", signed(header().text(), in_sixteen_bits));
}

const ISSUER: &str = "\"https://id.example\"";
