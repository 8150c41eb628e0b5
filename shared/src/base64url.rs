//! Unpadded base64url (RFC 4648 section 5) with one spelling per value.

use base64ct::{Base64UrlUnpadded, Encoding};

/// Writes `bytes` without padding.
pub(crate) fn encode(bytes: &[u8]) -> String {
    Base64UrlUnpadded::encode_string(bytes)
}

/// Writes `bytes` without padding into `buffer`, which is as long as their text: four characters for three bytes, rounded up.
pub(crate) fn encode_into<'buffer>(bytes: &[u8], buffer: &'buffer mut [u8]) -> &'buffer str {
    Base64UrlUnpadded::encode(bytes, buffer).unwrap_or_default()
}

/// Reads exactly `N` bytes; `None` for any other length, a foreign character, padding or unused trailing bits.
pub(crate) fn decode_exact<const N: usize>(text: &str) -> Option<[u8; N]> {
    let mut bytes = [0; N];
    let read = Base64UrlUnpadded::decode(text, &mut bytes).ok()?.len();
    (read == N).then_some(bytes)
}

/// Reads any number of bytes, under the same rules.
pub(crate) fn decode(text: &str) -> Option<Vec<u8>> {
    Base64UrlUnpadded::decode_vec(text).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unused_trailing_bits_are_refused() {
        assert_eq!(decode("AA"), Some(vec![0]));
        assert_eq!(decode("AB"), None);
        assert_eq!(decode("AA=="), None);
        assert_eq!(decode_exact::<1>("AB"), None);
    }

    #[test]
    fn another_length_is_refused() {
        assert_eq!(decode_exact::<2>("AA"), None);
        assert_eq!(decode_exact::<2>("AAAA"), None);
        assert_eq!(decode_exact::<3>("AAAA"), Some([0; 3]));
    }
}
