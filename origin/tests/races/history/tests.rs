//! Histories that the checker must accept, and those that it must refuse.

use super::{Entry, Saw, Violation, check, data::patched};
use libtest_mimic::{Failed, Trial};
use serde_json::{Value, json};

/// As trials of their own.
pub(crate) fn trials() -> Vec<Trial> {
    let mut trials = vec![Trial::test("checker::a_patch_is_applied_to_the_letter", || {
        a_patch_is_applied_to_the_letter();
        Ok(())
    })];
    for (name, history) in accepted() {
        trials.push(case(name, history, Ok(())));
    }
    for (name, history, violation) in [refused_data(), refused_payloads(), refused_lives()].concat()
    {
        trials.push(case(name, history, Err(violation)));
    }
    trials
}

fn case(name: &str, history: Vec<Entry>, expected: Result<(), Violation>) -> Trial {
    Trial::test(format!("checker::{name}"), move || {
        let checked = check(&history);
        if checked == expected {
            Ok(())
        } else {
            Err(Failed::from(format!("expected {expected:?}, but {checked:?}")))
        }
    })
}

fn accepted() -> Vec<(&'static str, Vec<Entry>)> {
    vec![
        ("nothing_is_a_history", vec![]),
        (
            "a_read_beside_a_write_may_see_either",
            vec![put(1, 2, 1, None), put(3, 9, 2, None), read(4, 5, 1), read(6, 7, 2)],
        ),
        (
            "writes_at_once_may_have_any_order",
            vec![
                put(1, 2, 1, None),
                put(3, 8, 3, Some(2)),
                put(4, 7, 2, None),
                entry(5, 6, Saw::Conflict { expected: 7, stored: 1 }),
            ],
        ),
        (
            "a_payload_beside_its_write_may_be_seen_before_or_after",
            vec![
                payload_put(1, 2, "a"),
                payload_put(3, 10, "b"),
                payload(4, 5, "a"),
                payload(6, 7, "b"),
                payload(8, 9, "b"),
            ],
        ),
        (
            "a_payload_that_nobody_saw_fits_beside_another",
            vec![payload_put(1, 10, "a"), payload_put(2, 9, "b"), payload(11, 12, "a")],
        ),
        (
            "what_runs_beside_the_revocation_is_answered_or_refused",
            vec![
                entry(1, 9, Saw::Revoked),
                entry(2, 4, Saw::Alive),
                entry(3, 5, Saw::Refused),
                entry(10, 11, Saw::Refused),
            ],
        ),
        (
            "refreshes_at_once_may_see_two_generations",
            vec![refreshed(1, 8, 1, "S1"), refreshed(2, 7, 0, "S0"), payload_put(0, 3, "p")],
        ),
    ]
}

type Refused = Vec<(&'static str, Vec<Entry>, Violation)>;

fn refused_data() -> Refused {
    vec![
        (
            "two_writes_of_one_version_are_a_lost_update",
            vec![put(1, 2, 1, None), put(3, 5, 2, None), patch(4, 6, 2)],
            Violation::VersionTwice(2),
        ),
        (
            "a_version_that_nobody_wrote",
            vec![put(1, 2, 1, None), put(3, 4, 3, None)],
            Violation::VersionMissing(2),
        ),
        (
            "a_read_of_a_version_that_nobody_wrote",
            vec![put(1, 2, 1, None), read(3, 4, 2)],
            Violation::VersionMissing(2),
        ),
        (
            "a_read_that_gives_another_value",
            vec![put(1, 2, 1, None), entry(3, 4, Saw::Data { version: 1, data: json!("x") })],
            Violation::WrongData(1),
        ),
        (
            "a_patch_that_lost_what_was_there",
            vec![
                put(1, 2, 1, None),
                entry(3, 4, Saw::Patched { version: 2, patch: json!({"a": 1}) }),
                entry(5, 6, Saw::Patched { version: 3, patch: json!({"b": 2}) }),
                entry(7, 8, Saw::Data { version: 3, data: json!({"b": 2}) }),
            ],
            Violation::WrongData(3),
        ),
        (
            "a_write_over_another_version_than_the_expected",
            vec![put(1, 2, 1, None), put(3, 4, 2, None), put(5, 6, 3, Some(1))],
            Violation::WrongExpectation(3),
        ),
        (
            "a_conflict_with_the_expected_version_itself",
            vec![put(1, 2, 1, None), entry(3, 4, Saw::Conflict { expected: 1, stored: 1 })],
            Violation::WrongExpectation(1),
        ),
        (
            "a_read_that_is_older_than_one_that_ended_before_it_began",
            vec![put(1, 2, 1, None), put(3, 9, 2, None), read(4, 5, 2), read(6, 7, 1)],
            Violation::DataWentBack { from: 2, to: 1 },
        ),
        (
            "a_read_that_is_older_than_a_write_that_had_ended",
            vec![put(1, 2, 1, None), put(3, 4, 2, None), read(5, 6, 1)],
            Violation::DataWentBack { from: 2, to: 1 },
        ),
        (
            "a_read_of_a_write_that_began_later",
            vec![put(1, 2, 1, None), read(3, 4, 2), put(5, 6, 2, None)],
            Violation::DataWentBack { from: 2, to: 2 },
        ),
        (
            "a_conflict_with_a_version_from_the_past",
            vec![
                put(1, 2, 1, None),
                put(3, 4, 2, None),
                entry(5, 6, Saw::Conflict { expected: 2, stored: 1 }),
            ],
            Violation::DataWentBack { from: 2, to: 1 },
        ),
    ]
}

fn refused_payloads() -> Refused {
    vec![
        (
            "a_payload_that_nobody_wrote",
            vec![payload_put(1, 2, "a"), payload(3, 4, "b")],
            Violation::UnknownPayload(json!("b")),
        ),
        (
            "a_payload_that_nobody_had_begun_to_write",
            vec![payload(1, 2, "a"), payload_put(3, 4, "a")],
            Violation::UnknownPayload(json!("a")),
        ),
        (
            "a_payload_that_comes_back",
            vec![
                payload_put(1, 2, "a"),
                payload_put(3, 4, "b"),
                payload(5, 6, "b"),
                payload(7, 8, "a"),
            ],
            Violation::PayloadWentBack(json!("a")),
        ),
        (
            "a_refresh_that_brings_the_old_payload_back",
            vec![payload_put(1, 2, "p"), payload_put(3, 4, "b"), refreshed(5, 6, 1, "S1")],
            Violation::PayloadWentBack(json!("p")),
        ),
        (
            "two_tokens_of_one_generation",
            vec![payload_put(1, 2, "p"), refreshed(3, 6, 1, "S1"), refreshed(4, 5, 1, "other")],
            Violation::TwoTokens(1),
        ),
        (
            "a_generation_that_goes_back",
            vec![payload_put(1, 2, "p"), refreshed(3, 4, 2, "S2"), refreshed(5, 6, 1, "S1")],
            Violation::ChainWentBack { from: 2, to: 1 },
        ),
    ]
}

fn refused_lives() -> Refused {
    vec![
        (
            "two_revocations_of_one_session",
            vec![entry(1, 4, Saw::Revoked), entry(2, 3, Saw::Revoked)],
            Violation::RevokedTwice,
        ),
        (
            "a_refusal_before_the_revocation_began",
            vec![entry(1, 2, Saw::Refused), entry(3, 4, Saw::Revoked)],
            Violation::RefusedTooEarly,
        ),
        (
            "a_refusal_without_any_revocation",
            vec![entry(1, 2, Saw::Refused)],
            Violation::RefusedTooEarly,
        ),
        (
            "an_answer_after_the_revocation_ended",
            vec![entry(1, 2, Saw::Revoked), entry(3, 4, Saw::Alive)],
            Violation::AnsweredTooLate,
        ),
        (
            "an_answer_after_a_refusal_while_the_revocation_still_runs",
            vec![entry(1, 9, Saw::Revoked), entry(2, 3, Saw::Refused), payload_put(4, 5, "a")],
            Violation::AnsweredTooLate,
        ),
    ]
}

fn a_patch_is_applied_to_the_letter() {
    // From the appendix of RFC 7396.
    let before = json!({"a": "b", "c": {"d": "e", "f": "g"}});
    let after = json!({"a": "z", "c": {"d": "e"}});
    assert_eq!(patched(before, &json!({"a": "z", "c": {"f": null}})), after);
    assert_eq!(patched(json!([1, 2]), &json!({"a": "b", "c": null})), json!({"a": "b"}));
    assert_eq!(patched(json!({}), &json!({"a": {"bb": {"ccc": null}}})), json!({"a": {"bb": {}}}));
    assert_eq!(patched(json!({"a": "foo"}), &Value::Null), Value::Null);
}

fn entry(began: u64, ended: u64, saw: Saw) -> Entry {
    Entry { began, ended, saw }
}

fn put(began: u64, ended: u64, version: u64, expected: Option<u64>) -> Entry {
    entry(began, ended, Saw::Put { version, data: json!({}), expected })
}

fn patch(began: u64, ended: u64, version: u64) -> Entry {
    entry(began, ended, Saw::Patched { version, patch: json!({}) })
}

fn read(began: u64, ended: u64, version: u64) -> Entry {
    entry(began, ended, Saw::Data { version, data: json!({}) })
}

fn payload_put(began: u64, ended: u64, value: &str) -> Entry {
    entry(began, ended, Saw::PayloadPut(json!(value)))
}

fn payload(began: u64, ended: u64, value: &str) -> Entry {
    entry(began, ended, Saw::Payload(json!(value)))
}

fn refreshed(began: u64, ended: u64, generation: u64, token: &str) -> Entry {
    let token = token.to_owned();
    entry(began, ended, Saw::Refreshed { generation, token, payload: json!("p") })
}
