//! The settings of the webhook.

use super::{Reader, list, seed};
use crate::config::variable::{WEBHOOK_SECRET, WEBHOOK_URL};
use http::{Uri, uri::Scheme};
use std::{fmt, net::IpAddr};
use zeroize::Zeroizing;

/// Where events are told, and what signs them. `Debug` shows neither: the address may hold a secret.
#[derive(Clone)]
pub struct WebhookSettings {
    /// `https`, or `http` on this machine; without user, password and fragment.
    pub url: Uri,
    /// Each signs; one or more.
    pub secrets: Vec<Zeroizing<[u8; 32]>>,
}

impl fmt::Debug for WebhookSettings {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("WebhookSettings").finish_non_exhaustive()
    }
}

impl Reader<'_> {
    /// `None` where there is none, and where something is wrong with it: then an error is noted.
    pub(super) fn webhook(&mut self) -> Option<WebhookSettings> {
        let url =
            self.read(
                &WEBHOOK_URL,
                |text| {
                    if text.is_empty() { Some(None) } else { url(text).map(Some) }
                },
            );
        let secrets = self.read(&WEBHOOK_SECRET, |text| {
            if text.is_empty() { Some(Vec::new()) } else { list(text, seed) }
        });
        let (url, secrets) = (url??, secrets?);
        if secrets.is_empty() {
            self.errors.push(format!(
                "{} must be set where {} is: {}",
                WEBHOOK_SECRET.name, WEBHOOK_URL.name, WEBHOOK_SECRET.accepted
            ));
        }
        Some(WebhookSettings { url, secrets })
    }
}

fn url(text: &str) -> Option<Uri> {
    let url: Uri = text.parse().ok()?;
    let authority = url.authority()?;
    let host = authority.host();
    let is_safe = url.scheme() == Some(&Scheme::HTTPS)
        || (url.scheme() == Some(&Scheme::HTTP) && is_this_machine(host));
    // Neither user nor password stands before the host, and nothing but a port after it.
    let is_plain = authority.as_str() == host
        || authority.port().is_some_and(|port| authority.as_str() == format!("{host}:{port}"));
    (is_safe && is_plain && !host.is_empty() && !text.contains('#')).then_some(url)
}

fn is_this_machine(host: &str) -> bool {
    let address = host.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>();
    host.eq_ignore_ascii_case("localhost") || address.is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use crate::config::{ConfigErrors, Settings, Source};

    const SECRET: &str = "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE";

    fn with(url: &str, secret: &str) -> Result<Settings, Vec<String>> {
        let source = Source::of([
            ("WAYLEAVE_SERVICE_KEYS", "0123456789abcdef0123456789abcdef"),
            ("WAYLEAVE_MASTER_KEY", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"),
            ("WAYLEAVE_ISSUER", "https://id.example"),
            ("WAYLEAVE_WEBHOOK_URL", url),
            ("WAYLEAVE_WEBHOOK_SECRET", secret),
        ]);
        Settings::parse(&source).map_err(|ConfigErrors(errors)| errors)
    }

    #[test]
    fn there_is_no_webhook_unless_it_is_set() {
        for secret in ["", SECRET] {
            assert!(with("", secret).unwrap().webhook.is_none());
        }
    }

    #[test]
    fn a_webhook_is_reached_by_tls_or_on_this_machine() {
        for good in [
            "https://app.example/hooks?key=1",
            "https://app.example:8443",
            "http://localhost:3000/hooks",
            "http://LOCALHOST/",
            "http://127.0.0.1/",
            "http://127.8.8.8:80/",
            "http://[::1]:3000/",
        ] {
            let webhook = with(good, SECRET).unwrap().webhook.unwrap();
            assert!(webhook.url.scheme().is_some(), "{good}");
        }
        for bad in [
            "app.example",
            "/hooks",
            "ftp://app.example/",
            "http://app.example/",
            "http://10.0.0.1/",
            "http://localhost.example/",
            "http://[::2]/",
            "https://user:password@app.example/",
            "http://localhost@app.example/",
            "https://app.example/#part",
            "https://app.example:99999/",
            "https://app.example:/",
            "https://",
            "https://a b/",
        ] {
            let Err(errors) = with(bad, SECRET) else { panic!("{bad}") };
            let [error] = &errors[..] else { panic!("{bad}: {errors:?}") };
            assert!(error.starts_with("WAYLEAVE_WEBHOOK_URL is (hidden), accepted: an https URL"));
        }
    }

    #[test]
    fn a_webhook_wants_a_secret() {
        let errors = with("https://app.example/", "").map(drop).unwrap_err();
        let [error] = &errors[..] else { panic!("{errors:?}") };
        assert!(error.starts_with(
            "WAYLEAVE_WEBHOOK_SECRET must be set where WAYLEAVE_WEBHOOK_URL is: one or more"
        ));
    }

    #[test]
    fn each_secret_is_32_bytes_and_none_is_shown() {
        let two = format!("{SECRET}, AgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgI");
        for (good, count) in [(SECRET, 1), (&two, 2)] {
            let webhook = with("https://app.example/", good).unwrap().webhook.unwrap();
            assert_eq!((webhook.secrets.len(), *webhook.secrets[0]), (count, [1; 32]));
            assert_eq!(format!("{webhook:?}"), "WebhookSettings { .. }");
        }
        for bad in
            ["AAAA", "whsec_AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=", &format!("{SECRET},")]
        {
            let errors = with("https://app.example/", bad).map(drop).unwrap_err();
            let [error] = &errors[..] else { panic!("{bad}: {errors:?}") };
            assert!(
                error.starts_with("WAYLEAVE_WEBHOOK_SECRET is (hidden), accepted: one or more")
            );
        }
    }
}
