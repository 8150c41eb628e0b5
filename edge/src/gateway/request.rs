//! What the app sees of a request.

use super::cookies;
use crate::{
    decide::Forward,
    request::RequestView,
    settings::{Settings, Upstream},
};
use wayleave_shared::header;

/// A request as it goes to the app: the client's method, body and headers, but for those that [`is_removed`] names, with these set.
///
/// It holds no token of the session: the app knows whose request it is, and has no use for what would prove it elsewhere.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct AppRequest {
    /// The absolute URL.
    pub url: String,
    /// Headers of the client that stay behind besides.
    pub removed: Vec<&'static str>,
    /// Headers to set, after removing.
    pub headers: Vec<(&'static str, String)>,
    /// Whether the answer may be meant for this user only, so that no cache on the way to the app may keep it or give another's.
    pub is_personal: bool,
}

impl AppRequest {
    /// The request that goes on to the app.
    #[must_use]
    ///
    /// `None` where there is no app to send it to.
    pub fn new(request: &RequestView, forward: &Forward, settings: &Settings) -> Option<Self> {
        let app = match &settings.gateway.upstream {
            Upstream::Nowhere => return None,
            Upstream::Url(url) => url,
        };
        let mut headers = vec![
            ("x-forwarded-host", request.host().to_owned()),
            ("x-forwarded-proto", request.scheme().to_owned()),
        ];
        if let Some(claims) = &forward.session {
            headers.push((header::TRUST_USER_ID, claims.user_id.to_text()));
            headers.push((header::TRUST_SESSION, claims.session.to_string()));
            headers.extend(
                claims.payload.as_ref().map(|payload| (header::TRUST_PAYLOAD, payload.ascii())),
            );
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
            url: format!("{app}{}{}", request.path, request.query),
            headers,
            is_personal: forward.session.is_some(),
        })
    }
}

/// Whether only gateway and app may use a header of this name.
///
/// # Security
///
/// Servers that hand headers on as environment variables (CGI, WSGI) read `_` and `-` alike, so neither spelling may pass.
///
/// ```
/// use wayleave_edge::gateway::is_reserved;
///
/// assert!(is_reserved("X-Wayleave-User-Id"));
/// assert!(is_reserved("x_wayleave_user_id"));
/// assert!(!is_reserved("x-wayleaves"));
/// ```
#[must_use]
pub fn is_reserved(name: &str) -> bool {
    name.as_bytes().get(..header::TRUST_PREFIX.len()).is_some_and(|start| {
        let known = |byte: &u8| if *byte == b'_' { b'-' } else { byte.to_ascii_lowercase() };
        start.iter().map(known).eq(header::TRUST_PREFIX.bytes())
    })
}

/// Whether a client's header stays behind: those of [`is_reserved`], and those that end at the next hop (RFC 9110 section 7.6.1), where
/// `connection` is the client's `Connection` header. `Upgrade` goes on: the platform needs it for a WebSocket.
#[must_use]
pub fn is_removed(name: &str, connection: Option<&str>) -> bool {
    let is_this =
        |hop: &str| hop.trim().eq_ignore_ascii_case(name) && !name.eq_ignore_ascii_case("upgrade");
    let named_by_connection =
        || connection.is_some_and(|connection| connection.split(',').any(is_this));
    is_reserved(name)
        || HOP_BY_HOP.iter().any(|hop| hop.eq_ignore_ascii_case(name))
        || named_by_connection()
}

const HOP_BY_HOP: [&str; 7] = [
    "connection",
    "keep-alive",
    "proxy-authorization",
    "proxy-connection",
    "te",
    "trailer",
    "transfer-encoding",
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{request::RequestHeaders, testing};
    use wayleave_shared::{json::Json, user_id::UserId};

    fn request() -> RequestView {
        RequestView::new(
            "GET",
            "https://api.example:8443/a%2fb//c?d=%20&e",
            RequestHeaders::default(),
        )
    }

    #[test]
    fn the_app_sees_path_and_query_as_they_were_sent() {
        let sent =
            AppRequest::new(&request(), &Forward::WITHOUT_SESSION, &testing::settings_with(&[]))
                .unwrap();
        assert_eq!(sent.url, "http://app.test:3000/a%2fb//c?d=%20&e");
        assert!(!sent.is_personal);
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

        let sent = AppRequest::new(&request(), &forward, &testing::settings_with(&[])).unwrap();

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
            let sent = AppRequest::new(&request(), &forward, &testing::settings_with(&[])).unwrap();
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
        let sent = AppRequest::new(&request(), &forward, &testing::settings_with(&[])).unwrap();
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
            request.headers.cookie = cookie.map(str::to_owned);
            let forward = Forward { bearer_is_ours, ..Forward::WITHOUT_SESSION };

            let sent = AppRequest::new(&request, &forward, &testing::settings_with(&[])).unwrap();

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
    fn no_spelling_of_a_trust_header_passes() {
        for (name, expected) in [
            ("x-wayleave-user-id", true),
            ("X-WAYLEAVE-USER-ID", true),
            ("x_wayleave_user_id", true),
            ("X-Wayleave_Payload", true),
            ("x-wayleave-", true),
            ("x-wayleave", false),
            ("x-wayleave2-user-id", false),
            ("cookie", false),
            ("", false),
            ("é-wayleave-user-id", false),
        ] {
            assert_eq!(is_reserved(name), expected, "{name}");
            assert_eq!(is_removed(name, None), expected, "{name}");
        }
    }

    #[test]
    fn what_ends_at_this_hop_does_not_go_on() {
        for (name, connection, expected) in [
            ("Connection", None, true),
            ("transfer-encoding", None, true),
            ("TE", None, true),
            ("x-hop", Some("close, X-Hop"), true),
            ("x-other", Some("close, X-Hop"), false),
            ("upgrade", Some("Upgrade"), false),
            ("cookie", None, false),
            ("authorization", None, false),
        ] {
            assert_eq!(is_removed(name, connection), expected, "{name} {connection:?}");
        }
    }
}
