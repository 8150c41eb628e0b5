//! `make bench`: see the library's documentation.

use clap::Parser;
use std::{
    io::{self, Write},
    process::ExitCode,
};
use tokio::signal::unix::{SignalKind, signal};
use wayleave_bench::command::Command;

#[tokio::main]
async fn main() -> ExitCode {
    let command = Command::parse();
    let outcome = tokio::select! {
        outcome = command.run() => outcome,
        // What was started ends with the future that is dropped here.
        () = told_to_stop() => {
            eprintln!("bench: stopped");
            return ExitCode::from(130);
        }
    };
    match outcome {
        Ok((text, well)) => {
            let written = io::stdout().write_all(text.as_bytes());
            if well && written.is_ok() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
        }
        Err(failure) => {
            eprintln!("bench: {failure}");
            ExitCode::FAILURE
        }
    }
}

/// Ctrl-C, or `kill`.
async fn told_to_stop() {
    let (Ok(mut interrupt), Ok(mut terminate)) =
        (signal(SignalKind::interrupt()), signal(SignalKind::terminate()))
    else {
        return std::future::pending().await;
    };
    tokio::select! {
        _ = interrupt.recv() => {}
        _ = terminate.recv() => {}
    }
}
