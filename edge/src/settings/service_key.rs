//! What the edge proves itself to the origin with.

use std::fmt;

/// The service key: at least 32 characters of visible ASCII, no comma (it would be a list of keys). `Debug` shows its length only.
#[derive(Clone)]
pub struct ServiceKey(String);

impl ServiceKey {
    /// Takes a key that is long enough and fits into a header.
    pub(super) fn new(text: &str) -> Option<Self> {
        let fits = text.len() >= MIN_BYTES
            && text.bytes().all(|byte| byte.is_ascii_graphic() && byte != b',');
        fits.then(|| Self(text.to_owned()))
    }

    /// The value of the `Authorization` header of every call to the origin.
    #[must_use]
    pub fn authorization(&self) -> String {
        format!("Bearer {}", self.0)
    }
}

impl fmt::Debug for ServiceKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "ServiceKey({} bytes)", self.0.len())
    }
}

/// Shorter keys can be guessed; the origin refuses them too.
const MIN_BYTES: usize = 32;
