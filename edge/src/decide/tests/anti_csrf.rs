//! The whole matrix of what guards against other sites: method × anti-CSRF header × site × origin × setting × route.

use super::*;

/// What must come out, said without the code that decides: the rules of docs/api.md as a reader would apply them.
fn expected(request: Request<'_>) -> &'static str {
    let Request { route, method, header, site, origin, setting } = request;
    let is_unsafe = !["GET", "HEAD", "OPTIONS", "TRACE"].contains(&method);
    let is_ours = match site {
        Some("same-origin" | "same-site" | "none") => true,
        Some(_) => origin == Some(LISTED),
        None => matches!(origin, None | Some(OWN | LISTED)),
    };
    let is_checked = setting == "on" && is_unsafe;
    let is_meant = !is_checked || header == Header::Right;
    match route {
        Route::Refresh | Route::SignOut if !is_ours => "cross-site",
        // Older clients refresh without the header.
        Route::Refresh => "done",
        _ if is_meant => "done",
        Route::Public => "without session",
        Route::SignOut | Route::Data | Route::Protected => "try refresh",
    }
}

#[derive(Clone, Copy, Debug)]
struct Request<'a> {
    route: Route,
    method: &'a str,
    header: Header,
    site: Option<&'a str>,
    origin: Option<&'a str>,
    setting: &'a str,
}

#[derive(Clone, Copy, Debug)]
enum Route {
    Data,
    Protected,
    Public,
    Refresh,
    SignOut,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Header {
    Missing,
    Right,
    Wrong,
}

impl Route {
    const fn path(self) -> &'static str {
        match self {
            Self::Data => "/auth/session/data",
            Self::Protected => "/api/x",
            Self::Public => "/public/x",
            Self::Refresh => "/auth/session/refresh",
            Self::SignOut => "/auth/signout",
        }
    }

    const fn methods(self) -> &'static [&'static str] {
        match self {
            Self::Data => &["GET", "HEAD", "PUT", "PATCH"],
            Self::Protected | Self::Public => &[
                "GET", "HEAD", "OPTIONS", "TRACE", "POST", "PUT", "PATCH", "DELETE", "PROPFIND",
                "post", "get",
            ],
            Self::Refresh | Self::SignOut => &["POST"],
        }
    }
}

fn seen(request: Request<'_>, cookie: &str, right: &str, settings: &Settings) -> &'static str {
    let sent = Sent {
        method: request.method,
        path: request.route.path(),
        cookie,
        authorization: None,
        anti_csrf: match request.header {
            Header::Missing => None,
            Header::Right => Some(right),
            Header::Wrong => Some("AAAAAAAAAAAAAAAAAAAAAA"),
        },
        origin: request.origin,
        site: request.site,
        preflight: false,
    };
    let revocations = Revocations::default();
    let view = View { revocations: &revocations, is_current: true };
    match decide(
        &sent.view(),
        &testing::keys(),
        view,
        &Confirmations::default(),
        settings,
        testing::NOW,
    ) {
        Decision::Settled(
            Action::AskOrigin(_) | Action::Forward(Forward { session: Some(_), .. }),
        ) => "done",
        Decision::Settled(Action::Forward(Forward { session: None, .. })) => "without session",
        Decision::Settled(Action::Refuse(Refusal::CrossSite)) => "cross-site",
        Decision::Settled(Action::Refuse(Refusal::TryRefresh(
            TryRefresh::AntiCsrfMissing | TryRefresh::AntiCsrfWrong,
        ))) => "try refresh",
        other => panic!("{request:?}: {other:?}"),
    }
}

#[test]
fn the_whole_matrix_of_methods_headers_sites_and_routes() {
    const SITES: [Option<&str>; 7] = [
        None,
        Some("same-origin"),
        Some("same-site"),
        Some("none"),
        Some("cross-site"),
        Some("something-new"),
        Some(""),
    ];
    const ORIGINS: [Option<&str>; 5] =
        [None, Some(OWN), Some(LISTED), Some("https://evil.test"), Some("null")];
    let cookie = format!("{}; sRefreshToken=r", session_cookie());
    let right = testing::anti_csrf();
    let mut count = 0;
    for setting in ["on", "off"] {
        let settings = testing::settings_with(&[
            ("ANTI_CSRF", setting),
            ("ALLOWED_ORIGINS", LISTED),
            ("SESSION_DATA_ACCESS", "read-write"),
        ]);
        for route in [Route::Data, Route::Protected, Route::Public, Route::Refresh, Route::SignOut]
        {
            for method in route.methods() {
                for header in [Header::Missing, Header::Right, Header::Wrong] {
                    for site in SITES {
                        for origin in ORIGINS {
                            let request = Request { route, method, header, site, origin, setting };
                            let seen = seen(request, &cookie, &right, &settings);
                            assert_eq!(seen, expected(request), "{request:?}");
                            count += 1;
                        }
                    }
                }
            }
        }
    }
    assert_eq!(count, 2 * 3 * 7 * 5 * (4 + 11 + 11 + 1 + 1));
}
