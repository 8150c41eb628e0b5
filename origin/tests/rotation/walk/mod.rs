//! Plays one case to a subject and to the model, and compares after each transition. `slow` has what goes on while a request is held up.

mod slow;

use crate::{
    invariant::{Invariant, Violation},
    judge,
    model::{End, Expected, Model},
    subject::{Answer, Issued, Subject, Used},
    tally::{Outcome, Tally},
    transition::{Case, Chosen, PARTIES, Reply, Settings, Step, Transition, Way},
};
use wayleave_shared::session_handle::SessionHandle;

/// Where every run begins.
pub(crate) const START: u64 = 1_700_000_000_123;

/// Plays a case; the first broken invariant ends it.
pub(crate) async fn walk<S: Subject>(
    subject: &mut S,
    case: &Case,
    tally: &mut Tally,
) -> Result<(), Violation> {
    tally.cases += 1;
    subject.begin(case.settings, START).await;
    let mut walk = Walk::new(subject, case.settings, tally);
    walk.log_in(0, false).await?;
    for (number, transition) in case.transitions.iter().enumerate() {
        let outcome = walk.play(*transition).await;
        outcome.map_err(|Violation { invariant, how }| Violation {
            invariant,
            how: format!("{how}, at transition {number}, {transition:?}"),
        })?;
    }
    walk.end().await
}

struct Walk<'run, S: Subject> {
    subject: &'run mut S,
    tally: &'run mut Tally,
    model: Model,
    known: Vec<Known<S>>,
    /// What each party holds.
    jars: [Option<Held>; PARTIES],
    /// What the feed has named.
    told: Vec<SessionHandle>,
}

/// All that was ever issued for a session, by generation.
struct Known<S: Subject> {
    handle: SessionHandle,
    issued: Vec<Issued<S>>,
}

/// A generation of a session.
#[derive(Clone, Copy)]
struct Held {
    session: usize,
    generation: usize,
}

impl<'run, S: Subject> Walk<'run, S> {
    fn new(subject: &'run mut S, settings: Settings, tally: &'run mut Tally) -> Self {
        let model = Model { settings, now: START, sessions: Vec::new() };
        Self { subject, tally, model, known: Vec::new(), jars: [None; PARTIES], told: Vec::new() }
    }

    async fn play(&mut self, transition: Transition) -> Result<(), Violation> {
        self.tally.transitions += 1;
        match transition {
            Transition::LogIn { browser, carries } => self.log_in(browser, carries).await?,
            Transition::Steal { thief, browser } => self.jars[thief] = self.jars[browser],
            Transition::Refresh { token, times, reply } => {
                self.refresh(token, times, reply).await?;
            }
            Transition::RefreshSlowly { token, reply, first, meanwhile, then } => {
                self.refresh_slowly((token, reply), (first, meanwhile, then)).await?;
            }
            Transition::UseSlowly { token, first, meanwhile, then } => {
                self.use_slowly(self.held(token), (first, meanwhile, then)).await?;
            }
            Transition::Use { token, way } => {
                self.use_access_token(self.held(token), way).await?;
            }
            Transition::Forge { token, forgery } => {
                let held = self.held(token);
                let token = &self.known[held.session].issued[held.generation].token;
                if let Some(answer) = self.subject.forge(token, forgery).await {
                    judge::forgery(&answer)?;
                    self.tally.saw(Outcome::Unauthorised);
                    return self.compare_list(Invariant::ForgedTokenTouchesNothing).await;
                }
            }
            Transition::Revoke { session } => self.revoke(self.session(session)).await?,
            Transition::Ask { session } => {
                let session = self.session(session);
                self.ask(session).await?;
            }
            Transition::Step(step) => self.step(step),
            Transition::SwitchOrigin => self.subject.switch_origin(),
            Transition::Restart(settings) => {
                self.model.settings = settings;
                self.subject.restart(settings).await;
            }
            Transition::RemoveExpired => self.remove_expired().await?,
        }
        self.compare_list(Invariant::SlidesUpToItsLifetime).await
    }

    /// After the last of all ends: expired without a cleanup job, gone with it, and all told by the feed that should be.
    async fn end(mut self) -> Result<(), Violation> {
        self.compare_feed().await?;
        let last = self.model.sessions.iter().map(|session| session.times.ends).max();
        if let Some(last) = last.filter(|last| *last > self.model.now) {
            self.set_clock(last - 1);
            self.compare_list(Invariant::LivesUntilItsEnd).await?;
            self.set_clock(last);
        }
        self.compare_list(Invariant::ExpiryIsHalfOpen).await?;
        for session in 0..self.known.len() {
            self.ask(session).await?;
            self.refresh(Chosen::Any { session, generation: 0 }, 1, Reply::Lost).await?;
        }
        self.remove_expired().await?;
        self.compare_list(Invariant::CleanupRemovesTheExpired).await?;
        self.compare_feed().await
    }

    async fn log_in(&mut self, browser: usize, carries: bool) -> Result<(), Violation> {
        let replaced = self.jars[browser].filter(|_| carries).map(|held| held.session);
        let old = replaced.map(|session| self.known[session].handle);
        let (handle, issued) = self.subject.log_in(old).await;
        Invariant::AccessTokenNamesItsRefreshToken.equal(&Some(0), &issued.generation)?;
        self.model.log_in();
        if let Some(session) = replaced {
            self.model.revoke(session);
        }
        self.jars[browser] = Some(Held { session: self.known.len(), generation: 0 });
        self.known.push(Known { handle, issued: vec![issued] });
        Ok(())
    }

    async fn refresh(
        &mut self,
        chosen: Chosen,
        times: usize,
        reply: Reply,
    ) -> Result<(), Violation> {
        let answered = self.present(self.held(chosen), times).await?;
        self.deliver(chosen, reply, answered);
        Ok(())
    }

    /// Gives what was issued.
    async fn present(&mut self, held: Held, times: usize) -> Result<Option<Held>, Violation> {
        let Held { session, generation } = held;
        let token = &self.known[session].issued[generation].token;
        let answers = self.subject.refresh(token, times).await;
        let expected: Vec<_> =
            (0..times).map(|_| self.model.present(session, generation)).collect();
        self.judge(held, &expected, answers)
    }

    fn judge(
        &mut self,
        presented: Held,
        expected: &[Expected],
        answers: Vec<Answer<S>>,
    ) -> Result<Option<Held>, Violation> {
        for expected in expected {
            self.tally.saw((*expected).into());
        }
        let Held { session, generation } = presented;
        let known = &self.known[session];
        let tokens: Vec<_> = known.issued.iter().map(|issued| &issued.token).collect();
        let row = judge::Row {
            handle: known.handle,
            presented: generation,
            times: self.model.sessions[session].times,
            window: self.model.settings.window,
        };
        let issued = judge::refresh(expected, &row, &tokens, answers)?;
        Ok(issued.map(|(generation, issued)| self.keep(session, generation, issued)))
    }

    fn deliver(&mut self, chosen: Chosen, reply: Reply, answered: Option<Held>) {
        if let (Chosen::Held { party }, Reply::Delivered) = (chosen, reply) {
            self.jars[party] = answered;
        }
    }

    async fn revoke(&mut self, session: usize) -> Result<(), Violation> {
        let (expected, handle) = (self.model.revoke(session), self.known[session].handle);
        let revoked = self.subject.revoke(handle).await;
        Invariant::EndedStaysEnded.equal(&expected, &revoked)
    }

    async fn use_access_token(&mut self, held: Held, way: Way) -> Result<(), Violation> {
        let Held { session, generation } = held;
        let known = &self.known[session];
        let issued = &known.issued[generation];
        let used = self.subject.use_access_token(known.handle, issued, way).await;
        self.note(held, used)
    }

    fn note(&mut self, held: Held, used: Used) -> Result<(), Violation> {
        if let Used::Asked { is_live } = used {
            self.compare_live(held.session, is_live, "the use of an access token")?;
            self.model.use_access_token(held.session, held.generation);
        }
        Ok(())
    }

    async fn ask(&mut self, session: usize) -> Result<(), Violation> {
        for (route, is_live) in self.subject.ask(self.known[session].handle).await {
            self.compare_live(session, is_live, route)?;
        }
        Ok(())
    }

    async fn remove_expired(&mut self) -> Result<(), Violation> {
        let (expected, removed) =
            (self.model.remove_expired(), self.subject.remove_expired().await);
        Invariant::CleanupRemovesTheExpired.equal(&expected, &removed)
    }

    fn compare_live(&self, session: usize, is_live: bool, asked: &str) -> Result<(), Violation> {
        let expected = self.model.is_live(session);
        if is_live == expected {
            return Ok(());
        }
        let broken = if expected {
            Invariant::LivesUntilItsEnd
        } else {
            judge::over(self.model.sessions[session].ended())
        };
        Err(broken.broken(&(asked, expected), &(asked, is_live)))
    }

    /// What the list says must be true; `otherwise` names what is broken where it says other times.
    async fn compare_list(&mut self, otherwise: Invariant) -> Result<(), Violation> {
        self.notice_endings().await?;
        let list = self.subject.list().await;
        for (session, known) in self.known.iter().enumerate() {
            let seen = list.iter().find(|(handle, _)| *handle == known.handle);
            self.compare_live(session, seen.is_some(), "the list")?;
            if let Some((_, seen)) = seen {
                otherwise.equal(&self.model.sessions[session].times, seen)?;
            }
        }
        let expected = (0..self.known.len()).filter(|session| self.model.is_live(*session)).count();
        otherwise.equal(&expected, &list.len())
    }

    /// What was ended is looked for at once: the feed forgets it after a while.
    async fn notice_endings(&mut self) -> Result<(), Violation> {
        let ended = self.model.sessions.iter().filter(|session| is_told(session.ended())).count();
        if ended == self.told.len() { Ok(()) } else { self.compare_feed().await }
    }

    async fn compare_feed(&mut self) -> Result<(), Violation> {
        self.told.extend(self.subject.feed().await);
        self.told.sort_unstable();
        let sessions = self.model.sessions.iter().zip(&self.known);
        let ended = sessions.filter(|(session, _)| is_told(session.ended()));
        let mut expected: Vec<_> = ended.map(|(_, known)| known.handle).collect();
        expected.sort_unstable();
        Invariant::FeedNamesWhatWasEnded.equal(&expected, &self.told)
    }

    /// What was issued last for a generation takes the place of what was before.
    fn keep(&mut self, session: usize, generation: usize, issued: Issued<S>) -> Held {
        let known = &mut self.known[session].issued;
        known.truncate(generation);
        known.push(issued);
        Held { session, generation }
    }

    fn step(&mut self, step: Step) {
        if let Some(now) = self.target(step) {
            self.set_clock(now);
        }
    }

    fn set_clock(&mut self, now: u64) {
        self.model.now = now;
        self.subject.set_clock(now);
    }

    /// Where a step leads; `None` where there is nothing to step to, or it lies too far back for a clock to be set.
    fn target(&self, step: Step) -> Option<u64> {
        let now = self.model.now;
        let target = match step {
            Step::Forward { by } => now + by,
            Step::Back { by } => now - by,
            Step::Window { session, beside } => {
                let session = &self.model.sessions[self.session(session)];
                (session.newest_used_at()? + self.model.settings.window)
                    .checked_add_signed(beside)?
            }
            Step::End { session, beside } => {
                let session = &self.model.sessions[self.session(session)];
                session.times.ends.checked_add_signed(beside)?
            }
        };
        Some(target).filter(|target| target + FARTHEST_BACK >= now)
    }

    fn held(&self, chosen: Chosen) -> Held {
        let (session, back) = match chosen {
            Chosen::Held { party } => match self.jars[party] {
                Some(held) => return held,
                None => (0, 0),
            },
            Chosen::Any { session, generation } => (session, generation),
        };
        let session = self.session(session);
        let newest = self.model.sessions[session].newest();
        Held { session, generation: newest - back % (newest + 1) }
    }

    /// The session that is so many before the latest.
    fn session(&self, back: usize) -> usize {
        let sessions = self.known.len();
        sessions - 1 - back % sessions
    }
}

/// Whether the feed tells of a session that ended so.
fn is_told(end: Option<End>) -> bool {
    matches!(end, Some(End::Revoked | End::Theft))
}

/// How far a clock is set back at most, in milliseconds.
const FARTHEST_BACK: u64 = 60_000;
