//! The three parts, started and stopped together.

use crate::{
    error::{PartEnded, StartError},
    part::{Part, log_tail},
    ports, ready,
    repository::{APP, ORIGIN, Repository},
    secrets::write_private,
    settings::{Cancel, Name, Settings},
    stopwatch::Stopwatch,
};
use std::{
    collections::BTreeMap,
    env,
    fs::{self, File, TryLockError},
    io,
    path::{Path, PathBuf},
    process::{Command, ExitStatus},
    thread,
    time::Duration,
};

/// The running system. Dropping it stops it.
#[derive(Debug)]
pub struct Stack {
    repository: Repository,
    settings: Settings,
    parts: BTreeMap<Name, Part>,
    // Held as long as the stack lives; the operating system lets go of it even if we are killed.
    _folder_lock: File,
}

/// What is told while a stack starts.
#[derive(Clone, Copy, Debug)]
pub enum Progress {
    /// The part's process runs.
    Started(Name),
    /// The part answers.
    Ready(Name, Duration),
}

impl Stack {
    /// Starts all parts and waits until each answers. Nothing is started if something is missing or a port is taken; nothing is left running if a
    /// part fails.
    ///
    /// # Errors
    ///
    /// Any [`StartError`].
    pub fn start(
        repository: Repository,
        settings: Settings,
        cancel: &Cancel,
        mut tell: impl FnMut(Progress),
    ) -> Result<Self, StartError> {
        repository.check()?;
        ports::check(&settings.ports)?;
        make_folder(&settings.folder)?;
        let folder_lock = lock(&settings.folder)?;
        // What wrangler keeps beside its logs is worth nothing to the next start.
        remove_folder(&settings.folder.join("edge"))?;
        for folder in ["logs", "edge"] {
            make_folder(&settings.folder.join(folder))?;
        }

        let mut stack =
            Self { repository, settings, parts: BTreeMap::new(), _folder_lock: folder_lock };
        let watch = Stopwatch::start();
        for name in Name::ALL {
            stack.spawn(name)?;
            tell(Progress::Started(name));
        }
        for name in Name::ALL {
            stack.wait_until_ready(name, cancel)?;
            tell(Progress::Ready(name, watch.elapsed()));
        }
        Ok(stack)
    }

    /// What the stack was started with.
    #[must_use]
    pub const fn settings(&self) -> &Settings {
        &self.settings
    }

    /// Where the part answers, without a slash at the end.
    #[must_use]
    pub fn url(&self, name: Name) -> String {
        local_url(self.settings.ports.of(name))
    }

    /// The file with all that the part said since it was last started.
    #[must_use]
    pub fn log(&self, name: Name) -> PathBuf {
        log_file(&self.settings.folder, name)
    }

    /// The process that leads the part's group, while it was not stopped.
    #[must_use]
    pub fn process_id(&self, name: Name) -> Option<u32> {
        self.parts.get(&name).map(Part::process_id)
    }

    /// Looks whether all parts that were started still run.
    ///
    /// # Errors
    ///
    /// The first [`PartEnded`].
    pub fn check(&mut self) -> Result<(), PartEnded> {
        self.parts.values_mut().try_for_each(Part::check)
    }

    /// Stops one part and returns how it ended; the others go on.
    pub fn stop_part(&mut self, name: Name) -> Option<ExitStatus> {
        self.parts.remove(&name).and_then(|mut part| part.stop())
    }

    /// Starts a stopped part again, with the same settings.
    ///
    /// # Errors
    ///
    /// Any [`StartError`].
    pub fn start_part(&mut self, name: Name) -> Result<(), StartError> {
        self.spawn(name)?;
        self.wait_until_ready(name, &Cancel::default())
    }

    /// Stops all parts and all that they started.
    pub fn stop(&mut self) {
        // All at once: they need not wait for each other.
        for part in self.parts.values() {
            part.terminate();
        }
        self.parts.clear();
    }

    fn spawn(&mut self, name: Name) -> Result<(), StartError> {
        let command = match name {
            Name::Origin => self.origin(),
            Name::App => self.app(),
            Name::Edge => self.edge()?,
        };
        let part = Part::start(name, command, self.log(name))?;
        self.parts.insert(name, part);
        Ok(())
    }

    fn wait_until_ready(&mut self, name: Name, cancel: &Cancel) -> Result<(), StartError> {
        let (path, expected, limit) = match name {
            Name::Origin => ("/readyz", 200, Duration::from_mins(1)),
            Name::App => ("/healthz", 200, Duration::from_secs(20)),
            // Wrangler builds the worker first if its sources are newer.
            Name::Edge => ("/auth/session", 401, Duration::from_mins(10)),
        };
        let watch = Stopwatch::start();
        loop {
            if cancel.is_cancelled() {
                return Err(StartError::Cancelled);
            }
            // Before asking: if a part has died, whoever answers on its port is somebody else.
            self.check()?;
            if ready::status(self.settings.ports.of(name), path)
                .is_ok_and(|status| status == expected)
            {
                return Ok(());
            }
            if watch.elapsed() >= limit {
                return Err(StartError::NotReady {
                    part: name,
                    seconds: limit.as_secs(),
                    log: log_tail(&self.log(name)),
                });
            }
            thread::sleep(STEP);
        }
    }

    fn origin(&self) -> Command {
        let settings = &self.settings;
        let mut command = self.command(&self.repository.program(ORIGIN));
        // What the user's own shell says plays no part: only `settings` decide.
        for (name, _) in env::vars_os() {
            if name.to_string_lossy().starts_with("WAYLEAVE_") {
                command.env_remove(name);
            }
        }
        command
            .arg("serve")
            .env("WAYLEAVE_LISTEN", format!("127.0.0.1:{}", settings.ports.origin))
            .env("WAYLEAVE_DATABASE_URL", &settings.database.0)
            .env("WAYLEAVE_SERVICE_KEYS", &settings.secrets.service_key)
            .env("WAYLEAVE_MASTER_KEY", &settings.secrets.master_key)
            .envs(&settings.origin_variables);
        command
    }

    fn app(&self) -> Command {
        let settings = &self.settings;
        let mut command = self.command(&self.repository.program(APP));
        command
            .env("APP_LISTEN", format!("127.0.0.1:{}", settings.ports.app))
            .env("APP_PAGE_FOLDER", self.repository.page_folder())
            .env("ORIGIN_URL", local_url(settings.ports.origin))
            .env("SERVICE_KEY", first_key(&settings.secrets.service_key));
        command
    }

    /// `wrangler dev`. The service key goes through a private file: a command line can be read by everybody on the machine.
    fn edge(&self) -> Result<Command, StartError> {
        let settings = &self.settings;
        let folder = settings.folder.join("edge");
        let secret = folder.join("secret.env");
        let service_key = first_key(&settings.secrets.service_key);
        write_private(&secret, &format!("SERVICE_KEY=\"{service_key}\"\n"))
            .map_err(|source| StartError::File { action: "write", path: secret.clone(), source })?;

        let local = |url: &Option<String>, port| url.clone().unwrap_or_else(|| local_url(port));
        let mut variables = BTreeMap::from([
            ("ORIGIN_URL".to_owned(), local(&settings.edge_origin_url, settings.ports.origin)),
            ("UPSTREAM".to_owned(), local(&settings.edge_upstream_url, settings.ports.app)),
            // As the example app wants it: its page is public.
            ("PROTECTED_PATHS".to_owned(), "/api/*".to_owned()),
        ]);
        variables.extend(settings.edge_variables.clone());

        let mut command = self.command(&self.repository.node_command("wrangler"));
        command
            .args(["dev", "--ip", "127.0.0.1", "--port", &settings.ports.edge.to_string()])
            .args(["--inspector-port", "0", "--show-interactive-dev-session=false"])
            .arg("--persist-to")
            .arg(folder.join("state"))
            .arg("--env-file")
            .arg(&secret);
        for (name, value) in &variables {
            // Wrangler lets the environment win over the command line.
            command.args(["--var", &format!("{name}:{value}")]).env_remove(name);
        }
        command
            .env_remove("SERVICE_KEY")
            .env("WRANGLER_SEND_METRICS", "false")
            .env("WRANGLER_LOG_PATH", folder.join("logs"))
            .env("WRANGLER_REGISTRY_PATH", folder.join("registry"));
        Ok(command)
    }

    /// A command in the top folder, with the Node packages on its search path.
    fn command(&self, program: &Path) -> Command {
        let mut command = Command::new(program);
        command
            .current_dir(self.repository.root())
            .env("PATH", self.repository.search_path())
            // Their words go to files.
            .env("NO_COLOR", "1");
        command
    }
}

impl Drop for Stack {
    fn drop(&mut self) {
        self.stop();
    }
}

fn local_url(port: u16) -> String {
    format!("http://127.0.0.1:{port}")
}

/// Several keys may be valid at the origin; its callers use the first.
fn first_key(keys: &str) -> &str {
    keys.split(',').next().unwrap_or(keys).trim()
}

fn log_file(folder: &Path, name: Name) -> PathBuf {
    folder.join("logs").join(format!("{name}.log"))
}

fn make_folder(path: &Path) -> Result<(), StartError> {
    fs::create_dir_all(path).map_err(|source| StartError::File {
        action: "make the folder",
        path: path.to_owned(),
        source,
    })
}

/// Keeps a second stack out of the folder.
fn lock(folder: &Path) -> Result<File, StartError> {
    let path = folder.join("lock");
    let failed = |source| StartError::File { action: "lock", path: path.clone(), source };
    let file = File::create(&path).map_err(failed)?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(StartError::FolderInUse { folder: folder.to_owned() }),
        Err(TryLockError::Error(source)) => Err(failed(source)),
    }
}

fn remove_folder(path: &Path) -> Result<(), StartError> {
    match fs::remove_dir_all(path) {
        Err(source) if source.kind() != io::ErrorKind::NotFound => {
            Err(StartError::File { action: "remove the folder", path: path.to_owned(), source })
        }
        _ => Ok(()),
    }
}

const STEP: Duration = Duration::from_millis(40);
