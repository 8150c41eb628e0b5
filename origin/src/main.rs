//! The command line of the origin.

use clap::{Parser, Subcommand};
use std::{
    io::{self, Write},
    path::PathBuf,
    process::ExitCode,
};
use tokio::signal::unix::{SignalKind, signal};
use tracing_subscriber::EnvFilter;
use wayleave_origin::{
    command,
    config::{self, Settings, Source},
    server::Server,
};

/// Keeps sessions: create, refresh, end them and hold their data, in MySQL, MariaDB or SQLite.
#[derive(Parser)]
#[command(version, after_long_help = config::help(), after_help = "Use --help for the list of settings.")]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Check the settings, say what is wrong with them, and do nothing else.
    #[command(after_long_help = config::help())]
    CheckConfig(ConfigFile),
    /// Print 32 random bytes in base64url: fit for a service key or a master key.
    GenerateSecret,
    /// List the signing keys, or remove one in an emergency.
    #[command(subcommand)]
    Keys(KeysCommand),
    /// Serve until SIGTERM or Ctrl-C.
    #[command(after_long_help = config::help())]
    Serve(ConfigFile),
}

#[derive(Subcommand)]
enum KeysCommand {
    /// List all signing keys: id, what it does, since or from when it signs.
    List(ConfigFile),
    /// Remove a signing key for ever, at once and without asking: for a key whose private half got out.
    ///
    /// Every access token that it signed is refused: by the origins within seconds, by the edges as fast as the revocation feed goes. Browsers refresh
    /// and stay logged in; sessions are not ended. Where the key signs now, a new one takes its place at once.
    Remove {
        /// The key's id, as "keys list" shows it and a token's header names it.
        // One key id in 64 begins with a hyphen.
        #[arg(allow_hyphen_values = true)]
        kid: String,
        #[command(flatten)]
        config: ConfigFile,
    },
}

#[derive(clap::Args)]
struct ConfigFile {
    /// A TOML file of settings; the environment wins over it.
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
}

#[tokio::main]
async fn main() -> ExitCode {
    let outcome = match Arguments::parse().command {
        Command::CheckConfig(file) => check_config(&file),
        Command::GenerateSecret => generate_secret(),
        Command::Keys(KeysCommand::List(file)) => keys_list(&file).await,
        Command::Keys(KeysCommand::Remove { kid, config }) => keys_remove(&config, &kid).await,
        Command::Serve(file) => serve(&file).await,
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // Where standard error is gone there is nobody left to tell.
            let _ = writeln!(io::stderr(), "wayleave-origin: {error}");
            ExitCode::FAILURE
        }
    }
}

type Outcome = Result<(), Box<dyn std::error::Error>>;

fn settings(file: &ConfigFile) -> Result<Settings, Box<dyn std::error::Error>> {
    let source = Source::read(file.config.as_deref())?;
    Ok(Settings::parse(&source)?)
}

fn check_config(file: &ConfigFile) -> Outcome {
    settings(file)?;
    writeln!(io::stdout(), "the settings are good")?;
    Ok(())
}

fn generate_secret() -> Outcome {
    writeln!(io::stdout(), "{}", wayleave_origin::generate_secret()?)?;
    Ok(())
}

async fn keys_list(file: &ConfigFile) -> Outcome {
    let listed = command::list_keys(&settings(file)?).await?;
    write!(io::stdout(), "{listed}")?;
    Ok(())
}

async fn keys_remove(file: &ConfigFile, kid: &str) -> Outcome {
    let told = command::remove_key(&settings(file)?, kid).await?;
    write!(io::stdout(), "{told}")?;
    Ok(())
}

async fn serve(file: &ConfigFile) -> Outcome {
    // First of all: a stop signal that comes before somebody listens for it would kill the process.
    let (mut terminate, mut interrupt) =
        (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
    let settings = settings(file)?;
    start_log(&settings)?;
    let server = Server::prepare(settings).await?;
    tracing::info!(listen = %server.address()?, "serving");
    server
        .run(async move {
            tokio::select! {
                _ = terminate.recv() => {}
                _ = interrupt.recv() => {}
            }
        })
        .await?;
    tracing::info!("stopped");
    Ok(())
}

fn start_log(settings: &Settings) -> Outcome {
    let filter: EnvFilter = settings.log.parse()?;
    let log = tracing_subscriber::fmt().with_env_filter(filter).with_writer(io::stderr);
    if settings.log_json {
        log.json().init();
    } else {
        log.init();
    }
    Ok(())
}
