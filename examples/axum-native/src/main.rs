//! An Axum service that keeps users logged in by itself: no gateway in front, and no call to the origin where only the token is needed.

mod app;
mod devices;

use std::process::ExitCode;
use tokio::net::TcpListener;
use wayleave::Wayleave;

#[tokio::main]
async fn main() -> ExitCode {
    tracing_subscriber::fmt().with_writer(std::io::stderr).init();
    match serve().await {
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
/// A sentence for whoever started it.
async fn serve() -> Result<(), String> {
    // ORIGIN_URL, SERVICE_KEY and ISSUER: what is missing or wrong is named.
    let wayleave = Wayleave::from_env().map_err(|wrong| wrong.to_string())?;
    let address = listen_address();
    let listener = TcpListener::bind(&address)
        .await
        .map_err(|failure| format!("APP_LISTEN: cannot listen on {address}: {failure}"))?;
    tracing::info!("listening on {address}");
    let stop = async {
        // Without a way to hear the signal it ends as any process does.
        let _ = tokio::signal::ctrl_c().await;
    };
    axum::serve(listener, app::router(wayleave))
        .with_graceful_shutdown(stop)
        .await
        .map_err(|failure| format!("serving failed: {failure}"))
}

#[expect(clippy::disallowed_methods, reason = "the one setting of its own")]
fn listen_address() -> String {
    std::env::var("APP_LISTEN").unwrap_or_else(|_| "127.0.0.1:8796".to_owned())
}
