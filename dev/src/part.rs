//! One child process: started in a group of its own, its words kept in a log.

use crate::{
    error::{LogTail, PartEnded, StartError},
    group::Group,
    settings::Name,
    stopwatch::Stopwatch,
};
use std::{
    fs::{self, File},
    io::{Read, Seek, SeekFrom},
    os::unix::process::CommandExt,
    path::{Path, PathBuf},
    process::{Child, Command, ExitStatus, Stdio},
    thread,
    time::Duration,
};

/// A started part. Dropping it stops it.
#[derive(Debug)]
pub struct Part {
    name: Name,
    log: PathBuf,
    child: Child,
    group: Group,
    stopped: bool,
}

impl Part {
    /// Starts a program with both of its outputs in a new file, and nothing to read.
    ///
    /// # Errors
    ///
    /// [`StartError::File`] if the log cannot be written, [`StartError::Spawn`] if the program cannot be started.
    pub fn start(name: Name, mut command: Command, log: PathBuf) -> Result<Self, StartError> {
        let output = File::create(&log).and_then(|file| Ok((file.try_clone()?, file)));
        let (output, errors) = output.map_err(|source| StartError::File {
            action: "write",
            path: log.clone(),
            source,
        })?;
        command.stdin(Stdio::null()).stdout(output).stderr(errors).process_group(0);
        let child = command.spawn().map_err(|source| StartError::Spawn {
            part: name,
            program: PathBuf::from(command.get_program()),
            source,
        })?;
        let group = Group::led_by(&child);
        Ok(Self { name, log, child, group, stopped: false })
    }

    /// Which part it is.
    #[must_use]
    pub const fn name(&self) -> Name {
        self.name
    }

    /// The process that leads the part's group.
    #[must_use]
    pub fn process_id(&self) -> u32 {
        self.child.id()
    }

    /// Looks whether it still runs.
    ///
    /// # Errors
    ///
    /// [`PartEnded`] if it does not.
    pub fn check(&mut self) -> Result<(), PartEnded> {
        match self.child.try_wait() {
            Ok(Some(status)) => Err(PartEnded { part: self.name, status, log: self.log_tail() }),
            // An error would say that it is not our child, which it is.
            Ok(None) | Err(_) => Ok(()),
        }
    }

    /// The end of its log.
    #[must_use]
    pub fn log_tail(&self) -> LogTail {
        log_tail(&self.log)
    }

    /// Asks it to stop, without waiting.
    pub fn terminate(&self) {
        if !self.stopped {
            self.group.terminate();
        }
    }

    /// Stops it and all that it started, first politely. Returns its exit status, if it has one.
    pub fn stop(&mut self) -> Option<ExitStatus> {
        if !self.stopped {
            self.stopped = true;
            self.group.terminate();
            // Collecting the leader first: until then it counts as a member of its group.
            if !self.leader_ends(GRACE) || !self.group.wait(GRACE) {
                self.group.kill();
            }
        }
        self.child.wait().ok()
    }

    /// Ends it and all that it started, without a chance to finish.
    pub fn kill(&mut self) {
        self.stopped = true;
        self.group.kill();
        let _ = self.child.wait();
    }

    fn leader_ends(&mut self, limit: Duration) -> bool {
        let watch = Stopwatch::start();
        while watch.elapsed() < limit {
            if !matches!(self.child.try_wait(), Ok(None)) {
                return true;
            }
            thread::sleep(Duration::from_millis(10));
        }
        false
    }
}

impl Drop for Part {
    fn drop(&mut self) {
        self.stop();
    }
}

/// The end of a log.
#[must_use]
pub fn log_tail(path: &Path) -> LogTail {
    LogTail { path: path.to_owned(), lines: last_lines(path) }
}

/// How long a part may take to finish what it is doing. More than the app and the origin give themselves.
const GRACE: Duration = Duration::from_secs(15);

/// The last lines of a file, without the escape sequences that colour a terminal; none if it cannot be read.
fn last_lines(path: &Path) -> Vec<String> {
    let end = || {
        let mut file = File::open(path)?;
        let length = fs::metadata(path)?.len();
        file.seek(SeekFrom::Start(length.saturating_sub(TAIL_BYTES)))?;
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes)?;
        std::io::Result::Ok(bytes)
    };
    let bytes = end().unwrap_or_default();
    let text = without_escapes(&String::from_utf8_lossy(&bytes));
    let lines: Vec<_> = text
        .lines()
        .map(str::trim_end)
        .filter(|line| !line.is_empty())
        .map(str::to_owned)
        .collect();
    lines[lines.len().saturating_sub(TAIL_LINES)..].to_vec()
}

/// Takes out `ESC [ … letter`.
fn without_escapes(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut parts = text.split("\u{1b}[");
    plain.push_str(parts.next().unwrap_or_default());
    for part in parts {
        let end = part.find(|letter: char| letter.is_ascii_alphabetic());
        plain.push_str(end.map_or("", |end| &part[end + 1..]));
    }
    plain
}

const TAIL_BYTES: u64 = 16 * 1024;
const TAIL_LINES: usize = 12;

#[cfg(test)]
mod tests {
    use super::*;

    fn shell(script: &str, folder: &Path) -> Part {
        let mut command = Command::new("sh");
        command.args(["-c", script]);
        Part::start(Name::App, command, folder.join("app.log")).unwrap()
    }

    fn wait_for_end(part: &mut Part) -> PartEnded {
        assert!(part.leader_ends(Duration::from_secs(5)));
        part.check().unwrap_err()
    }

    #[test]
    fn a_part_that_ends_by_itself_is_reported_with_its_status_and_last_lines() {
        let folder = tempfile::tempdir().unwrap();
        let mut part =
            shell("echo one; printf '\\033[31mtwo\\033[0m\\n' >&2; exit 3", folder.path());

        let ended = wait_for_end(&mut part);

        let log = folder.path().join("app.log");
        assert_eq!(
            ended.to_string(),
            format!(
                "the app ended by itself (exit status: 3). The end of its log, {}:\n    one\n    two",
                log.display()
            )
        );
    }

    #[test]
    fn only_the_last_lines_are_shown() {
        let folder = tempfile::tempdir().unwrap();
        let mut part = shell("seq 1 100", folder.path());

        let ended = wait_for_end(&mut part);

        assert_eq!(ended.log.lines.len(), TAIL_LINES);
        assert_eq!(ended.log.lines.last().unwrap(), "100");
    }

    #[test]
    fn a_dropped_part_leaves_no_process() {
        let folder = tempfile::tempdir().unwrap();
        let part = shell("sleep 60 & sleep 60; true", folder.path());
        let group = part.group;

        drop(part);

        assert!(!group.is_alive());
    }
}
