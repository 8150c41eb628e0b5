//! What the gateway proves itself to the app with.

use std::fmt;

/// `TRUST_KEY`: at least 32 characters of visible ASCII. `Debug` shows its length only.
#[derive(Clone)]
pub struct TrustKey(String);

impl TrustKey {
    /// Takes a key that is long enough.
    #[must_use]
    pub fn new(text: &str) -> Option<Self> {
        let fits = text.len() >= MIN_BYTES && text.bytes().all(|byte| byte.is_ascii_graphic());
        fits.then(|| Self(text.to_owned()))
    }

    /// The key as HMAC takes it.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        self.0.as_bytes()
    }
}

impl fmt::Debug for TrustKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "TrustKey({} bytes)", self.0.len())
    }
}

/// Shorter keys can be guessed by whoever has seen one signed request.
const MIN_BYTES: usize = 32;
