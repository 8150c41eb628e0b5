//! Which route a request is for.

use crate::{
    request::RequestView,
    settings::{SessionDataAccess, Settings},
};

/// What a request is for, by its method and path.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Route {
    /// Everything that is not ours: the app's.
    Gateway,
    /// `GET {base}/session/data`.
    GetSessionData,
    /// One of our routes that is turned off.
    NotFound,
    /// `OPTIONS` on one of our routes, which takes these methods.
    Options(&'static str),
    /// `PATCH {base}/session/data`.
    PatchSessionData,
    /// `PUT {base}/session/data`.
    PutSessionData,
    /// `POST {base}/session/refresh`, or one of its other paths.
    Refresh,
    /// `GET {base}/session`.
    Session,
    /// `POST {base}/signout`.
    SignOut,
    /// One of our routes, with a method that it does not take; it takes these.
    WrongMethod(&'static str),
}

impl Route {
    /// The route of a request.
    ///
    /// Our own paths are compared to the letter; every other spelling is the app's, and protected like it.
    ///
    /// ```
    /// # use wayleave_edge::settings::Settings;
    /// use wayleave_edge::{request::{RequestHeaders, RequestView}, route::Route};
    /// # let settings = Settings::read(|name| Some(match name {
    /// #     "ORIGIN_URL" | "UPSTREAM" | "ISSUER" => "http://localhost:1".into(), "SERVICE_KEY" => "k".repeat(32), _ => return None,
    /// # })).unwrap();
    ///
    /// let request = RequestView::new("POST", "https://a.example/auth/signout", RequestHeaders::default());
    /// assert_eq!(Route::of(&request, &settings), Route::SignOut);
    /// ```
    #[must_use]
    pub fn of(request: &RequestView, settings: &Settings) -> Self {
        let path = match request.path.strip_prefix(&settings.gateway.auth_base_path) {
            _ if settings
                .gateway
                .refresh_path_aliases
                .iter()
                .any(|alias| *alias == request.path) =>
            {
                REFRESH
            }
            Some(path) => path,
            None => return Self::Gateway,
        };
        let access = settings.gateway.session_data_access;
        let (methods, routes): (_, &[(&str, Self)]) = match path {
            "/session" => (READ, &[("GET", Self::Session), ("HEAD", Self::Session)]),
            "/session/data" if access == SessionDataAccess::Off => return Self::NotFound,
            "/session/data" if access == SessionDataAccess::Read => {
                (READ, &[("GET", Self::GetSessionData), ("HEAD", Self::GetSessionData)])
            }
            "/session/data" => (
                READ_WRITE,
                &[
                    ("GET", Self::GetSessionData),
                    ("HEAD", Self::GetSessionData),
                    ("PATCH", Self::PatchSessionData),
                    ("PUT", Self::PutSessionData),
                ],
            ),
            REFRESH => (POST, &[("POST", Self::Refresh)]),
            "/signout" => (POST, &[("POST", Self::SignOut)]),
            _ => return Self::Gateway,
        };
        if request.method == "OPTIONS" {
            return Self::Options(methods);
        }
        let found = routes.iter().find(|(method, _)| *method == request.method);
        found.map_or(Self::WrongMethod(methods), |(_, route)| *route)
    }

    /// Whether one of our own routes has this path already, so that it cannot be another path of the refresh route.
    #[must_use]
    pub fn is_taken(path: &str, base_path: &str) -> bool {
        path.strip_prefix(base_path)
            .is_some_and(|path| matches!(path, "/session" | "/session/data" | REFRESH | "/signout"))
    }
}

const REFRESH: &str = "/session/refresh";

const READ: &str = "GET, HEAD";
const READ_WRITE: &str = "GET, HEAD, PUT, PATCH";
const POST: &str = "POST";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{request::RequestHeaders, testing};

    #[test]
    fn every_method_and_path_has_its_route() {
        for (method, path, expected) in [
            ("GET", "/auth/session", Route::Session),
            ("HEAD", "/auth/session", Route::Session),
            ("POST", "/auth/session", Route::WrongMethod("GET, HEAD")),
            ("get", "/auth/session", Route::WrongMethod("GET, HEAD")),
            ("GET", "/auth/session/data", Route::GetSessionData),
            ("PUT", "/auth/session/data", Route::PutSessionData),
            ("PATCH", "/auth/session/data", Route::PatchSessionData),
            ("DELETE", "/auth/session/data", Route::WrongMethod("GET, HEAD, PUT, PATCH")),
            ("OPTIONS", "/auth/session/data", Route::Options("GET, HEAD, PUT, PATCH")),
            ("PATCH", "/auth/session", Route::WrongMethod("GET, HEAD")),
            ("POST", "/auth/session/refresh", Route::Refresh),
            ("GET", "/auth/session/refresh", Route::WrongMethod("POST")),
            ("POST", "/auth/signout", Route::SignOut),
            ("GET", "/auth/signout", Route::WrongMethod("POST")),
            ("OPTIONS", "/auth/session", Route::Options("GET, HEAD")),
            ("OPTIONS", "/auth/signout", Route::Options("POST")),
            ("GET", "/", Route::Gateway),
            ("GET", "/auth", Route::Gateway),
            ("GET", "/auth/", Route::Gateway),
            ("GET", "/auth/session/", Route::Gateway),
            ("GET", "/auth//session", Route::Gateway),
            ("GET", "/auth/%73ession", Route::Gateway),
            ("GET", "/AUTH/session", Route::Gateway),
            ("GET", "/authx/session", Route::Gateway),
            ("OPTIONS", "/api", Route::Gateway),
        ] {
            let url = format!("https://a.example{path}?x=1");
            let request = RequestView::new(method, &url, RequestHeaders::default());
            let settings = testing::settings_with(&[("SESSION_DATA_ACCESS", "read-write")]);
            assert_eq!(Route::of(&request, &settings), expected, "{method} {path}");
        }
    }

    #[test]
    fn session_data_is_as_open_as_the_settings_say() {
        for (access, method, expected) in [
            ("off", "GET", Route::NotFound),
            ("off", "PUT", Route::NotFound),
            ("off", "PATCH", Route::NotFound),
            ("off", "OPTIONS", Route::NotFound),
            ("read", "GET", Route::GetSessionData),
            ("read", "PUT", Route::WrongMethod("GET, HEAD")),
            ("read", "PATCH", Route::WrongMethod("GET, HEAD")),
            ("read-write", "PUT", Route::PutSessionData),
            ("read-write", "PATCH", Route::PatchSessionData),
        ] {
            let request = RequestView::new(
                method,
                "https://a.example/auth/session/data",
                RequestHeaders::default(),
            );
            let settings = testing::settings_with(&[("SESSION_DATA_ACCESS", access)]);
            assert_eq!(Route::of(&request, &settings), expected, "{access} {method}");
        }
    }

    #[test]
    fn the_refresh_route_may_have_other_paths_to_the_letter() {
        let settings = testing::settings_with(&[("REFRESH_PATH_ALIASES", "/refresh, /auth/again")]);
        for (method, path, expected) in [
            ("POST", "/auth/session/refresh", Route::Refresh),
            ("POST", "/refresh", Route::Refresh),
            ("POST", "/auth/again", Route::Refresh),
            ("GET", "/refresh", Route::WrongMethod("POST")),
            ("OPTIONS", "/refresh", Route::Options("POST")),
            ("POST", "/refresh/", Route::Gateway),
            ("POST", "/Refresh", Route::Gateway),
            ("POST", "/%72efresh", Route::Gateway),
            ("POST", "/auth/refresh", Route::Gateway),
        ] {
            let url = format!("https://a.example{path}?x=1");
            let request = RequestView::new(method, &url, RequestHeaders::default());
            assert_eq!(Route::of(&request, &settings), expected, "{method} {path}");
        }
    }

    #[test]
    fn the_base_path_moves_all_routes() {
        let settings = testing::settings_with(&[("AUTH_BASE_PATH", "/api/login")]);
        for (path, expected) in
            [("/api/login/session", Route::Session), ("/auth/session", Route::Gateway)]
        {
            let url = format!("https://a.example{path}");
            let request = RequestView::new("GET", &url, RequestHeaders::default());
            assert_eq!(Route::of(&request, &settings), expected);
        }
    }
}
