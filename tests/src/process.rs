//! Which processes run below another, read from `/proc`.

use std::{collections::BTreeSet, fs};

/// A process, told apart from a later one that gets the same id.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub struct Process {
    /// Its id.
    pub id: i32,
    /// Its program and arguments, as far as it tells.
    pub command: String,
    parent: i32,
    started: u64,
}

/// All that run below `ancestor` now: its children, theirs, and so on.
#[must_use]
pub fn below(ancestor: u32) -> Vec<Process> {
    let mut family = BTreeSet::from([i64::from(ancestor)]);
    let mut found = Vec::new();
    let mut rest = all();
    loop {
        let (children, others): (Vec<_>, Vec<_>) =
            rest.into_iter().partition(|process| family.contains(&i64::from(process.parent)));
        if children.is_empty() {
            return found;
        }
        family.extend(children.iter().map(|process| i64::from(process.id)));
        found.extend(children);
        rest = others;
    }
}

/// Which of these still run.
#[must_use]
pub fn alive(processes: &[Process]) -> Vec<Process> {
    let running = all();
    let same = |process: &&Process| {
        running.iter().any(|other| (other.id, other.started) == (process.id, process.started))
    };
    processes.iter().filter(same).cloned().collect()
}

/// All processes but those that have ended and only wait for being collected.
fn all() -> Vec<Process> {
    let entries = fs::read_dir("/proc").expect("these tests read /proc, which Linux has");
    entries.flatten().filter_map(|entry| read(entry.file_name().to_str()?.parse().ok()?)).collect()
}

fn read(id: i32) -> Option<Process> {
    // "PID (NAME) STATE PARENT …", and the start is the 22nd field; the name may hold anything.
    let stat = fs::read_to_string(format!("/proc/{id}/stat")).ok()?;
    let (_, fields) = stat.rsplit_once(") ")?;
    let fields: Vec<_> = fields.split(' ').collect();
    if matches!(*fields.first()?, "Z" | "X") {
        return None;
    }
    let command = fs::read(format!("/proc/{id}/cmdline")).ok()?;
    Some(Process {
        id,
        command: String::from_utf8_lossy(&command).replace('\0', " "),
        parent: fields.get(1)?.parse().ok()?,
        started: fields.get(19)?.parse().ok()?,
    })
}
