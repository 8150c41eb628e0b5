//! What the app sees of a request.

use super::{
    cookies,
    signature::{SIGNATURE, Signed},
};
use crate::{
    decide::Forward,
    request::RequestView,
    settings::{Settings, Upstream},
};
use std::net::IpAddr;
use wayleave_shared::{header, time::UnixSeconds};

/// A request as it goes to the app: the client's method, body and headers, but for those that [`is_removed`](super::is_removed) names, with these set.
///
/// It holds no token of the session: the app knows whose request it is, and has no use for what would prove it elsewhere.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct AppRequest {
    /// The absolute URL; the client's own where the request goes through a service binding.
    pub url: String,
    /// Whether it goes through the service binding `UPSTREAM`.
    pub is_bound: bool,
    /// How long the app may take until its answer begins, in milliseconds.
    pub timeout_ms: Option<u32>,
    /// Headers of the client that stay behind besides.
    pub removed: Vec<&'static str>,
    /// Headers to set, after removing.
    pub headers: Vec<(&'static str, String)>,
    /// Whether the answer may be meant for this user only, so that no cache on the way to the app may keep it or give another's.
    pub is_personal: bool,
}

/// When a request passes the gateway, and from where.
#[derive(Clone, Copy, Debug)]
pub struct Passage {
    /// When.
    pub at: UnixSeconds,
    /// The client's address as the network tells it, if it does.
    pub client_address: Option<IpAddr>,
}

impl AppRequest {
    /// The request that goes on to the app. `None` where there is no app to send it to.
    #[must_use]
    pub fn new(
        request: &RequestView,
        forward: &Forward,
        passage: &Passage,
        settings: &Settings,
    ) -> Option<Self> {
        let (app, is_bound) = match &settings.gateway.upstream {
            Upstream::Nowhere => return None,
            Upstream::Binding => (&*request.own_origin, true),
            Upstream::Url(url) => (url.as_str(), false),
        };
        let mut headers = vec![
            ("x-forwarded-host", request.host().to_owned()),
            ("x-forwarded-proto", request.scheme().to_owned()),
        ];
        headers
            .extend(passage.client_address.map(|address| ("x-forwarded-for", address.to_string())));
        if let Some(claims) = &forward.session {
            headers.push((header::TRUST_USER_ID, claims.user_id.to_text()));
            headers.push((header::TRUST_SESSION, claims.session.to_string()));
            headers.extend(
                claims.payload.as_ref().map(|payload| (header::TRUST_PAYLOAD, payload.ascii())),
            );
        }
        let target = format!("{}{}", request.path, request.query);
        if let Some(key) = &settings.gateway.trust_key {
            let signed = Signed {
                at: passage.at,
                method: &request.method,
                target: &target,
                headers: &headers,
            };
            let signature = signed.header(key);
            headers.push((SIGNATURE, signature));
        }
        let mut removed = Vec::new();
        if forward.bearer_is_ours {
            removed.push("authorization");
        }
        let cookies = request.headers.cookie.as_deref().unwrap_or_default();
        match cookies::without_ours(cookies, &settings.cookie_names) {
            Some(rest) if rest.is_empty() => removed.push("cookie"),
            Some(rest) => headers.push(("cookie", rest)),
            None => {}
        }
        Some(Self {
            removed,
            url: format!("{app}{target}"),
            is_bound,
            timeout_ms: settings.gateway.upstream_timeout_ms,
            headers,
            is_personal: forward.session.is_some(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        request::RequestHeaders,
        settings::{SERVICE_BINDING, TrustKey},
        testing,
    };
    use wayleave_shared::{json::Json, user_id::UserId};

    fn request() -> RequestView<'static> {
        RequestView::new(
            "GET",
            "https://api.example:8443/a%2fb//c?d=%20&e",
            RequestHeaders::default(),
        )
    }

    fn sent(request: &RequestView, forward: &Forward, changed: &[(&str, &str)]) -> AppRequest {
        sent_from(None, request, forward, changed)
    }

    fn sent_from(
        address: Option<&str>,
        request: &RequestView,
        forward: &Forward,
        changed: &[(&str, &str)],
    ) -> AppRequest {
        let client_address = address.map(|address| address.parse().unwrap());
        let passage = Passage { at: testing::NOW, client_address };
        AppRequest::new(request, forward, &passage, &testing::settings_with(changed)).unwrap()
    }

    #[test]
    fn the_app_sees_path_and_query_as_they_were_sent() {
        let sent = sent(&request(), &Forward::WITHOUT_SESSION, &[]);
        assert_eq!(sent.url, "http://app.test:3000/a%2fb//c?d=%20&e");
        assert!(!sent.is_personal && !sent.is_bound);
        assert_eq!(sent.timeout_ms, None);
        assert_eq!(
            sent.headers,
            [
                ("x-forwarded-host", "api.example:8443".to_owned()),
                ("x-forwarded-proto", "https".to_owned())
            ]
        );
    }

    #[test]
    fn the_app_sees_whose_request_it_is_in_ascii() {
        let mut claims = testing::claims();
        claims.user_id = UserId::text("zoë").unwrap();
        claims.payload = Some(Json::parse("{\"name\":\"zoë\",\n\"x\":1.0}").unwrap());
        let handle = claims.session;
        let forward =
            Forward { session: Some(claims.into()), carried: Some(handle), bearer_is_ours: false };

        let sent = sent(&request(), &forward, &[]);

        assert!(sent.is_personal);
        assert_eq!(
            sent.headers[2..],
            [
                ("x-wayleave-user-id", r#""zo\u00eb""#.to_owned()),
                ("x-wayleave-session", handle.to_string()),
                ("x-wayleave-payload", r#"{"name":"zo\u00eb", "x":1.0}"#.to_owned()),
            ]
        );
    }

    #[test]
    fn an_absent_payload_is_no_header_but_null_is() {
        let seen = |payload: Option<&str>| {
            let mut claims = testing::claims();
            claims.payload = payload.map(|payload| Json::parse(payload).unwrap());
            let forward = Forward { session: Some(claims.into()), ..Forward::WITHOUT_SESSION };
            let sent = sent(&request(), &forward, &[]);
            sent.headers
                .into_iter()
                .find(|(name, _)| *name == "x-wayleave-payload")
                .map(|(_, value)| value)
        };
        assert_eq!(seen(None), None);
        assert_eq!(seen(Some("null")), Some("null".to_owned()));
    }

    #[test]
    fn a_session_that_is_only_carried_is_not_trusted() {
        let carried = Some(testing::claims().session);
        let forward = Forward { carried, ..Forward::WITHOUT_SESSION };
        let sent = sent(&request(), &forward, &[]);
        assert_eq!(sent.headers.len(), 2);
    }

    #[test]
    fn the_app_sees_no_token_of_ours_and_every_other_cookie() {
        for (cookie, bearer_is_ours, removed, kept) in [
            (None, false, [].as_slice(), None),
            (Some("theme=dark"), false, &[], None),
            (Some("sAccessToken=t"), false, &["cookie"], None),
            (Some("theme=dark; sAccessToken=t"), false, &[], Some("theme=dark")),
            (None, true, &["authorization"], None),
            (Some("sIdRefreshToken=i"), true, &["authorization", "cookie"], None),
        ] {
            let mut request = request();
            request.headers.cookie = cookie.map(Into::into);
            let forward = Forward { bearer_is_ours, ..Forward::WITHOUT_SESSION };

            let sent = sent(&request, &forward, &[]);

            let cookies = sent.headers.into_iter().find(|(name, _)| *name == "cookie");
            let cookies = cookies.map(|(_, value)| value);
            assert_eq!(
                (sent.removed.as_slice(), cookies.as_deref()),
                (removed, kept),
                "{cookie:?}"
            );
        }
    }

    #[test]
    fn the_app_learns_the_clients_address_from_us_alone() {
        for address in ["192.0.2.7", "2001:db8::7"] {
            let sent = sent_from(Some(address), &request(), &Forward::WITHOUT_SESSION, &[]);
            assert_eq!(sent.headers[2..], [("x-forwarded-for", address.to_owned())]);
        }
    }

    #[test]
    fn a_bound_app_is_asked_by_the_clients_url() {
        let bound = [("UPSTREAM", SERVICE_BINDING), ("UPSTREAM_TIMEOUT", "1s")];
        let sent = sent(&request(), &Forward::WITHOUT_SESSION, &bound);
        assert_eq!(sent.url, "https://api.example:8443/a%2fb//c?d=%20&e");
        assert!(sent.is_bound);
        assert_eq!(sent.timeout_ms, Some(1_000));
    }

    #[test]
    fn with_a_trust_key_every_request_is_signed_with_or_without_a_session() {
        let key = [("TRUST_KEY", testing::SERVICE_KEY)];
        let signature = |forward: &Forward| {
            let sent = sent(&request(), forward, &key);
            let signed = Signed {
                at: testing::NOW,
                method: "GET",
                target: "/a%2fb//c?d=%20&e",
                headers: &sent.headers,
            };
            let expected = signed.header(&TrustKey::new(testing::SERVICE_KEY).unwrap());
            let found: Vec<_> =
                sent.headers.iter().filter(|(name, _)| *name == SIGNATURE).collect();
            assert_eq!(found, [&(SIGNATURE, expected.clone())]);
            expected
        };
        let session = Some(testing::claims().into());
        let with = signature(&Forward { session, ..Forward::WITHOUT_SESSION });
        assert_ne!(with, signature(&Forward::WITHOUT_SESSION));
    }
}
