//! The settings of a run, as an operator writes them.

use crate::transition::{ACCESS_VALIDITY, DEFAULT_WINDOW, Settings};
use wayleave_origin::config::Source;

/// What an origin is started with.
pub(crate) fn source(settings: Settings) -> Source {
    let milliseconds = |time| format!("{time}ms");
    let window = match settings.window {
        DEFAULT_WINDOW => "auto".to_owned(),
        window => milliseconds(window),
    };
    let lifetime = settings.lifetime.map_or("never".to_owned(), milliseconds);
    let mut source = Source::of([
        ("WAYLEAVE_SERVICE_KEYS", "0123456789abcdef0123456789abcdef"),
        ("WAYLEAVE_MASTER_KEY", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"),
        ("WAYLEAVE_ISSUER", "https://id.example"),
        ("WAYLEAVE_SIGNING_KEY_INTERVAL", "never"),
    ]);
    source.extend([
        ("WAYLEAVE_ACCESS_TOKEN_VALIDITY", format!("{ACCESS_VALIDITY}s").as_str()),
        ("WAYLEAVE_ACCESS_TOKEN_SPREAD", "off"),
        ("WAYLEAVE_REFRESH_REUSE_WINDOW", window.as_str()),
        ("WAYLEAVE_REFRESH_TOKEN_VALIDITY", milliseconds(settings.validity).as_str()),
        ("WAYLEAVE_SESSION_MAX_LIFETIME", lifetime.as_str()),
    ]);
    source
}
