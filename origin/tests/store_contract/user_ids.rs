//! Promises about user ids: they compare by bytes and by type, whatever the server's character set and collation. On MariaDB and MySQL the test's database is
//! latin1 by default.

use crate::{
    Promise,
    engine::Fixture,
    promises,
    sessions::{ENDING, found, handle, live, new_session, rows},
};
use sqlx::Row;
use std::collections::HashSet;
use wayleave_origin::store::{NewSession, Store};
use wayleave_shared::{client::Client, json::Json, session_handle::SessionHandle, user_id::UserId};

pub(crate) fn promises() -> Vec<Promise> {
    promises![
        the_database_is_not_utf8mb4_by_default_where_it_can_be_otherwise,
        users_that_differ_in_a_byte_or_a_type_are_different,
        a_user_id_comes_back_as_it_was_also_after_a_refresh,
        emoji_come_back_wherever_they_may_stand,
        revoking_one_of_two_look_alikes_leaves_the_other,
        look_alikes_under_one_handle_prefix_are_kept_apart_by_bytes,
    ]
}

async fn the_database_is_not_utf8mb4_by_default_where_it_can_be_otherwise(fixture: &Fixture) {
    if fixture.url.starts_with("sqlite:") {
        return;
    }
    let mut connection = fixture.connection().await;
    let statement = "SELECT CAST(@@character_set_database AS BINARY) AS charset";
    let found = sqlx::query(statement).fetch_one(&mut connection).await.unwrap();
    assert_eq!(found.get::<Vec<u8>, _>("charset"), b"latin1");
}

/// Ids of which collations, trimming, normalisation or conversion of types would make fewer.
fn look_alikes() -> Vec<UserId> {
    let longest = "😀".repeat(63) + "abc";
    let nearly = "😀".repeat(63) + "abd";
    let texts = [
        "alice",
        "Alice",
        "ALICE",
        "alice ",
        " alice",
        " alice ",
        "alice\t",
        "alice\n",
        "alice\0",
        "alicé",
        "alice\u{301}",
        "ａｌｉｃｅ",
        "straße",
        "strasse",
        "1",
        "01",
        "1 ",
        "1.0",
        "1e0",
        "-1",
        "true",
        "null",
        "😀",
        "😁",
        "i1",
        "s1",
        " ",
        "  ",
        "\0",
        "%",
        "_",
        "a'b",
        "a\\b",
        &longest,
        &nearly,
    ];
    let integers = [1, 0, -1, 10, 9_007_199_254_740_991, -9_007_199_254_740_991];
    let texts = texts.into_iter().map(|text| UserId::text(text).unwrap());
    texts.chain(integers.into_iter().map(|number| UserId::integer(number).unwrap())).collect()
}

async fn users_that_differ_in_a_byte_or_a_type_are_different(fixture: &Fixture) {
    let users = look_alikes();
    for (number, user) in (0..).zip(&users) {
        fixture.store.create_session(new_session(user, number)).await.unwrap();
    }

    for (number, user) in (0..).zip(&users) {
        let sessions = fixture.store.sessions_of_user(user, None, 10).await.unwrap();
        let owners: Vec<_> = sessions.iter().map(|stored| &stored.session.user_id).collect();
        assert_eq!(owners, [user]);
        assert_eq!(sessions[0].session.handle, handle(user, number));
    }
}

async fn a_user_id_comes_back_as_it_was_also_after_a_refresh(fixture: &Fixture) {
    for (number, user) in (0..).zip(look_alikes()) {
        let session = new_session(&user, number);
        let handle = session.handle;
        fixture.store.create_session(session).await.unwrap();
        fixture.store.rotate(crate::rotation::rotate(handle, 1, 2)).await.unwrap();

        assert_eq!(found(fixture, handle).await.unwrap().session.user_id, user);
    }
}

async fn emoji_come_back_wherever_they_may_stand(fixture: &Fixture) {
    let user = UserId::text("👩🏽‍🚀").unwrap();
    let json = Json::parse("{\"👩🏽‍🚀\":\"𝔘 ﷽ é\"}").unwrap();
    let client = Client { name: Some("Téléphone 📱 電話".to_owned()), address: None };
    let session = NewSession {
        jwt_payload: Some(json.clone()),
        data: Some(json.clone()),
        client: Some(client.clone()),
        ..new_session(&user, 1)
    };
    let handle = session.handle;

    fixture.store.create_session(session).await.unwrap();

    let stored = found(fixture, handle).await.unwrap().session;
    assert_eq!((stored.user_id, stored.client), (user, Some(client)));
    assert_eq!(stored.jwt_payload.as_ref(), Some(&json));
    let data = fixture.store.session_data(handle).await.unwrap().unwrap();
    assert_eq!(data.data, Some(json));
}

async fn revoking_one_of_two_look_alikes_leaves_the_other(fixture: &Fixture) {
    let users = look_alikes();
    for user in &users {
        fixture.store.create_session(new_session(user, 1)).await.unwrap();
    }

    for (count, user) in users.iter().enumerate() {
        let left = i64::try_from(users.len() - count).unwrap();
        assert_eq!(rows(fixture, "sessions").await, left);
        let revoked = fixture.store.revoke_user(user, None, ENDING).await.unwrap();
        assert_eq!(revoked, [handle(user, 1)]);
    }
}

/// Different users' handles begin differently, all but always; here all begin alike, so that the user id alone tells them apart.
async fn look_alikes_under_one_handle_prefix_are_kept_apart_by_bytes(fixture: &Fixture) {
    for asked in ["alice", "alice ", "Alice", "1"].map(|text| UserId::text(text).unwrap()) {
        let prefix = SessionHandle::prefix_of(&asked);
        let mut own = None;
        for (number, user) in (0_u8..).zip(look_alikes()) {
            let mut bytes = [number; 16];
            bytes[..4].copy_from_slice(&prefix);
            let handle = SessionHandle::from_bytes(bytes);
            own = own.or(Some(handle).filter(|_| user == asked));
            let session = NewSession { handle, ..new_session(&user, 1) };
            fixture.store.create_session(session).await.unwrap();
        }
        let others = rows(fixture, "sessions").await - 1;

        assert_eq!(live(fixture, &asked).await, HashSet::from_iter(own));
        let revoked = fixture.store.revoke_user(&asked, None, ENDING).await.unwrap();

        assert_eq!(Some(revoked), own.map(|own| vec![own]));
        assert_eq!(rows(fixture, "sessions").await, others);
    }
}
