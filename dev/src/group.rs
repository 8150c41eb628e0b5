//! Process groups: wrangler starts workerd and a bundler, and all of them have to stop with it.

use crate::stopwatch::Stopwatch;
use nix::{
    errno::Errno,
    sys::signal::{Signal, killpg},
    unistd::Pid,
};
use std::{fs, process::Child, thread, time::Duration};

/// The group that a child process leads.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Group(Pid);

impl Group {
    /// The group of a child that was started with `process_group(0)`.
    ///
    /// # Panics
    ///
    /// Never: process ids of Unix fit.
    #[must_use]
    pub fn led_by(child: &Child) -> Self {
        Self(Pid::from_raw(i32::try_from(child.id()).expect("process ids are positive i32")))
    }

    /// Asks all of them to stop.
    pub fn terminate(self) {
        self.signal(Signal::SIGTERM);
    }

    /// Ends all of them.
    pub fn kill(self) {
        self.signal(Signal::SIGKILL);
    }

    /// Whether one of them still runs.
    #[must_use]
    pub fn is_alive(self) -> bool {
        killpg(self.0, None) != Err(Errno::ESRCH) && self.members().is_none_or(|count| count > 0)
    }

    /// Waits until none of them runs, `limit` long at most; returns whether that came true.
    #[must_use]
    pub fn wait(self, limit: Duration) -> bool {
        let watch = Stopwatch::start();
        while self.is_alive() {
            if watch.elapsed() >= limit {
                return false;
            }
            thread::sleep(STEP);
        }
        true
    }

    fn signal(self, signal: Signal) {
        // The only failure is that none of them is left.
        let _ = killpg(self.0, signal);
    }

    /// How many of the group run, where `/proc` tells. A grandchild that has ended but was not collected yet by its
    /// new parent (the first process of a container may be slow, or never do it) does not count.
    fn members(self) -> Option<usize> {
        let group = self.0.to_string();
        let mut count = 0;
        for entry in fs::read_dir("/proc").ok()?.flatten() {
            if !entry
                .file_name()
                .to_string_lossy()
                .starts_with(|first: char| first.is_ascii_digit())
            {
                continue;
            }
            // "PID (NAME) STATE PARENT GROUP …"; the name may hold anything, so look behind its last parenthesis.
            let Ok(stat) = fs::read_to_string(entry.path().join("stat")) else { continue };
            let Some((_, fields)) = stat.rsplit_once(") ") else { continue };
            let mut fields = fields.split(' ');
            let state = fields.next();
            let same = fields.nth(1) == Some(group.as_str());
            if same && state != Some("Z") && state != Some("X") {
                count += 1;
            }
        }
        Some(count)
    }
}

const STEP: Duration = Duration::from_millis(20);

#[cfg(test)]
mod tests {
    use super::*;
    use std::{os::unix::process::CommandExt, process::Command};

    fn shell(script: &str) -> (Child, Group) {
        let child = Command::new("sh").args(["-c", script]).process_group(0).spawn().unwrap();
        let group = Group::led_by(&child);
        (child, group)
    }

    #[test]
    fn a_grandchild_stops_with_its_group() {
        let (mut child, group) = shell("sleep 60 & sleep 60; true");

        group.terminate();

        assert!(group.wait(Duration::from_secs(5)));
        assert!(!child.wait().unwrap().success());
    }

    #[test]
    fn a_group_outlives_its_leader() {
        let (mut child, group) = shell("sleep 60 &");
        child.wait().unwrap();

        assert!(group.is_alive());

        group.kill();
        assert!(group.wait(Duration::from_secs(5)));
    }
}
