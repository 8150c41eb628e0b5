//! Sessions that come from another system.

use wayleave_shared::{
    json::Json, refresh_token::RefreshHash, session_handle::SessionHandle, wire::Session,
};

/// A session of another system, to be kept as one of ours.
#[derive(Clone, Debug)]
pub struct ImportedSession {
    /// Which it was there.
    pub source: SourceId,
    /// What that system kept of its refresh token: until the first refresh here, the hash of the session's current one.
    pub token_hash: RefreshHash,
    /// The session as it goes on here.
    pub session: Session,
    /// What the app kept in it.
    pub data: Option<Json>,
}

impl ImportedSession {
    /// How much the app keeps in it.
    #[must_use]
    pub fn data_bytes(&self) -> usize {
        self.data.as_ref().map_or(0, |data| data.text().len())
    }
}

/// Names a session of another system: the first 16 bytes of SHA-256 of its name there.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct SourceId(pub [u8; 16]);

/// What becomes of sessions that are imported.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum ImportMode {
    /// It is only looked what would become of them.
    DryRun,
    /// They are kept.
    Keep,
}

/// What became of sessions that were imported.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Imported {
    /// How many are kept now that were not before, or would be.
    pub added: u64,
    /// How many had been imported before with this refresh token: nothing was done, whether they live on here or not.
    pub known: u64,
    /// Those that had been imported before with another refresh token: nothing was done.
    pub moved_on: Vec<SourceId>,
}

/// What came of taking imported sessions back.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct TakenBack {
    /// How many were removed, or had ended already: as if they had never been imported.
    pub removed: u64,
    /// Those that were refreshed here: they stay, and so does that they were imported.
    pub in_use: Vec<Import>,
    /// Where to go on; `None` at the end.
    pub next: Option<SourceId>,
}

/// A session that was imported, as long as that is remembered.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Import {
    /// Which it was in the other system.
    pub source: SourceId,
    /// Which it is here.
    pub handle: SessionHandle,
}
