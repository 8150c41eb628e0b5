//! Points in time, with the unit in the type.

use serde::{Deserialize, Serialize};
use std::time::Duration;

/// A point in time as tokens carry it: whole seconds since 1970-01-01T00:00:00Z (RFC 7519 section 2, `NumericDate`).
///
/// ```
/// use wayleave_shared::time::{UnixMilliseconds, UnixSeconds};
///
/// assert_eq!(UnixMilliseconds(1_999).whole_seconds(), UnixSeconds(1));
/// ```
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(transparent)]
pub struct UnixSeconds(pub u64);

impl UnixSeconds {
    /// The same instant in milliseconds.
    #[must_use]
    pub const fn milliseconds(self) -> UnixMilliseconds {
        UnixMilliseconds(self.0.saturating_mul(1000))
    }
}

/// A point in time as bodies and the store carry it: milliseconds since 1970-01-01T00:00:00Z.
///
/// ```
/// use std::time::Duration;
/// use wayleave_shared::time::UnixMilliseconds;
///
/// let now = UnixMilliseconds(1_000);
/// assert_eq!(now.after(Duration::from_secs(2)), UnixMilliseconds(3_000));
/// ```
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(transparent)]
pub struct UnixMilliseconds(pub u64);

impl UnixMilliseconds {
    /// The instant `span` later; stops at the end of the type instead of wrapping.
    #[must_use]
    pub fn after(self, span: Duration) -> Self {
        let span_ms = u64::try_from(span.as_millis()).unwrap_or(u64::MAX);
        Self(self.0.saturating_add(span_ms))
    }

    /// The second that this instant lies in.
    #[must_use]
    pub const fn whole_seconds(self) -> UnixSeconds {
        UnixSeconds(self.0 / 1000)
    }
}
