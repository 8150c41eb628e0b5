//! The app's payload: any JSON, kept as it was written, but never with two readings.

use crate::{
    file::VectorFile,
    forge::{claims, header, key_set, signed},
};
use wayleave_shared::token::TokenRefusal::ClaimsMalformed;

pub(crate) fn file() -> VectorFile {
    let mut file = VectorFile::new(
        "payload",
        "The claim p is any JSON value that nests at most seven levels and has no two members of one name.",
        &key_set(),
    );
    for value in [
        "null",
        "false",
        "0",
        "-0",
        "-0.0",
        "1.0",
        "1e400",
        "1E-400",
        "\"\"",
        "[]",
        "{}",
        "123456789012345678901234567890",
        "\"\\ud800\"",
        "\"\\u0000\"",
        "{\"\":1}",
        "{\"a\":1,\"A\":2}",
        "{\"a\":{\"a\":{\"a\":1}}}",
        "[{\"a\":1},{\"a\":2}]",
        "{\"__proto__\":{}}",
        "{\"[[[[[[[[[\":\"{{{{{{{{{\"}",
        "[[[[[[[]]]]]]]",
        "{\"a\":[{\"b\":[{\"c\":[{}]}]}]}",
    ] {
        file.accept(format!("payload {value}"), token(value));
    }
    names_twice(&mut file);
    nesting(&mut file);
    not_json(&mut file);
    file
}

fn names_twice(file: &mut VectorFile) {
    for value in [
        "{\"a\":1,\"a\":1}",
        "{\"a\":1,\"a\":2}",
        "{\"a\":1,\"b\":2,\"a\":3}",
        "{\"a\":1,\"\\u0061\":2}",
        "{\"\":1,\"\":2}",
        "{\"x\":{\"a\":1,\"a\":2}}",
        "[0,[{\"a\":1,\"a\":2}]]",
        "{\"é\":1,\"\\u00e9\":2}",
        "{\"😀\":1,\"\\ud83d\\ude00\":2}",
        "{\"role\":\"user\", \"role\" :\"admin\"}",
        "{\"__proto__\":1,\"__proto__\":2}",
        "{\"a\":{},\"b\":[{\"c\":{\"d\":[{\"e\":1,\"e\":1}]}}]}",
    ] {
        file.refuse(ClaimsMalformed, format!("a name twice: {value}"), token(value));
    }
    file.refuse(ClaimsMalformed, "a name that is no Unicode text", token("{\"\\ud800\":1}"));
}

fn nesting(file: &mut VectorFile) {
    for value in [
        "[[[[[[[[]]]]]]]]",
        "{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{}}}}}}}}",
        "[[[[[[[{}]]]]]]]",
        "[0,[0,[0,[0,[0,[0,[0,[0]]]]]]]]",
    ] {
        file.refuse(ClaimsMalformed, format!("too deep: {value}"), token(value));
    }
    for levels in [100, 1000, 2500] {
        let nested = format!("{}{}", "[".repeat(levels), "]".repeat(levels));
        file.refuse(ClaimsMalformed, format!("{levels} levels deep"), token(&nested));
        let unclosed = "[".repeat(levels);
        file.refuse(ClaimsMalformed, format!("{levels} levels deep, unclosed"), token(&unclosed));
    }
}

fn not_json(file: &mut VectorFile) {
    for value in [
        "",
        "undefined",
        "NaN",
        "Infinity",
        "-Infinity",
        "01",
        "+1",
        ".5",
        "5.",
        "1e",
        "0x1",
        "'a'",
        "\"a",
        "a\"",
        "tru",
        "True",
        "nul",
        "[1,]",
        "[,]",
        "[1 2]",
        "{\"a\"}",
        "{\"a\":}",
        "{a:1}",
        "{1:1}",
        "{\"a\":1,}",
        "[}",
        "{]",
        "\"\\x41\"",
        "\"\\u12\"",
        "\"\t\"",
        "1 2",
        "/**/1",
        "b\"AA\"",
        "1_000",
        "\"\\",
        "]",
    ] {
        file.refuse(ClaimsMalformed, format!("no JSON: {value:?}"), token(value));
    }
}

fn token(value: &str) -> String {
    signed(header().text(), claims().with("p", value).text())
}
