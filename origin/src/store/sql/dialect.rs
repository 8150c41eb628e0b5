//! Where the engines differ.

/// The family of an engine.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Dialect {
    /// MySQL and MariaDB.
    Mysql,
    /// SQLite.
    Sqlite,
}

impl Dialect {
    /// The family that a checked URL names.
    pub(super) fn of(url: &str) -> Self {
        if url.starts_with("sqlite:") { Self::Sqlite } else { Self::Mysql }
    }

    /// The URL with what we need of the driver.
    pub(super) fn complete(self, url: &str) -> String {
        match self {
            Self::Mysql => url.to_owned(),
            Self::Sqlite if url.contains('?') => url.to_owned(),
            Self::Sqlite => format!("{url}?mode=rwc"),
        }
    }

    /// What a connection is told once.
    pub(super) const fn on_connect(self) -> &'static [&'static str] {
        match self {
            // Every change is one guarded statement or locks its row first, so gap locks would only make deadlocks.
            Self::Mysql => &[
                "SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED",
                // A wait for a lock ends, and is tried again, well within the time that a request has. By default it takes 50 s: nobody waits for the answer any
                // more, and the wait keeps its connection from everybody else.
                "SET SESSION innodb_lock_wait_timeout = 1",
            ],
            // Readers go on beside the one writer; a commit survives the death of the process, and of the machine up to the last checkpoint.
            Self::Sqlite => &[
                "PRAGMA journal_mode = WAL",
                "PRAGMA synchronous = NORMAL",
                // As long as the servers are told to wait for a lock, for the same reason.
                "PRAGMA busy_timeout = 1000",
            ],
        }
    }

    /// How a transaction begins. SQLite must take the write lock at once: one that reads first and writes later can fail as "busy" without waiting.
    pub(super) const fn begin(self) -> &'static str {
        match self {
            Self::Mysql => "BEGIN",
            Self::Sqlite => "BEGIN IMMEDIATE",
        }
    }

    /// What locks the rows that a transaction reads in order to change them. SQLite has locked the whole file already.
    pub(super) const fn for_update(self) -> &'static str {
        match self {
            Self::Mysql => " FOR UPDATE",
            Self::Sqlite => "",
        }
    }

    /// The stored version and what is bound to its one placeholder, in a way that the answer to an update tells the sum; `None` where the answer cannot.
    pub(super) const fn told_version(self) -> Option<&'static str> {
        match self {
            Self::Mysql => Some("LAST_INSERT_ID(version + ?)"),
            Self::Sqlite => None,
        }
    }

    /// The time in Unix milliseconds, or what is bound to its one placeholder.
    pub(super) const fn now(self) -> &'static str {
        match self {
            Self::Mysql => "COALESCE(?, CAST(UNIX_TIMESTAMP(NOW(3)) * 1000 AS SIGNED))",
            Self::Sqlite => "COALESCE(?, CAST(unixepoch('subsec') * 1000 AS INTEGER))",
        }
    }
}
