//! From columns to types: a bad row is an error that names table and column.

use crate::store::StoreError;
use sqlx::{Decode, Row, Type, any::AnyRow};
use std::time::Duration;
use wayleave_shared::{json::Json, time::UnixMilliseconds, user_id::UserId};

/// A column that must be there and of this type.
pub(super) fn column<'row, T>(
    row: &'row AnyRow,
    table: &'static str,
    column: &'static str,
) -> Result<T, StoreError>
where
    T: Decode<'row, sqlx::Any> + Type<sqlx::Any>,
{
    row.try_get(column).map_err(|_| StoreError::Inconsistent { table, column })
}

/// A count or time, which no row holds negative.
pub(super) fn unsigned(
    row: &AnyRow,
    table: &'static str,
    name: &'static str,
) -> Result<u64, StoreError> {
    let number: i64 = column(row, table, name)?;
    u64::try_from(number).map_err(|_| StoreError::Inconsistent { table, column: name })
}

/// A point in time.
pub(super) fn time(
    row: &AnyRow,
    table: &'static str,
    name: &'static str,
) -> Result<UnixMilliseconds, StoreError> {
    unsigned(row, table, name).map(UnixMilliseconds)
}

/// A point in time that may be `NULL`.
pub(super) fn optional_time(
    row: &AnyRow,
    table: &'static str,
    name: &'static str,
) -> Result<Option<UnixMilliseconds>, StoreError> {
    let time: Option<i64> = column(row, table, name)?;
    let time = time.map(u64::try_from).transpose();
    let time = time.map_err(|_| StoreError::Inconsistent { table, column: name })?;
    Ok(time.map(UnixMilliseconds))
}

/// Bytes of a fixed length.
pub(super) fn bytes<const N: usize>(
    row: &AnyRow,
    table: &'static str,
    name: &'static str,
) -> Result<[u8; N], StoreError> {
    let bytes: Vec<u8> = column(row, table, name)?;
    bytes.try_into().map_err(|_| StoreError::Inconsistent { table, column: name })
}

/// Bytes of a fixed length that may be `NULL`.
pub(super) fn optional_bytes<const N: usize>(
    row: &AnyRow,
    table: &'static str,
    name: &'static str,
) -> Result<Option<[u8; N]>, StoreError> {
    let Some(bytes) = column::<Option<Vec<u8>>>(row, table, name)? else { return Ok(None) };
    bytes.try_into().map(Some).map_err(|_| StoreError::Inconsistent { table, column: name })
}

/// UTF-8 that may be `NULL`.
pub(super) fn text(
    row: &AnyRow,
    table: &'static str,
    name: &'static str,
) -> Result<Option<String>, StoreError> {
    let Some(bytes) = column::<Option<Vec<u8>>>(row, table, name)? else { return Ok(None) };
    String::from_utf8(bytes).map(Some).map_err(|_| StoreError::Inconsistent { table, column: name })
}

/// The column `user_id`.
pub(super) fn user_id(row: &AnyRow, table: &'static str) -> Result<UserId, StoreError> {
    let bytes: Vec<u8> = column(row, table, "user_id")?;
    UserId::from_bytes(&bytes).map_err(|_| StoreError::Inconsistent { table, column: "user_id" })
}

/// JSON text that may be `NULL`, for absent.
pub(super) fn json(
    row: &AnyRow,
    table: &'static str,
    name: &'static str,
) -> Result<Option<Json>, StoreError> {
    let Some(bytes) = column::<Option<Vec<u8>>>(row, table, name)? else { return Ok(None) };
    let text = String::from_utf8(bytes).ok();
    let json = text.and_then(|text| Json::parse(text).ok());
    json.map(Some).ok_or(StoreError::Inconsistent { table, column: name })
}

/// A span as SQL has it.
pub(super) fn milliseconds(span: Duration) -> i64 {
    i64::try_from(span.as_millis()).unwrap_or(i64::MAX)
}

/// A number as SQL has it. Times and counts stay far below the sign bit.
pub(super) fn integer(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}
