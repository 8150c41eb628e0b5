//! Promises about sessions that come from another system.

use crate::{
    Promise,
    engine::{Fixture, START},
    promises,
    rotation::rotate,
    sessions::{ENDING, VALIDITY, alice, handle, hash, rows},
};
use std::time::Duration;
use wayleave_origin::{
    job::remove_expired::{self, Pace, Pass, Rows},
    store::{Import, ImportMode, Imported, ImportedSession, Rotate, SourceId, Store, TakenBack},
};
use wayleave_shared::{
    json::Json, session_handle::SessionHandle, time::UnixMilliseconds, wire::Session,
};

pub(crate) fn promises() -> Vec<Promise> {
    promises![
        an_imported_session_is_found_as_it_was_and_by_its_token,
        an_import_happens_as_a_whole_or_not_at_all,
        what_was_imported_before_is_told_and_left_alone,
        an_import_is_known_though_its_session_has_ended,
        a_dry_run_tells_and_keeps_nothing,
        a_token_names_its_session_up_to_but_not_at_its_end,
        imports_are_forgotten_when_their_tokens_have_ended_and_their_sessions_stay,
        a_removal_of_expired_sessions_forgets_imports_too,
        imports_that_nobody_used_are_taken_back_page_by_page,
        an_import_that_was_removed_can_be_imported_again,
    ]
}

const USED_AT: UnixMilliseconds = UnixMilliseconds(START.0 - 1000);

/// A session of alice with this number, that came with the token of this number.
pub(crate) fn imported(number: u8) -> ImportedSession {
    ImportedSession {
        source: SourceId([number; 16]),
        token_hash: hash(number),
        session: Session {
            handle: handle(&alice(), u16::from(number)),
            user_id: alice(),
            jwt_payload: Some(Json::parse(r#"{"a": 1}"#).unwrap()),
            created_at: UnixMilliseconds(7),
            refreshed_at: USED_AT,
            expires_at: START.after(VALIDITY),
            client: None,
            current: None,
        },
        data: Some(Json::parse("[ 2 ]").unwrap()),
    }
}

async fn import(fixture: &Fixture, sessions: &[ImportedSession]) -> Imported {
    fixture.store.import_sessions(sessions, ImportMode::Keep).await.unwrap()
}

async fn of_token(fixture: &Fixture, number: u8) -> Option<SessionHandle> {
    fixture.store.session_of_imported_token(hash(number)).await.unwrap()
}

async fn an_imported_session_is_found_as_it_was_and_by_its_token(fixture: &Fixture) {
    let (one, bare) = (imported(1), ImportedSession { data: None, ..imported(2) });

    let told = import(fixture, &[one.clone(), bare.clone()]).await;

    assert_eq!(told, Imported { added: 2, known: 0, moved_on: vec![] });
    let stored = fixture.store.session(one.session.handle).await.unwrap().unwrap();
    assert_eq!(format!("{:?}", stored.session), format!("{:?}", one.session));
    assert_eq!(stored.session.jwt_payload, one.session.jwt_payload);
    assert_eq!((stored.chain.current, stored.chain.parent), (hash(1), None));
    assert_eq!((stored.chain.confirmed_at, stored.derivation, stored.generation), (None, None, 0));
    let data = fixture.store.session_data(one.session.handle).await.unwrap().unwrap();
    assert_eq!((data.data, data.version), (one.data, 1));
    let data = fixture.store.session_data(bare.session.handle).await.unwrap().unwrap();
    assert_eq!((data.data, data.version), (None, 0));
    assert_eq!(of_token(fixture, 1).await, Some(one.session.handle));
    assert_eq!(of_token(fixture, 2).await, Some(bare.session.handle));
    assert_eq!(of_token(fixture, 3).await, None);
}

async fn an_import_happens_as_a_whole_or_not_at_all(fixture: &Fixture) {
    // The third clashes where rows have been written already.
    let mut clash = imported(3);
    clash.session.handle = imported(1).session.handle;

    let refused =
        fixture.store.import_sessions(&[imported(1), imported(2), clash], ImportMode::Keep).await;

    assert!(refused.is_err());
    assert_eq!(rows(fixture, "sessions").await, 0);
    assert_eq!(rows(fixture, "session_data").await, 0);
    assert_eq!(rows(fixture, "imported_sessions").await, 0);
    assert_eq!(import(fixture, &[imported(1), imported(2)]).await.added, 2);
}

async fn what_was_imported_before_is_told_and_left_alone(fixture: &Fixture) {
    import(fixture, &[imported(1), imported(2)]).await;
    let moved_on = ImportedSession { token_hash: hash(9), ..imported(2) };
    let again = |mut session: ImportedSession, number| {
        session.session.handle = handle(&alice(), number);
        session
    };

    let told = import(fixture, &[again(imported(1), 11), again(moved_on, 12), imported(3)]).await;

    assert_eq!(told, Imported { added: 1, known: 1, moved_on: vec![SourceId([2; 16])] });
    assert_eq!(rows(fixture, "sessions").await, 3);
    assert_eq!(of_token(fixture, 1).await, Some(handle(&alice(), 1)));
    assert_eq!(of_token(fixture, 2).await, Some(handle(&alice(), 2)));
    assert_eq!(of_token(fixture, 9).await, None);
}

async fn an_import_is_known_though_its_session_has_ended(fixture: &Fixture) {
    import(fixture, &[imported(1)]).await;
    assert!(fixture.store.revoke_session(handle(&alice(), 1), ENDING).await.unwrap());

    assert_eq!(import(fixture, &[imported(1)]).await.known, 1);

    assert_eq!(rows(fixture, "sessions").await, 0);
}

async fn a_dry_run_tells_and_keeps_nothing(fixture: &Fixture) {
    import(fixture, &[imported(1)]).await;

    let sessions = [imported(1), imported(2)];
    let told = fixture.store.import_sessions(&sessions, ImportMode::DryRun).await.unwrap();

    assert_eq!(told, Imported { added: 1, known: 1, moved_on: vec![] });
    assert_eq!(rows(fixture, "sessions").await, 1);
    assert_eq!(rows(fixture, "imported_sessions").await, 1);
}

async fn a_token_names_its_session_up_to_but_not_at_its_end(fixture: &Fixture) {
    import(fixture, &[imported(1)]).await;

    let millisecond = Duration::from_millis(1);
    fixture.clock.advance(VALIDITY.checked_sub(millisecond).unwrap());
    assert_eq!(of_token(fixture, 1).await, Some(handle(&alice(), 1)));
    fixture.clock.advance(millisecond);
    assert_eq!(of_token(fixture, 1).await, None);
}

async fn imports_are_forgotten_when_their_tokens_have_ended_and_their_sessions_stay(
    fixture: &Fixture,
) {
    import(fixture, &[imported(1), imported(2), imported(3)]).await;
    let later = START.after(2 * VALIDITY);
    let rotation = Rotate { expires_at: later, ..rotate(handle(&alice(), 1), 1, 9) };
    fixture.store.rotate(rotation).await.unwrap();
    assert_eq!(fixture.store.forget_imports(10).await.unwrap(), 0);
    fixture.clock.advance(VALIDITY);

    assert_eq!(fixture.store.forget_imports(2).await.unwrap(), 2);
    assert_eq!(fixture.store.forget_imports(2).await.unwrap(), 1);
    assert_eq!(fixture.store.forget_imports(2).await.unwrap(), 0);

    assert_eq!(rows(fixture, "imported_sessions").await, 0);
    assert!(fixture.store.session(handle(&alice(), 1)).await.unwrap().is_some());
}

/// Time that does not pass.
struct NoPause;

impl Pace for NoPause {
    fn elapsed(&self) -> Duration {
        Duration::ZERO
    }

    async fn pause(&mut self, _: Duration) {}
}

async fn a_removal_of_expired_sessions_forgets_imports_too(fixture: &Fixture) {
    import(fixture, &[imported(1), imported(2), imported(3)]).await;
    fixture.clock.advance(VALIDITY);

    let interval = Duration::from_hours(1);
    let pass = remove_expired::pass(&fixture.store, interval, 2, &mut NoPause).await.unwrap();

    assert_eq!(pass, Pass::Finished(Rows { seen: 3, removed: 3 }));
    assert_eq!(rows(fixture, "imported_sessions").await, 0);
}

async fn imports_that_nobody_used_are_taken_back_page_by_page(fixture: &Fixture) {
    import(fixture, &(1..=5).map(imported).collect::<Vec<_>>()).await;
    fixture.store.rotate(rotate(handle(&alice(), 2), 2, 9)).await.unwrap();
    fixture.store.revoke_session(handle(&alice(), 3), ENDING).await.unwrap();

    let first = fixture.store.take_back_imports(None, 3).await.unwrap();

    let in_use = Import { source: SourceId([2; 16]), handle: handle(&alice(), 2) };
    let next = Some(SourceId([3; 16]));
    assert_eq!(first, TakenBack { removed: 2, in_use: vec![in_use], next });
    assert!(fixture.store.session(handle(&alice(), 1)).await.unwrap().is_none());
    assert!(fixture.store.session(handle(&alice(), 2)).await.unwrap().is_some());
    let rest = fixture.store.take_back_imports(next, 3).await.unwrap();
    assert_eq!(rest, TakenBack { removed: 2, in_use: vec![], next: None });
    assert_eq!(rows(fixture, "sessions").await, 1);
    assert_eq!(rows(fixture, "session_data").await, 1);
    assert_eq!(rows(fixture, "imported_sessions").await, 1);
    // Only the one that was revoked by somebody.
    assert_eq!(rows(fixture, "revocations").await, 1);
}

async fn an_import_that_was_removed_can_be_imported_again(fixture: &Fixture) {
    import(fixture, &[imported(1)]).await;
    let other = ImportedSession { session: imported(2).session, ..imported(1) };

    fixture.store.remove_import(SourceId([1; 16])).await.unwrap();

    assert_eq!(of_token(fixture, 1).await, None);
    assert!(fixture.store.session(handle(&alice(), 1)).await.unwrap().is_some());
    assert_eq!(import(fixture, &[other]).await.added, 1);
    assert_eq!(of_token(fixture, 1).await, Some(handle(&alice(), 2)));
}
