//! What must come back, told from the definition alone: when each generation of a session's refresh token was first seen in use.

use crate::transition::Settings;

/// All sessions of a run, and the store's clock. Times are in milliseconds.
pub(crate) struct Model {
    pub settings: Settings,
    pub now: u64,
    pub sessions: Vec<Session>,
}

pub(crate) struct Session {
    pub times: Times,
    /// When each generation was first seen in use; the last is the newest.
    used_at: Vec<Option<u64>>,
    ended: Option<End>,
}

/// What the lists say of a session.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Times {
    pub created: u64,
    pub refreshed: u64,
    pub ends: u64,
}

/// Why there is no such session any more, whatever the clock says.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum End {
    /// Ended by somebody, or by a lifetime that was set later.
    Revoked,
    Theft,
    /// The cleanup job found it expired.
    Removed,
}

/// What must come of a presented refresh token.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Expected {
    /// This generation.
    Issued(Kind, usize),
    Theft(Proof),
    Over(Option<End>),
}

/// What a request has decided to write.
pub(crate) struct Write {
    session: usize,
    generation: usize,
    kind: Kind,
    slid: Times,
}

/// How a generation comes to be answered.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Kind {
    /// It is new.
    Rotated,
    /// It was presented, and not seen in use before.
    Confirmed,
    /// It was presented, and came into use within the window.
    Kept,
    /// Its parent was presented: nobody has used it.
    Recovered,
    /// Its parent was presented within the window of its first use.
    Shared,
}

/// Why it is theft.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Proof {
    /// The successor has been in use for longer than the window.
    SuccessorInUse,
    /// There is a successor of the successor.
    OlderThanParent,
}

impl Model {
    pub(crate) fn log_in(&mut self) {
        let (now, settings) = (self.now, self.settings);
        let mut session = Session {
            times: Times { created: now, refreshed: now, ends: now },
            used_at: vec![None],
            ended: None,
        };
        session.times = session.slid(now, settings);
        self.sessions.push(session);
    }

    /// A refresh token is presented.
    pub(crate) fn present(&mut self, session: usize, generation: usize) -> Expected {
        let (now, settings) = (self.now, self.settings);
        let session = &mut self.sessions[session];
        if !session.is_live(now) {
            return Expected::Over(session.ended);
        }
        let newest = session.newest();
        match newest - generation {
            0 => session.present_newest(now, settings),
            1 => match session.used_at[newest].map(|used_at| now.saturating_sub(used_at)) {
                None => Expected::Issued(Kind::Recovered, newest),
                Some(in_use) if settings.window > 0 && in_use <= settings.window => {
                    Expected::Issued(Kind::Shared, newest)
                }
                Some(_) => session.stolen(Proof::SuccessorInUse),
            },
            _ => session.stolen(Proof::OlderThanParent),
        }
    }

    /// What a presented token would make the store write now, if anything.
    pub(crate) fn would_write(&self, session: usize, generation: usize) -> Option<Write> {
        let read = &self.sessions[session];
        let kind = read.kind_of_newest(self.now, self.settings);
        let slid = read.slid(self.now, self.settings);
        let writes = read.is_live(self.now)
            && generation == read.newest()
            && kind != Kind::Kept
            && self.now < slid.ends;
        writes.then_some(Write { session, generation, kind, slid })
    }

    /// It is written, by a request that was under way meanwhile: only over what it has read, else the token is presented again.
    pub(crate) fn write(&mut self, write: &Write) -> Expected {
        let now = self.now;
        let session = &mut self.sessions[write.session];
        let used_at = session.newest_used_at();
        let is_as_read = session.is_live(now)
            && session.newest() == write.generation
            && (write.kind == Kind::Rotated || used_at.is_none());
        if !is_as_read {
            return self.present(write.session, write.generation);
        }
        session.times = write.slid;
        session.issue_newest(write.kind, now)
    }

    /// An access token that came with this generation is seen in use by the origin.
    pub(crate) fn use_access_token(&mut self, session: usize, generation: usize) {
        let now = self.now;
        let session = &mut self.sessions[session];
        if session.is_live(now) {
            session.used_at[generation].get_or_insert(now);
        }
    }

    /// Tells whether there was something to end.
    pub(crate) fn revoke(&mut self, session: usize) -> bool {
        let is_live = self.is_live(session);
        if is_live {
            self.sessions[session].ended = Some(End::Revoked);
        }
        is_live
    }

    /// Gives the number of sessions that it removes.
    pub(crate) fn remove_expired(&mut self) -> u32 {
        let now = self.now;
        let mut removed = 0;
        for session in &mut self.sessions {
            if session.ended.is_none() && !session.is_live(now) {
                session.ended = Some(End::Removed);
                removed += 1;
            }
        }
        removed
    }

    pub(crate) fn is_live(&self, session: usize) -> bool {
        self.sessions[session].is_live(self.now)
    }
}

impl Session {
    /// Up to its end, which does not belong to it.
    fn is_live(&self, now: u64) -> bool {
        self.ended.is_none() && now < self.times.ends
    }

    pub(crate) fn newest(&self) -> usize {
        self.used_at.len() - 1
    }

    /// When the newest token was first seen in use.
    pub(crate) fn newest_used_at(&self) -> Option<u64> {
        self.used_at[self.newest()]
    }

    pub(crate) fn ended(&self) -> Option<End> {
        self.ended
    }

    fn present_newest(&mut self, now: u64, settings: Settings) -> Expected {
        let kind = self.kind_of_newest(now, settings);
        if kind != Kind::Kept {
            self.times = self.slid(now, settings);
        }
        if !self.is_live(now) {
            // It is past a lifetime that was set after the last refresh.
            self.ended = Some(End::Revoked);
            return Expected::Over(self.ended);
        }
        self.issue_newest(kind, now)
    }

    /// How the newest is answered where it is presented now, which is to use it.
    fn kind_of_newest(&self, now: u64, settings: Settings) -> Kind {
        let used_before = self.newest_used_at();
        let in_use = now.saturating_sub(used_before.unwrap_or(now));
        match used_before {
            _ if self.newest() == 0 || in_use >= settings.window => Kind::Rotated,
            Some(_) => Kind::Kept,
            None => Kind::Confirmed,
        }
    }

    fn issue_newest(&mut self, kind: Kind, now: u64) -> Expected {
        let newest = self.newest();
        self.used_at[newest].get_or_insert(now);
        if kind == Kind::Rotated {
            self.used_at.push(None);
        }
        Expected::Issued(kind, self.newest())
    }

    /// It lives on from now.
    fn slid(&self, now: u64, settings: Settings) -> Times {
        let absolute = settings.lifetime.map_or(u64::MAX, |lifetime| self.times.created + lifetime);
        Times { refreshed: now, ends: absolute.min(now + settings.validity), ..self.times }
    }

    fn stolen(&mut self, proof: Proof) -> Expected {
        self.ended = Some(End::Theft);
        Expected::Theft(proof)
    }
}
