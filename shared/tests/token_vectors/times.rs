//! `iat` and `exp`: integers below 2^53, valid while `now < exp`, a minute of leeway for `iat` only.

use crate::{
    file::{MAX_VALIDITY_S, NOW, VectorFile},
    forge::{claims, header, key_set, signed},
};
use wayleave_shared::token::{
    FUTURE_LEEWAY_S,
    TokenRefusal::{self, ClaimsMalformed, Expired, IssuedInFuture, ValidityTooLong},
};

pub(crate) fn file() -> VectorFile {
    let mut file = VectorFile::new(
        "times",
        "iat and exp are integers from 0 to 2^53 - 1; valid while now < exp; iat at most 60 s ahead; exp - iat at most the maximum.",
        &key_set(),
    );
    boundaries(&mut file);
    for name in ["iat", "exp"] {
        not_a_time(&mut file, name);
    }
    file
}

fn boundaries(file: &mut VectorFile) {
    let ahead = NOW + FUTURE_LEEWAY_S;
    for (name, issued_at, expires_at, refusal) in [
        ("issued now, the longest validity", NOW, NOW + MAX_VALIDITY_S, None),
        ("issued now, a second too long", NOW, NOW + MAX_VALIDITY_S + 1, Some(ValidityTooLong)),
        ("one second left", NOW - 10, NOW + 1, None),
        ("one second left of the longest validity", NOW + 1 - MAX_VALIDITY_S, NOW + 1, None),
        ("expires now", NOW - 10, NOW, Some(Expired)),
        ("expired a second ago", NOW - 10, NOW - 1, Some(Expired)),
        ("expired a minute ago", NOW - 100, NOW - 60, Some(Expired)),
        ("expired in 1970", 0, 1, Some(Expired)),
        ("never valid, in the past", NOW - 1, NOW - 1, Some(Expired)),
        ("never valid, now", NOW, NOW, Some(Expired)),
        ("never valid, in 1970", 0, 0, Some(Expired)),
        ("issued a second ahead", NOW + 1, NOW + 100, None),
        ("issued as far ahead as clocks may differ", ahead, ahead + MAX_VALIDITY_S, None),
        ("issued a second further", ahead + 1, ahead + 100, Some(IssuedInFuture)),
        ("issued a day ahead", NOW + 86_400, NOW + 86_500, Some(IssuedInFuture)),
        ("issued at the end of time", LAST, LAST, Some(IssuedInFuture)),
        ("issued in 1970, valid for ever", 0, NOW + 1, Some(ValidityTooLong)),
        ("expires at the end of time", NOW, LAST, Some(ValidityTooLong)),
        ("expires long after the end of time", NOW, u64::MAX, Some(ClaimsMalformed)),
        ("issued after the end of time", LAST + 1, LAST + 1, Some(ClaimsMalformed)),
        ("issued long after the end of time", u64::MAX, u64::MAX, Some(ClaimsMalformed)),
        ("expires a second before it is issued", NOW, NOW - 1, Some(ClaimsMalformed)),
        ("expires before it is issued, both ahead", NOW + 50, NOW + 40, Some(ClaimsMalformed)),
        ("expires in 1970, issued now", NOW, 0, Some(ClaimsMalformed)),
        ("in milliseconds", NOW * 1000, (NOW + 3600) * 1000, Some(ValidityTooLong)),
    ] {
        let token = token(&issued_at.to_string(), &expires_at.to_string());
        add(file, name, token, refusal);
    }
}

fn add(file: &mut VectorFile, name: &str, token: String, refusal: Option<TokenRefusal>) {
    match refusal {
        Some(refusal) => file.refuse(refusal, name, token),
        None => file.accept(name, token),
    }
}

fn not_a_time(file: &mut VectorFile, name: &str) {
    for value in [
        "true",
        "\"\"",
        "\"1700000000\"",
        "\"2023-11-14T22:13:20Z\"",
        "\"never\"",
        "[]",
        "[1700000000]",
        "{}",
        "1700000000.0",
        "1700000000.5",
        "17e8",
        "1.7e9",
        "1E9",
        "1e400",
        "-1e400",
        "1e-400",
        "-1",
        "-0",
        "-0.0",
        "-1700000000",
        "9007199254740992",
        "9007199254740993",
        "9223372036854775807",
        "9223372036854775808",
        "18446744073709551616",
        "1000000000000000000000000000000",
        "01700000000",
        "+1700000000",
        "0x6553f100",
        "1_700_000_000",
        "NaN",
        "Infinity",
        "",
        " ",
        "1700000000 0",
        "１７０００００００",
    ] {
        let claims = claims().with(name, value);
        file.refuse(
            ClaimsMalformed,
            format!("{name} {value:?}"),
            signed(header().text(), claims.text()),
        );
    }
}

fn token(issued_at: &str, expires_at: &str) -> String {
    signed(header().text(), claims().with("iat", issued_at).with("exp", expires_at).text())
}

/// The last time that every reader of JSON keeps exactly.
const LAST: u64 = (1 << 53) - 1;
