//! Tells a browser that carries two cookies of one name what becomes of them.

use crate::{
    answer::Answer,
    host::GatewayHost,
    isolate::Isolate,
    log::{Level, LogLine},
    origin::{self, Call, clear_duplicates},
    request::RequestView,
    respond,
    settle::over,
};

/// The session goes on where the cookies of the older domain can be told apart, and the client comes back without them. Else it is over: nobody can say which one is meant.
pub(super) async fn clear<H: GatewayHost>(
    host: &H,
    isolate: &Isolate,
    request: &RequestView<'_>,
) -> Answer {
    let cookies = request.headers.cookie.as_deref().unwrap_or_default();
    let may_come_back = isolate.duplicates.lock().may_come_back(cookies, host.now());
    if !may_come_back {
        warn(host, "what the older cookie domain has is cleared, and they are still there");
        return over::over_as_known(host, isolate);
    }
    let settings = &isolate.settings;
    match origin::ask(host, settings, &Call::ClearDuplicates, clear_duplicates).await {
        Ok(cleared) if cleared.session_goes_on => {
            respond::duplicates_cleared(&cleared.browser, request.headers.auth_mode.is_some())
        }
        Ok(cleared) => {
            warn(host, "the origin knows of no older cookie domain");
            isolate.clearing.lock().keep(&cleared.browser, host.now());
            respond::session_over(&cleared.browser, settings.expired_status)
        }
        Err(error) => origin::failed(&error, settings),
    }
}

fn warn<H: GatewayHost>(host: &H, reason: &str) {
    let line = LogLine::new(
        Level::Warning,
        "a browser carries session cookies of one name twice, and its session is over",
    );
    host.log(line.with("reason", &reason));
}
