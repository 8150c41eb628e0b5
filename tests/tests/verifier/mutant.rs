//! Random changes to good tokens, from fixed seeds: the same on every machine.

use base64ct::{Base64UrlUnpadded, Encoding};
use ed25519_dalek::{Signer, SigningKey};

/// A changed token, and how it was made.
pub(crate) struct Mutant {
    pub(crate) kind: Kind,
    pub(crate) token: String,
}

/// Where the change was made.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Kind {
    /// In the token's characters.
    Spelling,
    /// In the header's JSON, which was then signed.
    SignedHeader,
    /// In the claims' JSON, which was then signed.
    SignedClaims,
}

/// So many of each kind.
pub(crate) fn mutants(token: &str, of_each_kind: usize) -> Vec<Mutant> {
    let mut random = Random(0x9e37_79b9_7f4a_7c15);
    let mut mutants = Vec::new();
    for _ in 0..of_each_kind {
        let token = respelled(token, &mut random);
        mutants.push(Mutant { kind: Kind::Spelling, token });
    }
    let (header, claims) = (part(token, 0), part(token, 1));
    for _ in 0..of_each_kind {
        let changed = changed(&header, &mut random);
        mutants.push(Mutant { kind: Kind::SignedHeader, token: signed(&changed, &claims) });
        let changed = self::changed(&claims, &mut random);
        mutants.push(Mutant { kind: Kind::SignedClaims, token: signed(&header, &changed) });
    }
    mutants
}

/// One to three edits, most of them where a lax reader may look away: at the end, and with characters that base64 readers skip.
fn respelled(token: &str, random: &mut Random) -> String {
    let mut characters: Vec<char> = token.chars().collect();
    for _ in 0..=random.below(3) {
        let place = match random.below(3) {
            0 => characters.len() - random.below(4),
            _ => random.below(characters.len()),
        };
        let new = *random.one_of(&[
            ' ', '\n', '\t', '=', '+', '/', '-', '_', 'A', 'B', 'w', '.', '\0', '\u{e9}',
        ]);
        match random.below(3) {
            0 if place < characters.len() => characters[place] = new,
            1 if place < characters.len() => drop(characters.remove(place)),
            _ => characters.insert(place.min(characters.len()), new),
        }
    }
    characters.into_iter().collect()
}

/// One or two edits of a JSON text: pieces of it put somewhere else, or values of other kinds.
fn changed(text: &str, random: &mut Random) -> String {
    let mut text = text.to_owned();
    for _ in 0..=random.below(2) {
        let piece = *random.one_of(&PIECES);
        let borders: Vec<usize> =
            (0..=text.len()).filter(|index| text.is_char_boundary(*index)).collect();
        let start = *random.one_of(&borders);
        match random.below(4) {
            // A whole value replaced.
            0 | 1 => {
                let colons: Vec<usize> = text.match_indices(':').map(|(index, _)| index).collect();
                if colons.is_empty() {
                    continue;
                }
                let from = random.one_of(&colons) + 1;
                let length = text[from..].find([',', '}']).unwrap_or(0);
                text.replace_range(from..from + length, piece);
            }
            // One more member.
            2 => {
                let name = *random.one_of(&NAMES);
                if let Some(end) = text.rfind('}') {
                    text.insert_str(end, &format!(",\"{name}\":{piece}"));
                }
            }
            // Anything anywhere.
            _ => text.insert_str(start, piece),
        }
    }
    text
}

/// Signed with the key that the vectors trust as `k1`.
fn signed(header: &str, claims: &str) -> String {
    let message = format!(
        "{}.{}",
        Base64UrlUnpadded::encode_string(header.as_bytes()),
        Base64UrlUnpadded::encode_string(claims.as_bytes())
    );
    let signature = SigningKey::from_bytes(&[7; 32]).sign(message.as_bytes());
    format!("{message}.{}", Base64UrlUnpadded::encode_string(&signature.to_bytes()))
}

fn part(token: &str, index: usize) -> String {
    let part = token.split('.').nth(index).expect("a token has three parts");
    let bytes = Base64UrlUnpadded::decode_vec(part).expect("a good token");
    String::from_utf8(bytes).expect("a good token")
}

/// Xorshift: enough to choose with, and the same everywhere.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % bound as u64).expect("it is below a usize")
    }

    fn one_of<'list, T>(&mut self, list: &'list [T]) -> &'list T {
        &list[self.below(list.len())]
    }
}

const PIECES: [&str; 40] = [
    "0",
    "1",
    "-1",
    "-0",
    "1.0",
    "1e3",
    "1e400",
    "17e8",
    "1700000000",
    "1700000060",
    "1700000061",
    "1700003600",
    "1700003601",
    "1699999999",
    "9007199254740992",
    "18446744073709551616",
    "true",
    "null",
    "[]",
    "{}",
    "\"\"",
    "\"k1\"",
    "\"k2\"",
    "\"at+jwt\"",
    "\"AT+JWT\"",
    "\"JWT\"",
    "\"application/at+jwt\"",
    "\"EdDSA\"",
    "\"none\"",
    "\"HS256\"",
    "\"alice\"",
    "\"https://id.example\"",
    "\"https://other.example\"",
    "[\"https://id.example\"]",
    "{\"a\":1,\"a\":2}",
    "[[[[[[[[]]]]]]]]",
    " ",
    "\n",
    "\u{feff}",
    "\"\\ud800\"",
];

const NAMES: [&str; 24] = [
    "alg",
    "typ",
    "kid",
    "crit",
    "b64",
    "jwk",
    "jku",
    "zip",
    "cty",
    "iss",
    "sub",
    "sid",
    "iat",
    "exp",
    "nbf",
    "aud",
    "jti",
    "csrf",
    "rth",
    "gen",
    "p",
    "",
    "__proto__",
    "\\u0065xp",
];
