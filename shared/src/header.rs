//! Names of the headers that browsers, edge, app and origin exchange. All in lower case, as HTTP/2 has them.

/// The anti-CSRF token: sent by the origin at log-in and refresh, sent back by the page.
pub const ANTI_CSRF: &str = "anti-csrf";

/// What JavaScript may know of the access token: see the `browser` module.
pub const FRONT_TOKEN: &str = "front-token";

/// Marks the generation of a session for older clients: `<uuid>;<ms>`.
pub const ID_REFRESH_TOKEN: &str = "id-refresh-token";

/// How the client wants its tokens: `cookie` or `header`.
pub const AUTH_MODE: &str = "st-auth-mode";

/// In header mode: the access token, in an answer.
pub const ACCESS_TOKEN: &str = "st-access-token";

/// In header mode: the refresh token, in an answer.
pub const REFRESH_TOKEN: &str = "st-refresh-token";

/// The value of [`FRONT_TOKEN`] and [`ID_REFRESH_TOKEN`] that tells the client that its session is over. A word, because proxies drop empty headers.
pub const REMOVE: &str = "remove";

/// To the app: the user id's text form.
pub const TRUST_USER_ID: &str = "x-wayleave-user-id";

/// To the app: the session handle.
pub const TRUST_SESSION: &str = "x-wayleave-session";

/// To the app: the JWT payload as JSON in ASCII.
pub const TRUST_PAYLOAD: &str = "x-wayleave-payload";

/// From the app: log this user in.
pub const CREATE_SESSION: &str = "x-wayleave-create-session";

/// The beginning of every header that only the gateway and the app may set for each other.
pub const TRUST_PREFIX: &str = "x-wayleave-";

/// Response headers that a page on another origin must be allowed to read, by name (`*` does not work with credentials).
pub const EXPOSED: [&str; 6] =
    [FRONT_TOKEN, ID_REFRESH_TOKEN, ANTI_CSRF, ACCESS_TOKEN, REFRESH_TOKEN, "etag"];

/// Request headers that a page on another origin may send.
pub const ALLOWED: [&str; 9] = [
    "content-type",
    "if-match",
    ANTI_CSRF,
    "rid",
    "fdi-version",
    AUTH_MODE,
    "authorization",
    "supertokens-sdk-name",
    "supertokens-sdk-version",
];
