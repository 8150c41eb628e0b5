//! The least that an origin on axum and sqlx can do: each route is the statements that its operation cannot do without, as prepared statements. That is one, but for the refresh: whose new
//! tokens they are has to be read before they are made, and MySQL's `UPDATE` tells nothing of the row. It makes no tokens and no cookies, and keeps no rules; where an operation begins
//! with a verified token, it verifies one with HS256, the cheapest of all.
//!
//! | route | statement |
//! |---|---|
//! | `POST /sessions` | `INSERT` of one row |
//! | `GET /sessions/{handle}/data` | verifies, then `SELECT` by primary key |
//! | `PUT /sessions/{handle}/data` | verifies, then `UPDATE` by primary key |
//! | `POST /sessions/{handle}/refresh/{hash}` | `SELECT` and guarded `UPDATE` by primary key; answers the next hash |

use axum::{
    Router,
    body::Bytes,
    extract::{Path, State},
    http::{HeaderMap, StatusCode, header::AUTHORIZATION},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use base64ct::{Base64UrlUnpadded, Encoding};
use clap::Parser;
use jsonwebtoken::{Algorithm, DecodingKey, Validation};
use serde::Deserialize;
use sqlx::{MySqlPool, mysql::MySqlPoolOptions};
use std::{error::Error, net::SocketAddr, sync::Arc};
use tokio::net::TcpListener;

/// Its settings.
#[derive(Parser)]
struct Arguments {
    /// Where to listen.
    #[arg(long)]
    listen: SocketAddr,
    /// `mysql://…`
    #[arg(long)]
    database_url: String,
    /// The secret of HS256.
    #[arg(long)]
    secret: String,
    /// The most database connections.
    #[arg(long, default_value_t = 50)]
    connections: u32,
}

#[derive(Clone)]
struct Limit {
    pool: MySqlPool,
    verifier: Arc<Verifier>,
}

struct Verifier {
    key: DecodingKey,
    validation: Validation,
}

/// What is read of a token.
#[derive(Deserialize)]
struct Claims {
    sid: String,
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let arguments = Arguments::parse();
    let pool = MySqlPoolOptions::new()
        .max_connections(arguments.connections)
        // Else sqlx asks before each statement whether the connection still works: a second round trip.
        .test_before_acquire(false)
        .connect(&arguments.database_url)
        .await?;
    sqlx::query(TABLE).execute(&pool).await?;
    let verifier = Verifier {
        key: DecodingKey::from_secret(arguments.secret.as_bytes()),
        validation: Validation::new(Algorithm::HS256),
    };
    let routes = Router::new()
        .route("/healthz", get(async || StatusCode::OK))
        .route("/sessions", post(create))
        .route("/sessions/{handle}/data", get(data).put(replace_data))
        .route("/sessions/{handle}/refresh/{hash}", post(refresh))
        .with_state(Limit { pool, verifier: Arc::new(verifier) });
    let listener = TcpListener::bind(arguments.listen).await?;
    axum::serve(listener, routes).await?;
    Ok(())
}

/// The body is the session's data.
async fn create(State(limit): State<Limit>, body: Bytes) -> Result<String, Refusal> {
    let (handle, hash) = (random::<16>()?, random::<32>()?);
    sqlx::query(
        "INSERT INTO sessions (handle, user_id, refresh_hash, data, expires_at) VALUES (?, ?, ?, ?, ?)",
    )
    .bind(&handle[..])
    .bind(&handle[..])
    .bind(&hash[..])
    .bind(&body[..])
    .bind(0_i64)
    .execute(&limit.pool)
    .await?;
    Ok(format!("{} {}", encoded(&handle), encoded(&hash)))
}

async fn data(
    State(limit): State<Limit>,
    Path(handle): Path<String>,
    headers: HeaderMap,
) -> Result<Vec<u8>, Refusal> {
    limit.verify(&headers, &handle)?;
    let found = sqlx::query_scalar("SELECT data FROM sessions WHERE handle = ?")
        .bind(decoded(&handle)?)
        .fetch_optional(&limit.pool)
        .await?;
    found.ok_or(Refusal::Unknown)
}

async fn replace_data(
    State(limit): State<Limit>,
    Path(handle): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<StatusCode, Refusal> {
    limit.verify(&headers, &handle)?;
    let done = sqlx::query("UPDATE sessions SET data = ? WHERE handle = ?")
        .bind(&body[..])
        .bind(decoded(&handle)?)
        .execute(&limit.pool)
        .await?;
    // sqlx counts rows that were found, changed or not.
    if done.rows_affected() == 1 { Ok(StatusCode::OK) } else { Err(Refusal::Unknown) }
}

async fn refresh(
    State(limit): State<Limit>,
    Path((handle, hash)): Path<(String, String)>,
) -> Result<String, Refusal> {
    let (handle, hash) = (decoded(&handle)?, decoded(&hash)?);
    let found: Option<(Vec<u8>, Vec<u8>, i64)> =
        sqlx::query_as("SELECT user_id, refresh_hash, expires_at FROM sessions WHERE handle = ?")
            .bind(&handle)
            .fetch_optional(&limit.pool)
            .await?;
    if found.is_none_or(|(_, current, _)| current != hash) {
        return Err(Refusal::Unknown);
    }
    let next = random::<32>()?;
    let done = sqlx::query(
        "UPDATE sessions SET refresh_hash = ?, expires_at = ? WHERE handle = ? AND refresh_hash = ?",
    )
    .bind(&next[..])
    .bind(0_i64)
    .bind(handle)
    .bind(hash)
    .execute(&limit.pool)
    .await?;
    if done.rows_affected() == 1 { Ok(encoded(&next)) } else { Err(Refusal::Unknown) }
}

impl Limit {
    fn verify(&self, headers: &HeaderMap, handle: &str) -> Result<(), Refusal> {
        let Verifier { key, validation } = &*self.verifier;
        let token = headers
            .get(AUTHORIZATION)
            .and_then(|value| value.to_str().ok()?.strip_prefix("Bearer "))
            .ok_or(Refusal::Unknown)?;
        let verified =
            jsonwebtoken::decode::<Claims>(token, key, validation).map_err(|_| Refusal::Unknown)?;
        if verified.claims.sid == handle { Ok(()) } else { Err(Refusal::Unknown) }
    }
}

/// Why there is no answer.
enum Refusal {
    /// No such session, or the token is not its own.
    Unknown,
    /// The database, or the source of randomness.
    Failed(String),
}

impl From<sqlx::Error> for Refusal {
    fn from(error: sqlx::Error) -> Self {
        Self::Failed(error.to_string())
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        match self {
            Self::Unknown => StatusCode::UNAUTHORIZED.into_response(),
            Self::Failed(detail) => (StatusCode::INTERNAL_SERVER_ERROR, detail).into_response(),
        }
    }
}

fn random<const N: usize>() -> Result<[u8; N], Refusal> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(|error| Refusal::Failed(error.to_string()))?;
    Ok(bytes)
}

fn encoded(bytes: &[u8]) -> String {
    Base64UrlUnpadded::encode_string(bytes)
}

fn decoded(text: &str) -> Result<Vec<u8>, Refusal> {
    Base64UrlUnpadded::decode_vec(text).map_err(|_| Refusal::Unknown)
}

const TABLE: &str = "CREATE TABLE IF NOT EXISTS sessions (
    handle BINARY(16) NOT NULL PRIMARY KEY,
    user_id VARBINARY(256) NOT NULL,
    refresh_hash BINARY(32) NOT NULL,
    data MEDIUMBLOB NOT NULL,
    expires_at BIGINT NOT NULL
) ENGINE = InnoDB";
