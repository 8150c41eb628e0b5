//! The table `sessions`.

use super::{SqlStore, row, session_data::MAX_FIRST_DATA_BYTES, step::with_retry};
use crate::store::{NewSession, StoreError, StoredSession};
use sqlx::{AssertSqlSafe, any::AnyRow};
use wayleave_shared::{
    client::Client,
    json::Json,
    refresh_token::{Derivation, RefreshHash, RefreshKeyId},
    rotation::Chain,
    session_handle::SessionHandle,
    user_id::UserId,
    wire::Session,
};

pub(super) async fn create(store: &SqlStore, new: &NewSession) -> Result<(), StoreError> {
    match with_retry(|| insert(store, new)).await {
        Err(error) if error.is_cut() => match with_retry(|| insert(store, new)).await {
            // Nobody else draws this handle: the first attempt was carried out after all.
            Err(StoreError::Database(sqlx::Error::Database(error)))
                if error.is_unique_violation() =>
            {
                Ok(())
            }
            outcome => outcome,
        },
        outcome => outcome,
    }
}

async fn insert(store: &SqlStore, new: &NewSession) -> Result<(), StoreError> {
    let now = store.dialect.now();
    let client = new.client.clone().unwrap_or_default();
    let data = new.data.as_ref().map(json_bytes);
    // Either it stands in the session's own row, and one statement is all; or it has a row of its own, and both are written together.
    let (first_data, data_apart) = match data {
        Some(data) if data.len() > MAX_FIRST_DATA_BYTES => (None, Some(data)),
        data => (data, None),
    };
    let statement = format!(
        "INSERT INTO sessions
            (handle, user_id, refresh_hash, generation, jwt_payload, client_name, client_address,
             first_data, created_at, refreshed_at, expires_at)
         VALUES (?, ?, ?, 0, ?, ?, ?, ?, {now}, {now}, {now} + ?)"
    );
    let insert = sqlx::query(AssertSqlSafe(statement))
        .bind(new.handle.as_bytes().to_vec())
        .bind(new.user_id.to_bytes())
        .bind(new.refresh_hash.0.to_vec())
        .bind(new.jwt_payload.as_ref().map(json_bytes))
        .bind(client.name.map(String::into_bytes))
        .bind(client.address.map(|address| address.to_string().into_bytes()))
        .bind(first_data)
        .bind(store.now_override())
        .bind(store.now_override())
        .bind(store.now_override())
        .bind(row::milliseconds(new.validity));
    let Some(data) = data_apart else {
        store.pool.execute(insert).await?;
        return Ok(());
    };

    let mut transaction = store.begin().await?;
    transaction.execute(insert).await?;
    let query = sqlx::query("INSERT INTO session_data (handle, data, version) VALUES (?, ?, 1)")
        .bind(new.handle.as_bytes().to_vec())
        .bind(data);
    transaction.execute(query).await?;
    Ok(transaction.commit().await?)
}

pub(super) async fn find(
    store: &SqlStore,
    handle: SessionHandle,
) -> Result<Option<StoredSession>, StoreError> {
    let now = store.dialect.now();
    let statement = format!(
        "SELECT {COLUMNS}, {now} AS read_at FROM sessions WHERE handle = ? AND expires_at > {now}"
    );
    let query = sqlx::query(AssertSqlSafe(statement))
        .bind(store.now_override())
        .bind(handle.as_bytes().to_vec())
        .bind(store.now_override());
    let found = store.pool.fetch_optional(query).await?;
    found.as_ref().map(stored_session).transpose()
}

pub(super) async fn update_payload(
    store: &SqlStore,
    handle: SessionHandle,
    payload: Option<&Json>,
) -> Result<bool, StoreError> {
    let statement = format!(
        "UPDATE sessions SET jwt_payload = ? WHERE handle = ? AND expires_at > {}",
        store.dialect.now()
    );
    // sqlx sets CLIENT_FOUND_ROWS, so this counts rows matched, not rows changed.
    let query = sqlx::query(AssertSqlSafe(statement))
        .bind(payload.map(json_bytes))
        .bind(handle.as_bytes().to_vec())
        .bind(store.now_override());
    let matched = store.pool.execute(query).await?.rows_affected();
    Ok(matched > 0)
}

pub(super) async fn of_user(
    store: &SqlStore,
    user_id: &UserId,
    after: Option<SessionHandle>,
    limit: u32,
) -> Result<Vec<StoredSession>, StoreError> {
    let (first, last) = range_of(user_id);
    let now = store.dialect.now();
    let statement = format!(
        "SELECT {COLUMNS}, {now} AS read_at FROM sessions
          WHERE handle BETWEEN ? AND ? AND handle > ? AND user_id = ? AND expires_at > {now}
          ORDER BY handle LIMIT ?"
    );
    let query = sqlx::query(AssertSqlSafe(statement))
        .bind(store.now_override())
        .bind(first)
        .bind(last)
        // Every handle is longer than no bytes at all, so it comes after them.
        .bind(after.map_or_else(Vec::new, |after| after.as_bytes().to_vec()))
        .bind(user_id.to_bytes())
        .bind(store.now_override())
        .bind(i64::from(limit));
    let rows = store.pool.fetch_all(query).await?;
    rows.iter().map(stored_session).collect()
}

fn stored_session(found: &AnyRow) -> Result<StoredSession, StoreError> {
    let refresh_hash =
        |name| row::optional_bytes(found, TABLE, name).map(|hash| hash.map(RefreshHash));
    let key = row::optional_bytes(found, TABLE, "derivation_key")?.map(RefreshKeyId);
    let nonce = row::optional_bytes(found, TABLE, "derivation_nonce")?;
    Ok(StoredSession {
        session: Session {
            handle: SessionHandle::from_bytes(row::bytes(found, TABLE, "handle")?),
            user_id: row::user_id(found, TABLE)?,
            jwt_payload: row::json(found, TABLE, "jwt_payload")?,
            created_at: row::time(found, TABLE, "created_at")?,
            refreshed_at: row::time(found, TABLE, "refreshed_at")?,
            expires_at: row::time(found, TABLE, "expires_at")?,
            client: client(found)?,
            current: None,
        },
        chain: Chain {
            current: RefreshHash(row::bytes(found, TABLE, "refresh_hash")?),
            parent: refresh_hash("parent_hash")?,
            confirmed_at: row::optional_time(found, TABLE, "confirmed_at")?,
        },
        derivation: key.zip(nonce).map(|(key, nonce)| Derivation { key, nonce }),
        generation: row::unsigned(found, TABLE, "generation")?,
        read_at: row::time(found, TABLE, "read_at")?,
    })
}

fn client(found: &AnyRow) -> Result<Option<Client>, StoreError> {
    let address = row::text(found, TABLE, "client_address")?;
    let address = address.map(|address| address.parse()).transpose();
    let client = Client {
        name: row::text(found, TABLE, "client_name")?,
        address: address
            .map_err(|_| StoreError::Inconsistent { table: TABLE, column: "client_address" })?,
    };
    Ok(Some(client).filter(|client| *client != Client::default()))
}

/// Between which handles all sessions of a user lie.
pub(super) fn range_of(user_id: &UserId) -> (Vec<u8>, Vec<u8>) {
    let prefix = SessionHandle::prefix_of(user_id);
    ([prefix.as_slice(), &[0; 12]].concat(), [prefix.as_slice(), &[0xff; 12]].concat())
}

fn json_bytes(json: &Json) -> Vec<u8> {
    json.text().as_bytes().to_vec()
}

pub(super) const TABLE: &str = "sessions";

const COLUMNS: &str = "handle, user_id, refresh_hash, parent_hash, derivation_key, derivation_nonce, confirmed_at, generation, jwt_payload,
    created_at, refreshed_at, expires_at, client_name, client_address";
