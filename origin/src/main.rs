//! The command line of the origin.

use clap::{Parser, Subcommand};
use std::{
    io::{self, Write},
    path::PathBuf,
    process::ExitCode,
    time::Duration,
};
use tokio::{
    signal::unix::{SignalKind, signal},
    time::Instant,
};
use tracing_subscriber::EnvFilter;
use wayleave_origin::{
    command,
    config::{self, Settings, Source},
    import::{Report, SuperTokens},
    server::Server,
    store::ImportMode,
};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

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
    /// Take over the sessions of another system, so that its users stay logged in.
    #[command(subcommand)]
    Import(ImportCommand),
    /// List the signing keys, or remove one in an emergency.
    #[command(subcommand)]
    Keys(KeysCommand),
    /// Serve until SIGTERM or Ctrl-C.
    #[command(after_long_help = config::help())]
    Serve(ConfigFile),
}

#[derive(Subcommand)]
enum ImportCommand {
    /// Import the sessions of SuperTokens 4.0.X (npm package supertokens-node-mysql-ref-jwt).
    ///
    /// Stop that system first: what it changes afterwards is not seen. Its database is only read. Run it again after an interruption: nothing is imported twice.
    /// Browsers bring their old refresh tokens to origins where `WAYLEAVE_IMPORTED_SESSIONS` is on. See docs/migrating-from-supertokens-4.md.
    #[command(name = "supertokens-4")]
    SuperTokens4 {
        /// That system's database: mysql://user:password@host:port/database, or - to read it from standard input, where nobody sees the password. SELECT is all
        /// that the user needs to be allowed.
        #[arg(long, value_name = "URL", allow_hyphen_values = true)]
        from: String,
        /// The table of sessions: mysql.tables.refreshTokens of that system's settings.
        #[arg(long, value_name = "NAME", default_value = "refresh_token")]
        table: String,
        /// Take user ids of digits for numbers: for sessions that were written by versions before 4.2.0, which kept both alike.
        #[arg(long)]
        digits_are_numbers: bool,
        /// Read and judge everything, and import nothing.
        #[arg(long)]
        dry_run: bool,
        #[command(flatten)]
        config: ConfigFile,
    },
    /// Take back all sessions that were imported, so that they can be imported anew.
    ///
    /// Those that were refreshed here are ended as any other: their users log in once more. Sessions of log-ins here stay.
    Undo(ConfigFile),
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
        Command::Import(ImportCommand::SuperTokens4 {
            from,
            table,
            digits_are_numbers,
            dry_run,
            config,
        }) => {
            let mode = if dry_run { ImportMode::DryRun } else { ImportMode::Keep };
            match source(from, &table, digits_are_numbers) {
                Ok(source) => import(&config, source, mode).await,
                Err(error) => Err(error),
            }
        }
        Command::Import(ImportCommand::Undo(file)) => undo_import(&file).await,
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

fn source(
    from: String,
    table: &str,
    digits_are_numbers: bool,
) -> Result<SuperTokens, Box<dyn std::error::Error>> {
    let url = if from == "-" { io::read_to_string(io::stdin())? } else { from };
    Ok(SuperTokens::new(url.trim(), table, digits_are_numbers)?)
}

async fn import(file: &ConfigFile, source: SuperTokens, mode: ImportMode) -> Outcome {
    let settings = settings(file)?;
    let mut pace = Pace::begin();
    let mut tell = |report: &Report| {
        let (read, imported) = (report.read, report.imported);
        pace.tell(&format!("{read} sessions read, {imported} imported so far"));
    };
    let told = command::import_supertokens(&settings, source, mode, &mut tell).await?;
    write!(io::stdout(), "{told}")?;
    Ok(())
}

async fn undo_import(file: &ConfigFile) -> Outcome {
    let settings = settings(file)?;
    let mut pace = Pace::begin();
    let mut tell = |taken| pace.tell(&format!("{taken} imported sessions taken back so far"));
    let told = command::undo_import(&settings, &mut tell).await?;
    write!(io::stdout(), "{told}")?;
    Ok(())
}

/// Tells how far long work has come, but not too often.
struct Pace(Instant);

impl Pace {
    fn begin() -> Self {
        Self(Instant::now())
    }

    fn tell(&mut self, text: &str) {
        if self.0.elapsed() >= TELL_EVERY {
            // Where standard error is gone there is nobody to tell.
            let _ = writeln!(io::stderr(), "{text}");
            self.0 = Instant::now();
        }
    }
}

const TELL_EVERY: Duration = Duration::from_secs(5);

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
