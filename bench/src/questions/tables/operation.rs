//! What is asked of an origin whose table was seeded.

use super::seed::{Population, Row, mixed};
use crate::load::{Answer, Progress, Script, request};
use std::collections::VecDeque;
use wayleave_shared::refresh_token::RefreshKeys;

/// One of them.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Operation {
    /// A log-in of a user who was never there.
    Create,
    /// A refresh: of a session that was not refreshed yet in this measurement, while there is one.
    Refresh,
    /// The data of a session: one in ten has some.
    DataGet,
    /// The sessions of a user: two.
    List,
    /// A sign-out.
    Revoke,
}

impl Operation {
    /// All of them. What ends sessions comes before what makes them, so that the small table stays small.
    pub(super) const ALL: [Self; 5] =
        [Self::Refresh, Self::DataGet, Self::List, Self::Revoke, Self::Create];

    /// Its name in the results.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Create => "create",
            Self::Refresh => "refresh",
            Self::DataGet => "data get",
            Self::List => "list",
            Self::Revoke => "revoke",
        }
    }
}

/// What the scripts of one origin have in common.
#[derive(Clone, Debug)]
pub(super) struct Caller {
    /// The value of the header `authorization`.
    pub(super) bearer: String,
    /// What makes refresh tokens.
    pub(super) keys: RefreshKeys,
    /// The sessions that were seeded.
    pub(super) population: Population,
    /// The first draw that no earlier run has used.
    pub(super) used: u64,
}

/// One connection that does the same operation again and again, each time on another row, or several operations in turn.
pub(super) struct Operations {
    caller: Caller,
    repeated: Vec<Operation>,
    turn: usize,
    // Draws are dealt out to the connections in turn, separately for each operation.
    connection: u64,
    connections: u64,
    drawn: [u64; 5],
    successors: VecDeque<String>,
}

impl Operations {
    /// One for each of so many connections.
    pub(super) fn scripts(
        caller: &Caller,
        operations: &[Operation],
        connections: u64,
    ) -> Vec<Box<dyn Script>> {
        let script = |connection| Self {
            caller: caller.clone(),
            repeated: operations.to_vec(),
            turn: 0,
            connection,
            connections,
            drawn: [0; 5],
            successors: VecDeque::new(),
        };
        (0..connections).map(|connection| Box::new(script(connection)) as Box<dyn Script>).collect()
    }

    fn operation(&self) -> Operation {
        self.repeated[self.turn % self.repeated.len()]
    }

    /// The next number for this operation that no other connection gets.
    fn number(&mut self) -> u64 {
        let drawn = &mut self.drawn[self.operation() as usize];
        *drawn += 1;
        (*drawn - 1) * self.connections + self.connection
    }

    /// The next row for this operation: those that are ended and those that are not have no draw in common.
    fn row(&mut self) -> Option<Row> {
        let (number, population) = (self.number(), &self.caller.population);
        let refreshed = population.count() / REFRESHED_OF;
        let used = self.caller.used;
        match self.operation() {
            Operation::Revoke => {
                let draw = refreshed + used + number;
                (draw < population.count()).then(|| population.drawn(draw))
            }
            Operation::Refresh => {
                let draw = used + number;
                (draw < refreshed).then(|| population.drawn(draw))
            }
            _ => Some(population.drawn(number % refreshed)),
        }
    }
}

impl Script for Operations {
    fn next(&mut self, request: &mut Vec<u8>) -> Result<(), String> {
        let operation = self.operation();
        let bearer = self.caller.bearer.clone();
        let headers = [("authorization", bearer.as_str())];
        match operation {
            Operation::Create => {
                let number = self.number();
                let user = mixed(number + self.caller.used, VISITOR);
                let body = format!(
                    r#"{{"userId":"visitor-{user:016x}","jwtPayload":{{"role":"member","plan":"basic"}},"client":{{"name":"Firefox on Linux","address":"203.0.113.7"}}}}"#
                );
                request::write(request, "POST", "/v1/sessions", &headers, Some(body.as_bytes()));
            }
            Operation::Refresh => {
                let token = match self.row() {
                    Some(row) => {
                        let token = self.caller.keys.issue(row.handle, row.secret());
                        self.caller.keys.write(&token)
                    }
                    None => self.successors.pop_front().ok_or("there is no session to refresh")?,
                };
                let body = format!(r#"{{"refreshToken":"{token}"}}"#);
                let path = "/v1/sessions/refresh";
                request::write(request, "POST", path, &headers, Some(body.as_bytes()));
            }
            Operation::DataGet => {
                let row = self.row().ok_or(TOO_FEW)?;
                let path = format!("/v1/sessions/{}/data", row.handle);
                request::write(request, "GET", &path, &headers, None);
            }
            Operation::List => {
                let row = self.row().ok_or(TOO_FEW)?;
                let path = format!("/v1/users/{}/sessions", row.user_id.to_text());
                request::write(request, "GET", &path, &headers, None);
            }
            Operation::Revoke => {
                let row = self.row().ok_or(TOO_FEW)?;
                let path = format!("/v1/sessions/{}", row.handle);
                request::write(request, "DELETE", &path, &headers, None);
            }
        }
        Ok(())
    }

    fn see(&mut self, answer: &Answer<'_>) -> Result<Progress, String> {
        answer.success()?;
        let body = String::from_utf8_lossy(answer.body);
        match self.operation() {
            Operation::Refresh => {
                let token =
                    body.split(REFRESH_TOKEN).nth(1).and_then(|rest| rest.split('"').next());
                self.successors.push_back(token.ok_or_else(|| answer.described())?.to_owned());
            }
            // What finds nothing is cheap: it must not pass for the operation.
            Operation::Revoke if !body.contains(r#""revoked":true"#) => {
                return Err(answer.described());
            }
            Operation::List if !body.contains(r#""handle""#) => return Err(answer.described()),
            _ => {}
        }
        self.turn += 1;
        Ok(Progress::Done)
    }
}

/// A fifth of the sessions is refreshed and read, the others are there to be ended.
const REFRESHED_OF: u64 = 5;

const REFRESH_TOKEN: &str = r#""refreshToken":{"token":""#;
const TOO_FEW: &str =
    "all sessions of the table are ended: ask for fewer or shorter rounds, or more rows";

/// What user ids of log-ins are drawn for. Beyond the purposes of rows.
const VISITOR: u64 = 3000;
