//! Which core runs what. A child runs where the thread that started it runs, so no further program is needed.

/// The core of the side that is measured, where load and side are kept apart.
pub const SIDE: usize = 0;

/// The core of the load generator, and of all that is not measured.
pub const LOAD: usize = 1;

/// Why a thread could not be pinned.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("this machine does not pin threads to cores: {0}")]
pub struct NotPinned(String);

/// Keeps this thread, and the processes that it starts from now on, on one core.
///
/// # Errors
///
/// [`NotPinned`] where the system cannot do it, or has no such core.
#[cfg(target_os = "linux")]
pub fn this_thread(core: usize) -> Result<(), NotPinned> {
    use nix::{
        sched::{CpuSet, sched_setaffinity},
        unistd::Pid,
    };
    let mut set = CpuSet::new();
    set.set(core)
        .and_then(|()| sched_setaffinity(Pid::from_raw(0), &set))
        .map_err(|error| NotPinned(error.to_string()))
}

/// Keeps this thread, and the processes that it starts from now on, on one core.
///
/// # Errors
///
/// [`NotPinned`], always: this system has no such call.
#[cfg(not(target_os = "linux"))]
pub fn this_thread(_core: usize) -> Result<(), NotPinned> {
    Err(NotPinned("only Linux does".to_owned()))
}

/// Whether side and load can be kept apart on this machine.
#[must_use]
pub fn possible() -> bool {
    std::thread::spawn(|| this_thread(SIDE).and_then(|()| this_thread(LOAD)).is_ok())
        .join()
        .unwrap_or(false)
}
