//! The table of sessions of SuperTokens 4.0.X (npm package `supertokens-node-mysql-ref-jwt`), on MySQL or MariaDB. It is only read.

use super::OldRow;
use sqlx::{
    AssertSqlSafe, ConnectOptions, Connection, Executor, MySqlConnection, Row,
    mysql::{MySqlConnectOptions, MySqlRow},
};
use std::fmt;
use wayleave_shared::time::UnixMilliseconds;

/// Where that system keeps its sessions. `Debug` shows no password.
#[derive(Clone)]
pub struct SuperTokens {
    options: MySqlConnectOptions,
    table: String,
    /// See [`OldRow::candidate`].
    pub digits_are_numbers: bool,
}

/// Why it cannot be there.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum BadSource {
    /// The URL is none that we read; it may hold a password, so it is not shown.
    #[error("--from must be mysql://user:password@host:port/database")]
    Url,
    /// The table's name is none.
    #[error("--table must be a name of letters, digits, $ and _")]
    Table,
}

impl SuperTokens {
    /// In the database of `url`, in this table.
    ///
    /// # Errors
    ///
    /// [`BadSource`].
    pub fn new(url: &str, table: &str, digits_are_numbers: bool) -> Result<Self, BadSource> {
        let options: MySqlConnectOptions = url.parse().map_err(|_| BadSource::Url)?;
        if !url.starts_with("mysql://") || options.get_database().is_none_or(str::is_empty) {
            return Err(BadSource::Url);
        }
        let in_name = |byte: u8| byte.is_ascii_alphanumeric() || b"$_".contains(&byte);
        if table.is_empty() || !table.bytes().all(in_name) {
            return Err(BadSource::Table);
        }
        let options = options.disable_statement_logging();
        Ok(Self { options, table: table.to_owned(), digits_are_numbers })
    }

    /// Connects.
    ///
    /// # Errors
    ///
    /// Where the database cannot be reached.
    pub async fn open(&self) -> Result<Pages, sqlx::Error> {
        let mut connection = MySqlConnection::connect_with(&self.options).await?;
        // The server holds us to it.
        connection.execute("SET SESSION TRANSACTION READ ONLY").await?;
        Ok(Pages { connection, table: self.table.clone(), after: Some(String::new()) })
    }
}

/// The rows in order of their primary key, page after page: each is one short look, without a lock.
pub struct Pages {
    connection: MySqlConnection,
    table: String,
    /// The last row of the page before; `None` after the last page.
    after: Option<String>,
}

impl Pages {
    /// The next rows, at most so many; `None` after the last.
    ///
    /// # Errors
    ///
    /// Where the database fails, or the table is not what it should be.
    pub async fn next(&mut self, limit: u32) -> Result<Option<Vec<OldRow>>, sqlx::Error> {
        let Some(after) = &self.after else { return Ok(None) };
        // Whatever the columns' character set is, we get UTF-8. What may be NULL stands for absent then.
        let statement = format!(
            "SELECT CONVERT(session_handle USING utf8mb4) AS handle, CONVERT(user_id USING utf8mb4) AS user_id,
                    CONVERT(refresh_token_hash_2 USING utf8mb4) AS token_hash,
                    COALESCE(CONVERT(session_info USING utf8mb4), '') AS data,
                    COALESCE(CONVERT(jwt_user_payload USING utf8mb4), '') AS jwt_payload,
                    CAST(expires_at AS UNSIGNED) AS expires_at
               FROM `{}` WHERE session_handle > ? ORDER BY session_handle LIMIT ?",
            self.table
        );
        let rows = sqlx::query(AssertSqlSafe(statement))
            .bind(after)
            .bind(limit)
            .fetch_all(&mut self.connection)
            .await?;
        let rows: Vec<_> = rows.iter().map(old_row).collect::<Result<_, _>>()?;
        let is_last = rows.len() < limit as usize;
        self.after = rows.last().filter(|_| !is_last).map(|row| row.handle.clone());
        Ok(Some(rows).filter(|rows| !rows.is_empty()))
    }
}

fn old_row(row: &MySqlRow) -> Result<OldRow, sqlx::Error> {
    Ok(OldRow {
        handle: row.try_get("handle")?,
        user_id: row.try_get("user_id")?,
        token_hash: row.try_get("token_hash")?,
        data: row.try_get("data")?,
        jwt_payload: row.try_get("jwt_payload")?,
        expires_at: UnixMilliseconds(row.try_get("expires_at")?),
    })
}

impl fmt::Debug for SuperTokens {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "SuperTokens({})", self.table)
    }
}

impl fmt::Debug for Pages {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Pages({})", self.table)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_source_that_cannot_be_is_refused_and_its_password_not_shown() {
        for url in
            ["", "mysql://", "mysql://user:pass-word@host", "postgres://user:pass-word@host/data"]
        {
            let refused = SuperTokens::new(url, "refresh_token", false).unwrap_err();
            assert_eq!(refused, BadSource::Url, "{url}");
        }
        let url = "mysql://user:pass-word@host/data";
        for table in ["", "a b", "a`b", "a.b"] {
            let refused = SuperTokens::new(url, table, false).unwrap_err();
            assert_eq!(refused, BadSource::Table, "{table}");
        }
        let source = SuperTokens::new(url, "refresh_token", false).unwrap();
        assert_eq!(format!("{source:?}"), "SuperTokens(refresh_token)");
    }
}
