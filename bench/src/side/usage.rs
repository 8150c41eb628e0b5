//! Memory and processor time of a group of processes, where `/proc` tells.

use nix::unistd::{SysconfVar, sysconf};
use std::{fs, time::Duration};

/// What the processes of a group use.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Usage {
    /// Memory that is in use, in kB. What several of them share counts in each.
    pub resident_kb: u64,
    /// Processor time since their start.
    pub processor: Duration,
}

impl Usage {
    /// Of the group with this leader; nothing where the system does not tell, or no process is left.
    #[must_use]
    pub fn of_group(leader: u32) -> Option<Self> {
        let ticks_per_second = sysconf(SysconfVar::CLK_TCK).ok().flatten()?;
        let ticks_per_second = u32::try_from(ticks_per_second).ok()?;
        let mut total = None::<Self>;
        for entry in fs::read_dir("/proc").ok()?.flatten() {
            let Ok(stat) = fs::read_to_string(entry.path().join("stat")) else { continue };
            let Some(ticks) = ticks_if_in(&stat, leader) else { continue };
            let status = fs::read_to_string(entry.path().join("status")).unwrap_or_default();
            let usage = total.get_or_insert_default();
            usage.resident_kb += resident_kb(&status).unwrap_or_default();
            usage.processor += Duration::from_secs(ticks) / ticks_per_second;
        }
        total
    }
}

/// The processor time in ticks, if the process is of this group. "PID (NAME) STATE PARENT GROUP …"; the name may hold anything, so what counts is behind
/// its last parenthesis.
fn ticks_if_in(stat: &str, leader: u32) -> Option<u64> {
    let (_, fields) = stat.rsplit_once(") ")?;
    let fields: Vec<_> = fields.split(' ').collect();
    let group: u32 = fields.get(2)?.parse().ok()?;
    let user: u64 = fields.get(11)?.parse().ok()?;
    let system: u64 = fields.get(12)?.parse().ok()?;
    (group == leader).then_some(user + system)
}

fn resident_kb(status: &str) -> Option<u64> {
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    line.trim().strip_suffix(" kB")?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    const STAT: &str =
        "4711 (a (odd) name) S 1 4700 4700 0 -1 4194304 2000 0 0 0 150 50 0 0 20 0 5 0 100 0 0";

    #[test]
    fn processor_time_is_that_of_the_program_and_of_the_system_for_it() {
        assert_eq!(ticks_if_in(STAT, 4700), Some(200));
    }

    #[test]
    fn a_process_of_another_group_is_not_counted() {
        assert_eq!(ticks_if_in(STAT, 4711), None);
    }

    #[test]
    fn memory_is_what_is_resident() {
        let status = "Name:\tworkerd\nVmSize:\t  999999 kB\nVmRSS:\t    2048 kB\n";

        assert_eq!(resident_kb(status), Some(2048));
        assert_eq!(resident_kb("Name:\tzombie\n"), None);
    }
}
