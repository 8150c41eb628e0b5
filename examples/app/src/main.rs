//! A small app behind the gateway, and the page on which people see how a session lives.
//!
//! It holds no session code of its own: the gateway verifies, the app reads three headers ([`trust`]); to log somebody in it
//! adds one header to its answer ([`login`]); what it keeps per session it keeps at the origin ([`counter`]). Any language
//! could do the same.
//!
//! | route | behind the gateway | file |
//! |---|---|---|
//! | `GET /`, `/page.js`, `/style.css`, `/icon.svg` | public | [`page`] |
//! | `GET /healthz` | public | [`app`] |
//! | `POST /login` | public | [`login`] |
//! | `GET /api/me` | protected | [`me`] |
//! | `GET`, `POST /api/counter` | protected | [`counter`] |

mod app;
mod counter;
mod error;
mod login;
mod me;
mod origin;
mod page;
mod settings;
mod trust;

use crate::{app::App, origin::Origin, settings::Settings};
use std::{io::IsTerminal, process::ExitCode, time::Duration};
use tokio::{net::TcpListener, signal::unix, time};
use tracing_subscriber::EnvFilter;

#[tokio::main]
async fn main() -> ExitCode {
    tracing_subscriber::fmt()
        .with_env_filter(
            EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info")),
        )
        .with_ansi(std::io::stderr().is_terminal())
        .with_writer(std::io::stderr)
        .init();

    match run().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(sentence) => {
            tracing::error!("{sentence}");
            ExitCode::FAILURE
        }
    }
}

/// Serves until it is told to stop.
///
/// # Errors
///
/// A sentence for whoever started the app: what is wrong, and where to put it right.
async fn run() -> Result<(), String> {
    let settings = Settings::from_environment().map_err(|wrong| wrong.to_string())?;
    let origin = Origin::new(&settings.origin_url, settings.service_key)
        .map_err(|failure| format!("cannot make a client for the origin: {failure}"))?;
    let router = app::router(App { origin, page_folder: settings.page_folder.into() });

    let listener = TcpListener::bind(settings.listen).await.map_err(|failure| {
        format!("APP_LISTEN: cannot listen on {}: {failure}", settings.listen)
    })?;
    let (told, stop) = tokio::sync::oneshot::channel();
    let mut terminate = unix::signal(unix::SignalKind::terminate())
        .map_err(|failure| format!("cannot wait for the signal to stop: {failure}"))?;
    tracing::info!(app.listen = %settings.listen, "listening");

    let serve = axum::serve(listener, router).with_graceful_shutdown(async move {
        tokio::select! {
            _ = tokio::signal::ctrl_c() => {}
            _ = terminate.recv() => {}
        }
        tracing::info!("stopping: no new requests");
        // Nobody listens only if serving has ended by itself.
        let _ = told.send(());
    });
    tokio::select! {
        served = serve.into_future() => served.map_err(|failure| format!("serving failed: {failure}")),
        // An idle connection that a browser keeps open must not hold the process up.
        () = async { let _ = stop.await; time::sleep(TIME_TO_FINISH).await } => Ok(()),
    }
}

/// How long running requests may go on after the signal to stop: more than one outbound call may take.
const TIME_TO_FINISH: Duration = Duration::from_secs(6);
