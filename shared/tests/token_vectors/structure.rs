//! Three parts, one spelling, at most 8 KiB.

use crate::{
    file::VectorFile,
    forge::{
        claims, encode, encode_ordinary, header, key, key_set, message, sign_text, signed, token,
        with_signature, with_trailing_bits,
    },
};
use ed25519_dalek::Signer;
use wayleave_shared::{
    anti_csrf::AntiCsrfToken,
    refresh_token::RefreshKeys,
    session_handle::SessionHandle,
    token::{
        MAX_TOKEN_BYTES,
        TokenRefusal::{HeaderMalformed, Malformed, TooLarge},
    },
    user_id::UserId,
};

pub(crate) fn file() -> VectorFile {
    let mut file = VectorFile::new(
        "structure",
        "Exactly three non-empty base64url parts in their only spelling, at most 8 KiB.",
        &key_set(),
    );
    file.accept("a good token", token());
    parts(&mut file);
    other_tokens(&mut file);
    around(&mut file);
    inside(&mut file);
    padding(&mut file);
    trailing_bits(&mut file);
    alphabet(&mut file);
    signature_length(&mut file);
    size(&mut file);
    file
}

fn parts(file: &mut VectorFile) {
    let good = token();
    let [head, body, signature] = split(&good);
    for (name, token) in [
        ("nothing", String::new()),
        ("one dot", ".".to_owned()),
        ("two dots", "..".to_owned()),
        ("three dots", "...".to_owned()),
        ("no dot", head.to_owned()),
        ("header and claims only", message()),
        ("header and claims and a dot", format!("{head}.{body}.")),
        ("header and dots only", format!("{head}..")),
        ("detached payload", format!("{head}..{signature}")),
        ("no header", format!(".{body}.{signature}")),
        ("signature only", format!("..{signature}")),
        ("a dot before", format!(".{good}")),
        ("a dot after", format!("{good}.")),
        ("four parts", format!("{good}.{signature}")),
        (
            "five parts, as an encrypted token has",
            format!("{head}.{head}.{head}.{body}.{signature}"),
        ),
        ("double dots", good.replace('.', "..")),
        ("parts joined by commas", good.replace('.', ",")),
        ("parts joined by percent-encoded dots", good.replace('.', "%2E")),
        ("parts joined by full-width dots", good.replace('.', "．")),
        (
            "flattened JSON serialization",
            format!(r#"{{"protected":"{head}","payload":"{body}","signature":"{signature}"}}"#),
        ),
    ] {
        file.refuse(Malformed, name, token);
    }
    file.refuse(HeaderMalformed, "claims before the header", format!("{body}.{head}.{signature}"));
}

/// What else the origin hands out is no access token.
fn other_tokens(file: &mut VectorFile) {
    let keys = RefreshKeys::derive([&[1; 32]]).unwrap();
    let refresh_token = keys.issue(SessionHandle::from_bytes([2; 16]), [3; 32]);
    let user = UserId::text("alice").unwrap();
    for (name, token) in [
        ("a refresh token", keys.write(&refresh_token)),
        ("an anti-CSRF token", AntiCsrfToken::from_bytes([3; 16]).to_text()),
        ("a session handle", SessionHandle::new(&user, [4; 12]).to_string()),
        ("the mark of a session", keys.marker(&refresh_token).to_string()),
    ] {
        file.refuse(Malformed, name, token);
    }
}

fn around(file: &mut VectorFile) {
    let good = token();
    for (name, token) in [
        ("space before", format!(" {good}")),
        ("space after", format!("{good} ")),
        ("line feed after", format!("{good}\n")),
        ("carriage return and line feed after", format!("{good}\r\n")),
        ("tab before", format!("\t{good}")),
        ("vertical tab after", format!("{good}\u{b}")),
        ("no-break space after", format!("{good}\u{a0}")),
        ("zero-width space after", format!("{good}\u{200b}")),
        ("byte order mark before", format!("\u{feff}{good}")),
        ("NUL before", format!("\0{good}")),
        ("NUL after", format!("{good}\0")),
        ("quotes around", format!("\"{good}\"")),
        ("the word Bearer before", format!("Bearer {good}")),
        ("a comma and a second token", format!("{good},{good}")),
        ("a semicolon after", format!("{good};")),
        ("a null character's escape after", format!("{good}%00")),
        ("a URL fragment after", format!("{good}#")),
    ] {
        file.refuse(Malformed, name, token);
    }
}

fn inside(file: &mut VectorFile) {
    let good = token();
    let [head, body, signature] = split(&good);
    for (kind, inserted) in [("space", " "), ("line feed", "\n"), ("tab", "\t"), ("NUL", "\0")] {
        let broken = |part: &str| format!("{}{inserted}{}", &part[..8], &part[8..]);
        for (place, token) in [
            ("header", format!("{}.{body}.{signature}", broken(head))),
            ("claims", format!("{head}.{}.{signature}", broken(body))),
            ("signature", format!("{head}.{body}.{}", broken(signature))),
        ] {
            file.refuse(Malformed, format!("{kind} inside the {place}"), token);
        }
    }
    let wrapped = format!("{}.{}", broken_lines(head), broken_lines(body));
    file.refuse(Malformed, "lines of 64 characters, signed so", sign_text(&key(), &wrapped));
    file.refuse(
        Malformed,
        "space before the claims, signed so",
        sign_text(&key(), &format!("{head}. {body}")),
    );
}

fn broken_lines(part: &str) -> String {
    let lines: Vec<_> =
        part.as_bytes().chunks(64).map(|line| std::str::from_utf8(line).unwrap()).collect();
    lines.join("\n")
}

fn padding(file: &mut VectorFile) {
    let good = token();
    let [head, body, signature] = split(&good);
    for (name, token) in [
        ("padded signature", format!("{good}==")),
        ("signature with one padding character", format!("{good}=")),
        ("padding before the signature", format!("{head}.{body}.={signature}")),
        ("padded header", format!("{head}=.{body}.{signature}")),
        ("padded claims", format!("{head}.{body}=.{signature}")),
        ("padded header, signed so", sign_text(&key(), &format!("{}.{body}", padded(head)))),
        ("padded claims, signed so", sign_text(&key(), &format!("{head}.{}", padded_claims()))),
    ] {
        file.refuse(Malformed, name, token);
    }
}

/// With the padding that a lax reader would take.
fn padded(part: &str) -> String {
    assert!(!part.len().is_multiple_of(4), "this length has no padding");
    format!("{part}{}", "=".repeat(4 - part.len() % 4))
}

fn padded_claims() -> String {
    let text = [claims().text(), claims().with("gen", "10").text()]
        .into_iter()
        .find(|text| !text.len().is_multiple_of(3))
        .unwrap();
    padded(&encode(text.as_bytes()))
}

/// 64 bytes leave four bits of the last character unused: sixteen spellings, of which one is ours.
fn trailing_bits(file: &mut VectorFile) {
    let good = token();
    for bits in 1..16 {
        file.refuse(
            Malformed,
            format!("signature with unused bits {bits:04b}"),
            with_trailing_bits(&good, bits),
        );
    }
    for spaces in 0..3 {
        let text = format!("{}{}", header().text(), " ".repeat(spaces));
        if text.len().is_multiple_of(3) {
            continue;
        }
        let other = with_trailing_bits(&encode(text.as_bytes()), 1);
        file.refuse(
            Malformed,
            format!("header of {} bytes with unused bits, signed so", text.len()),
            sign_text(&key(), &format!("{other}.{}", encode(claims().text().as_bytes()))),
        );
    }
    for generation in ["1", "12", "123"] {
        let text = claims().with("gen", generation).text();
        if text.len().is_multiple_of(3) {
            continue;
        }
        let other = with_trailing_bits(&encode(text.as_bytes()), 1);
        file.refuse(
            Malformed,
            format!("claims of {} bytes with unused bits, signed so", text.len()),
            sign_text(&key(), &format!("{}.{other}", encode(header().text().as_bytes()))),
        );
    }
}

fn alphabet(file: &mut VectorFile) {
    let good = token();
    let [head, body, signature] = split(&good);
    for foreign in
        ['!', '*', '~', '+', '/', ':', '@', '[', '`', '{', '%', '&', 'é', 'А', '０', '\u{7f}']
    {
        let broken = |part: &str| format!("{}{foreign}{}", &part[..4], &part[5..]);
        let name = |place| format!("U+{:04X} in the {place}", u32::from(foreign));
        file.refuse(Malformed, name("header"), format!("{}.{body}.{signature}", broken(head)));
        file.refuse(Malformed, name("claims"), format!("{head}.{}.{signature}", broken(body)));
        file.refuse(Malformed, name("signature"), format!("{head}.{body}.{}", broken(signature)));
    }
    // Bytes whose spelling differs between the two alphabets.
    let text = claims().with("sub", "\"\u{fb}\u{ff}>>>???\u{fe}~~~\"").text();
    let ordinary = encode_ordinary(text.as_bytes());
    assert!(ordinary.contains(['+', '/']), "the claims have a character of the ordinary alphabet");
    let spelled = format!("{}.{ordinary}", encode(header().text().as_bytes()));
    file.refuse(
        Malformed,
        "claims in the ordinary base64 alphabet, signed so",
        sign_text(&key(), &spelled),
    );
    let text = (0..100)
        .map(message_number)
        .find(|text| encode_ordinary(&key().sign(text.as_bytes()).to_bytes()).contains(['+', '/']));
    let text = text.unwrap();
    let signature = encode_ordinary(&key().sign(text.as_bytes()).to_bytes());
    file.refuse(
        Malformed,
        "signature in the ordinary base64 alphabet",
        format!("{text}.{signature}"),
    );
    file.refuse(Malformed, "header not encoded", format!("{}.{body}.{signature}", header().text()));
}

fn message_number(generation: u32) -> String {
    let claims = claims().with("gen", &generation.to_string()).text();
    format!("{}.{}", encode(header().text().as_bytes()), encode(claims.as_bytes()))
}

fn signature_length(file: &mut VectorFile) {
    let signature = key().sign(message().as_bytes()).to_bytes();
    for length in [1, 32, 63] {
        let short = with_signature(&message(), &signature[..length]);
        file.refuse(Malformed, format!("signature of {length} bytes"), short);
    }
    let long = [&signature[..], &[0xff]].concat();
    file.refuse(Malformed, "signature of 65 bytes", with_signature(&message(), &long));
    let twice = [signature, signature].concat();
    file.refuse(Malformed, "signature twice", with_signature(&message(), &twice));
    let good = token();
    file.refuse(Malformed, "signature without its last character", &good[..good.len() - 1]);
    file.refuse(Malformed, "signature with one more character", format!("{good}A"));
}

fn size(file: &mut VectorFile) {
    let with_payload = |bytes: usize| {
        signed(header().text(), claims().with("p", &format!("\"{}\"", "x".repeat(bytes))).text())
    };
    let largest =
        (5000..MAX_TOKEN_BYTES).rfind(|bytes| with_payload(*bytes).len() <= MAX_TOKEN_BYTES);
    let largest = largest.unwrap();
    file.accept("the largest good token", with_payload(largest));
    file.refuse(TooLarge, "a good token that is too large", with_payload(largest + 1));
    file.refuse(Malformed, "8192 characters that are no token", "a".repeat(MAX_TOKEN_BYTES));
    file.refuse(TooLarge, "8193 characters that are no token", "a".repeat(MAX_TOKEN_BYTES + 1));
    file.refuse(TooLarge, "8193 dots", ".".repeat(MAX_TOKEN_BYTES + 1));
    file.refuse(Malformed, "8192 dots", ".".repeat(MAX_TOKEN_BYTES));
}

fn split(token: &str) -> [&str; 3] {
    token.split('.').collect::<Vec<_>>().try_into().unwrap()
}
