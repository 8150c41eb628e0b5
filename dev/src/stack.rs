//! The three parts, started and stopped together.

use crate::{
    edge::Edge,
    error::{PartEnded, StartError},
    part::{Part, log_tail},
    ports, ready,
    repository::{APP, ORIGIN, Repository},
    settings::{Cancel, Name, Settings, local_url},
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
    second_edge: Option<Part>,
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
        for folder in [FIRST_EDGE, SECOND_EDGE] {
            remove_folder(&settings.folder.join(folder))?;
        }
        make_folder(&settings.folder.join("logs"))?;

        let mut stack = Self {
            repository,
            settings,
            parts: BTreeMap::new(),
            second_edge: None,
            _folder_lock: folder_lock,
        };
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
        log_file(&self.settings.folder, &name.to_string())
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
        self.parts.values_mut().chain(&mut self.second_edge).try_for_each(Part::check)
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

    /// Starts a second edge over the same origin and app, with the variables of the first, and waits until it answers. It stops with the stack.
    ///
    /// # Errors
    ///
    /// Any [`StartError`].
    pub fn start_second_edge(&mut self, edge: &Edge) -> Result<(), StartError> {
        let command = self.edge(edge, SECOND_EDGE)?;
        let log = log_file(&self.settings.folder, SECOND_EDGE);
        self.second_edge = Some(Part::start(Name::Edge, command, log.clone())?);
        self.wait_until_it_answers(Name::Edge, edge.port, &log, &Cancel::default())
    }

    /// The origin's program with the settings of the one that runs, to do something else than serve.
    #[must_use]
    pub fn origin_program(&self, arguments: &[&str]) -> Command {
        let mut command = self.origin();
        command.args(arguments);
        command
    }

    /// Stops all parts and all that they started.
    pub fn stop(&mut self) {
        // All at once: they need not wait for each other.
        for part in self.parts.values().chain(&self.second_edge) {
            part.terminate();
        }
        self.parts.clear();
        self.second_edge = None;
    }

    fn spawn(&mut self, name: Name) -> Result<(), StartError> {
        let command = match name {
            Name::Origin => self.origin_program(&["serve"]),
            Name::App => self.app(),
            Name::Edge => self.edge(&self.settings.first_edge(), FIRST_EDGE)?,
        };
        let part = Part::start(name, command, self.log(name))?;
        self.parts.insert(name, part);
        Ok(())
    }

    fn wait_until_ready(&mut self, name: Name, cancel: &Cancel) -> Result<(), StartError> {
        self.wait_until_it_answers(name, self.settings.ports.of(name), &self.log(name), cancel)
    }

    fn wait_until_it_answers(
        &mut self,
        name: Name,
        port: u16,
        log: &Path,
        cancel: &Cancel,
    ) -> Result<(), StartError> {
        let (path, expected, limit): (_, &[u16], _) = match name {
            Name::Origin => ("/readyz", &[200], Duration::from_mins(1)),
            Name::App => ("/healthz", &[200], Duration::from_secs(20)),
            // Nobody is logged in, as its EXPIRED_STATUS says it. Wrangler builds the worker first if its sources are newer.
            Name::Edge => ("/auth/session", &[401, 440], Duration::from_mins(10)),
        };
        let watch = Stopwatch::start();
        loop {
            if cancel.is_cancelled() {
                return Err(StartError::Cancelled);
            }
            // Before asking: if a part has died, whoever answers on its port is somebody else.
            self.check()?;
            if ready::status(port, path).is_ok_and(|status| expected.contains(&status)) {
                return Ok(());
            }
            if watch.elapsed() >= limit {
                return Err(StartError::NotReady {
                    part: name,
                    seconds: limit.as_secs(),
                    log: log_tail(log),
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

    fn edge(&self, edge: &Edge, folder: &str) -> Result<Command, StartError> {
        let settings = &self.settings;
        let folder = settings.folder.join(folder);
        make_folder(&folder)?;
        let wrangler = self.command(&self.repository.node_command("wrangler"));
        let service_key = first_key(&settings.secrets.service_key);
        edge.complete(wrangler, &folder, service_key, &settings.edge_variables)
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

/// Several keys may be valid at the origin; its callers use the first.
fn first_key(keys: &str) -> &str {
    keys.split(',').next().unwrap_or(keys).trim()
}

fn log_file(folder: &Path, name: &str) -> PathBuf {
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

// The folders of the two, and the names of their logs.
const FIRST_EDGE: &str = "edge";
const SECOND_EDGE: &str = "second-edge";

const STEP: Duration = Duration::from_millis(40);
