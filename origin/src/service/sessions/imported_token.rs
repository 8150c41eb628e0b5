//! Refresh tokens of SuperTokens 4.0.X, as browsers bring them: only what they look like, and what they are known by.
//!
//! Such a token is standard base64 of a salt (64 bytes), a nonce (16), a tag (16) and an encrypted JSON text, then a dot, then 64 hexadecimal digits. In a cookie the base64's
//! `+`, `/` and `=` stand as `%2B`, `%2F` and `%3D`. What is encrypted is not looked at: that system kept a hash of the whole token, and so does the import.

use base64ct::{Base64, Encoding};
use percent_encoding::percent_decode_str;
use sha2::{Digest, Sha256};
use std::fmt::Write;
use wayleave_shared::refresh_token::RefreshHash;
use zeroize::Zeroizing;

/// A refresh token of another system.
pub(super) struct ImportedToken {
    /// What that system, and since the import our database, knows it by: SHA-256 of the hexadecimal digits of its SHA-256.
    pub hash: RefreshHash,
    /// What our successor is made of. Nothing that was ever kept or written elsewhere can be made into it, only the token.
    pub secret: Zeroizing<[u8; 32]>,
}

impl ImportedToken {
    /// Reads a text of exactly that shape; `None` for everything else.
    pub(super) fn read(text: &str) -> Option<Self> {
        if text.len() > MAX_TEXT_BYTES {
            return None;
        }
        let token = Zeroizing::new(percent_decode_str(text).decode_utf8().ok()?.into_owned());
        let (sealed, digits) = token.split_once('.')?;
        let is_digit = |byte: u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
        if digits.len() != 64 || !digits.bytes().all(is_digit) {
            return None;
        }
        let sealed = Zeroizing::new(Base64::decode_vec(sealed).ok()?);
        if sealed.len() < MIN_SEALED_BYTES {
            return None;
        }
        let secret = Sha256::new().chain_update(PURPOSE).chain_update(token.as_bytes()).finalize();
        Some(Self { hash: hash(&token), secret: Zeroizing::new(secret.into()) })
    }
}

fn hash(token: &str) -> RefreshHash {
    let mut digits = Zeroizing::new(String::with_capacity(64));
    for byte in Sha256::digest(token.as_bytes()) {
        // Writing to a string cannot fail.
        let _ = write!(digits, "{byte:02x}");
    }
    RefreshHash(Sha256::digest(digits.as_bytes()).into())
}

/// Keeps the secret apart from the token's plain hash, which that system wrote into its access tokens.
const PURPOSE: &[u8] = b"wayleave secret of an imported refresh token v1\0";

/// No browser keeps a longer cookie.
const MAX_TEXT_BYTES: usize = 4096;

/// Salt, nonce and tag, and the shortest text that was ever encrypted: a session's name of 36 characters, a user id of one digit and 64 digits.
const MIN_SEALED_BYTES: usize = 64 + 16 + 16 + 142;

#[cfg(test)]
mod tests {
    use super::*;

    const DIGITS: &str = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

    fn token(sealed: &[u8], digits: &str) -> String {
        format!("{}.{digits}", Base64::encode_string(sealed))
    }

    #[test]
    fn a_token_is_the_same_in_a_cookie_and_out_of_it() {
        let plain = token(&[0xfb; MIN_SEALED_BYTES + 1], DIGITS);
        let in_a_cookie = plain.replace('+', "%2B").replace('/', "%2F").replace('=', "%3D");
        assert_ne!(plain, in_a_cookie);

        let (plain, in_a_cookie) =
            (ImportedToken::read(&plain).unwrap(), ImportedToken::read(&in_a_cookie).unwrap());

        assert_eq!(plain.hash, in_a_cookie.hash);
        assert_eq!(*plain.secret, *in_a_cookie.secret);
    }

    #[test]
    fn the_hash_is_the_documented_one() {
        // printf %s token | sha256sum | cut -c1-64 | tr -d '\n' | sha256sum
        let expected = "db37d21181592000efad06f87a00afba59f9c99b11e119d118be2b929c3387ce";
        let text: String = hash("token").0.iter().fold(String::new(), |mut text, byte| {
            write!(text, "{byte:02x}").unwrap();
            text
        });
        assert_eq!(text, expected);
    }

    #[test]
    fn the_secret_is_of_the_whole_token_and_nothing_that_was_kept_or_written_elsewhere() {
        let text = token(&[7; MIN_SEALED_BYTES], DIGITS);
        let (one, other) = (
            ImportedToken::read(&text).unwrap(),
            ImportedToken::read(&token(&[8; MIN_SEALED_BYTES], DIGITS)).unwrap(),
        );
        let plain: [u8; 32] = Sha256::digest(text.as_bytes()).into();

        assert_ne!(*one.secret, *other.secret);
        assert_ne!(*one.secret, plain);
        assert_ne!(*one.secret, one.hash.0);
    }

    #[test]
    fn what_is_not_of_the_exact_shape_is_no_token() {
        let good = [7; MIN_SEALED_BYTES];
        assert!(ImportedToken::read(&token(&good, DIGITS)).is_some());
        for (what, refused) in [
            ("nothing", String::new()),
            ("no dot", Base64::encode_string(&good)),
            ("two dots", token(&good, &format!("{DIGITS}.{DIGITS}"))),
            ("63 digits", token(&good, &DIGITS[1..])),
            ("65 digits", token(&good, &format!("{DIGITS}0"))),
            ("upper case", token(&good, &DIGITS.to_uppercase())),
            ("too little sealed", token(&good[1..], DIGITS)),
            ("not base64", format!("!{}", token(&good, DIGITS))),
            ("base64url", token(&[0xfb; MIN_SEALED_BYTES], DIGITS).replace('+', "-")),
            ("no padding", token(&[7; MIN_SEALED_BYTES + 1], DIGITS).replace('=', "")),
            ("white space", format!(" {}", token(&good, DIGITS))),
            ("not UTF-8", format!("%ff{}", token(&good, DIGITS))),
            ("too long", token(&[7; 3072], DIGITS)),
        ] {
            assert!(ImportedToken::read(&refused).is_none(), "{what}");
        }
    }
}
