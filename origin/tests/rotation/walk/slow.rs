//! Requests that are held up between what the origin reads and what it writes, while the clock moves and others use the same session.

use super::{Held, Walk};
use crate::{
    invariant::{Invariant, Violation},
    subject::{Subject, Used},
    transition::{Chosen, Meanwhile, Reply, Step, Way},
};

impl<S: Subject> Walk<'_, S> {
    pub(super) async fn refresh_slowly(
        &mut self,
        (chosen, reply): (Chosen, Reply),
        meanwhile: (Step, Meanwhile, Step),
    ) -> Result<(), Violation> {
        let held = self.held(chosen);
        let Held { session, generation } = held;
        let token = &self.known[session].issued[generation].token;
        let write = self.model.would_write(session, generation);
        let Some(write) = write else {
            return self.refresh(chosen, 1, reply).await;
        };
        if let Some(answer) = self.subject.hold_refresh(token).await {
            let expected = [self.model.write(&write)];
            let answered = self.judge(held, &expected, vec![answer])?;
            self.deliver(chosen, reply, answered);
            return Ok(());
        }
        self.let_happen(held, meanwhile).await?;
        let answers = vec![self.subject.let_go().await];
        let expected = [self.model.write(&write)];
        let answered = self.judge(held, &expected, answers)?;
        self.deliver(chosen, reply, answered);
        Ok(())
    }

    pub(super) async fn use_slowly(
        &mut self,
        held: Held,
        meanwhile: (Step, Meanwhile, Step),
    ) -> Result<(), Violation> {
        let known = &self.known[held.session];
        let issued = &known.issued[held.generation];
        if let Some(used) = self.subject.hold_use(known.handle, issued).await {
            return self.note(held, used);
        }
        // Only where it found the session there is there anything to note.
        let was_live = Used::Asked { is_live: self.model.is_live(held.session) };
        self.let_happen(held, meanwhile).await?;
        let used = self.subject.let_go_of_use().await;
        Invariant::LivesUntilItsEnd.equal(&was_live, &used)?;
        self.model.use_access_token(held.session, held.generation);
        Ok(())
    }

    /// While a request about this token is held up.
    async fn let_happen(
        &mut self,
        held: Held,
        (first, meanwhile, then): (Step, Meanwhile, Step),
    ) -> Result<(), Violation> {
        self.tally.slow += 1;
        let Held { session, .. } = held;
        self.step(first);
        match meanwhile {
            Meanwhile::Nothing => {}
            Meanwhile::Refresh => drop(self.present(held, 1).await?),
            Meanwhile::Rotate => {
                self.present(held, 1).await?;
                self.step(Step::Window { session: self.known.len() - 1 - session, beside: 0 });
                self.present(held, 1).await?;
            }
            Meanwhile::Use => self.use_access_token(held, Way::Confirm).await?,
            Meanwhile::Revoke => self.revoke(session).await?,
            Meanwhile::RemoveExpired => self.remove_expired().await?,
        }
        self.notice_endings().await?;
        self.step(then);
        Ok(())
    }
}
