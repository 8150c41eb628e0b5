use super::*;
use crate::{
    key_set::KeySet,
    session_handle::SessionHandle,
    sign::SigningKey,
    time::UnixSeconds,
    token::{TokenPolicy, TokenRefusal, verify},
    user_id::UserId,
};

const NOW: UnixSeconds = UnixSeconds(1_700_000_000);
const ISSUER: &str = "https://id.example";

fn key() -> SigningKey {
    SigningKey::from_seed("k1".parse().unwrap(), &[7; 32])
}

fn keys() -> KeySet {
    KeySet::new(vec![(key().id().clone(), key().public_key())])
}

fn cursor(position: u64) -> FeedCursor {
    FeedCursor { epoch: [9; 16], position }
}

fn page() -> FeedPage {
    FeedPage {
        issuer: ISSUER.to_owned(),
        issued_at: NOW,
        since: Some(cursor(5)),
        cursor: cursor(8),
        restart: false,
        more: false,
        sessions: vec![RevokedSession {
            handle: SessionHandle::from_bytes([1; 16]),
            forget_at: UnixSeconds(2),
        }],
        users: vec![RevokedUser {
            user: UserDigest::of(&UserId::integer(1).unwrap()),
            issued_before: UnixSeconds(3),
            forget_at: UnixSeconds(4),
        }],
        keys: vec![RevokedKey { key: "k0".parse().unwrap(), forget_at: UnixSeconds(5) }],
    }
}

fn check(
    page: &FeedPage,
    since: Option<FeedCursor>,
    now: UnixSeconds,
) -> Result<FeedPage, FeedRefusal> {
    verify_feed(&key().sign_feed(page).unwrap(), &keys(), ISSUER, since, now)
}

#[test]
fn a_signed_page_comes_back_as_it_was() {
    assert_eq!(check(&page(), Some(cursor(5)), NOW), Ok(page()));
}

#[test]
fn entries_are_short_on_the_wire() {
    assert_eq!(
        serde_json::to_string(&page().sessions).unwrap(),
        r#"[["AQEBAQEBAQEBAQEBAQEBAQ",2]]"#
    );
    assert_eq!(serde_json::to_string(&page().keys).unwrap(), r#"[["k0",5]]"#);
}

#[test]
fn a_page_that_answers_another_question_is_refused() {
    let another = Err(FeedRefusal::AnotherCursor);
    assert_eq!(check(&page(), Some(cursor(4)), NOW), another);
    assert_eq!(check(&page(), None, NOW), another);
    assert_eq!(check(&FeedPage { cursor: cursor(4), ..page() }, Some(cursor(5)), NOW), another);
    let other_history = FeedCursor { epoch: [8; 16], position: 9 };
    let moved = FeedPage { cursor: other_history, ..page() };
    assert_eq!(check(&moved, Some(cursor(5)), NOW), another);
    let restarted = FeedPage { restart: true, ..moved };
    assert_eq!(check(&restarted, Some(cursor(5)), NOW), Ok(restarted.clone()));
}

#[test]
fn an_old_page_played_again_is_refused() {
    let at = |now| check(&page(), Some(cursor(5)), UnixSeconds(now)).map(|_| ());
    assert_eq!(at(NOW.0 + 60), Ok(()));
    assert_eq!(at(NOW.0 + 61), Err(FeedRefusal::NotFromNow));
    assert_eq!(at(NOW.0 - 60), Ok(()));
    assert_eq!(at(NOW.0 - 61), Err(FeedRefusal::NotFromNow));
}

#[test]
fn a_page_of_another_issuer_or_key_is_refused() {
    let other = FeedPage { issuer: "https://other.example".to_owned(), ..page() };
    assert_eq!(check(&other, Some(cursor(5)), NOW), Err(FeedRefusal::OtherIssuer));
    let forged = SigningKey::from_seed("k1".parse().unwrap(), &[8; 32]).sign_feed(&page()).unwrap();
    assert_eq!(
        verify_feed(&forged, &keys(), ISSUER, Some(cursor(5)), NOW),
        Err(FeedRefusal::Signature(TokenRefusal::BadSignature))
    );
}

#[test]
fn a_page_is_no_access_token_and_an_access_token_is_no_page() {
    let policy = TokenPolicy { issuer: ISSUER.to_owned(), audience: None, max_validity_s: 3600 };
    let signed_page = key().sign_feed(&page()).unwrap();
    assert_eq!(verify(&signed_page, &keys(), &policy, NOW).unwrap_err(), TokenRefusal::WrongType);
    let token = key().sign_as("at+jwt", &page()).unwrap();
    assert_eq!(
        verify_feed(&token, &keys(), ISSUER, Some(cursor(5)), NOW),
        Err(FeedRefusal::Signature(TokenRefusal::WrongType))
    );
}

#[test]
fn a_full_page_fits() {
    let entry = page().sessions[0];
    let full = FeedPage {
        sessions: vec![
            RevokedSession { forget_at: UnixSeconds(1 << 52), ..entry };
            MAX_PAGE_ENTRIES
        ],
        ..page()
    };
    assert!(check(&full, Some(cursor(5)), NOW).is_ok());
}

#[test]
fn a_cursor_has_one_spelling() {
    for text in [
        "",
        ".",
        "AAAAAAAAAAAAAAAAAAAAAA",
        "AAAAAAAAAAAAAAAAAAAAAA.",
        "AAAAAAAAAAAAAAAAAAAAAA.01",
        "AAAAAAAAAAAAAAAAAAAAAA.+1",
        "AAAAAAAAAAAAAAAAAAAAAA.-1",
        "AAAAAAAAAAAAAAAAAAAAAA.18446744073709551616",
        "AAAAAAAAAAAAAAAAAAAAAB.1",
        "A.1",
    ] {
        assert_eq!(text.parse::<FeedCursor>(), Err(InvalidFeedCursor), "{text}");
    }
}
