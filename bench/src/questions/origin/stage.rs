//! The sides, running on one database server, each with a schema of its own.

use super::database::Database;
use crate::{
    failure::Failure,
    load::Script,
    machine::package_version,
    model::SideNote,
    rounds::Contender,
    run::Run,
    side::{Origin, OriginSettings, Process, Readiness, free_port, local},
};
use std::{net::SocketAddr, process::Command};

/// Who takes part.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Side {
    Wayleave,
    Supertokens,
    Limit,
    ExpressSession,
}

impl Side {
    /// Its short name.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Wayleave => "wayleave",
            Self::Supertokens => "supertokens",
            Self::Limit => "limit",
            Self::ExpressSession => "express-session",
        }
    }
}

/// All sides. Dropping it ends them, and the database after them.
pub(super) struct Stage {
    /// Ours.
    pub(super) origin: Origin,
    others: Vec<(Side, Process, SocketAddr)>,
    database: Database,
}

impl Stage {
    /// Starts them: `express-session` only where it is asked for.
    pub(super) async fn set(run: &Run, with_express_session: bool) -> Result<Self, Failure> {
        let database = Database::start(run).await?;
        let url = database.schema("wayleave").await?;
        let settings = OriginSettings {
            name: Side::Wayleave.name(),
            database_url: Some(&url),
            core: None,
            variables: &[],
        };
        let origin = Origin::start(run, settings).await?;
        let mut stage = Self { origin, others: Vec::new(), database };
        let mut sides = vec![(Side::Supertokens, "supertokens"), (Side::Limit, "limit_server")];
        if with_express_session {
            sides.push((Side::ExpressSession, "express_session"));
        }
        for (side, schema) in sides {
            let url = stage.database.schema(schema).await?;
            stage.start(run, side, &url).await?;
        }
        Ok(stage)
    }

    /// Those who run, in the order in which they are measured.
    pub(super) fn sides(&self) -> Vec<Side> {
        [Side::Wayleave].into_iter().chain(self.others.iter().map(|(side, ..)| *side)).collect()
    }

    /// Where a side answers.
    pub(super) fn address(&self, side: Side) -> Result<SocketAddr, Failure> {
        match self.other(side) {
            Some((_, address)) => Ok(address),
            None if side == Side::Wayleave => Ok(self.origin.address()),
            None => Err(Failure::Other(format!("{} does not run", side.name()))),
        }
    }

    /// Its process.
    pub(super) fn process(&self, side: Side) -> &Process {
        self.other(side).map_or(self.origin.process(), |(process, _)| process)
    }

    /// A side with scripts.
    pub(super) fn contender(
        &self,
        side: Side,
        scripts: Vec<Box<dyn Script>>,
    ) -> Result<Contender, Failure> {
        Ok(Contender {
            side: side.name().to_owned(),
            address: self.address(side)?,
            group: Some(self.process(side).group()),
            scripts,
        })
    }

    /// Who they are.
    pub(super) fn notes(&self, run: &Run) -> Vec<SideNote> {
        self.sides().into_iter().map(|side| note(run, side)).collect()
    }

    fn other(&self, side: Side) -> Option<(&Process, SocketAddr)> {
        let found = self.others.iter().find(|(other, ..)| *other == side)?;
        Some((&found.1, found.2))
    }

    async fn start(&mut self, run: &Run, side: Side, url: &str) -> Result<(), Failure> {
        let port = free_port()?;
        let address = local(port);
        let mut command = if side == Side::Limit {
            let mut command =
                Command::new(run.built("the limit", run.repository.program("limit"))?);
            command.args(["--listen", &address.to_string(), "--database-url", url]);
            command.args(["--secret", LIMIT_SECRET]).env_clear();
            command
        } else {
            let mut command = Command::new(run.built("node", run.repository.node_command("node"))?);
            let script = format!("bench/peers/{}.mjs", side.name());
            command.arg(run.built("a peer", script)?).env_clear();
            command.env("NODE_ENV", "production").env("PEER_DATABASE_URL", url);
            command.env("PEER_PORT", port.to_string());
            command
        };
        command.current_dir(run.repository.root());
        let log = run.folder(side.name())?.join("server.log");
        let mut process = Process::start(side.name(), command, &log, None)?;
        process.ready(Readiness { port, path: "/healthz", status: 200 }).await?;
        self.others.push((side, process, address));
        Ok(())
    }
}

fn note(run: &Run, side: Side) -> SideNote {
    let package = |name| package_version(&run.repository, name).unwrap_or_default();
    let (version, what) = match side {
        Side::Wayleave => (
            env!("CARGO_PKG_VERSION").to_owned(),
            "The release build of the origin, with all settings at their defaults",
        ),
        Side::Supertokens => (
            package("supertokens-node-mysql-ref-jwt"),
            "The npm package `supertokens-node-mysql-ref-jwt` on Express, `NODE_ENV=production`, a pool of 50 connections, everything else at its defaults",
        ),
        Side::Limit => (
            env!("CARGO_PKG_VERSION").to_owned(),
            "A bare server on axum and sqlx that does only what the operation cannot do without: one prepared statement, for a refresh two, on a pool of 50 connections that are not tested before use",
        ),
        Side::ExpressSession => (
            package("express-session"),
            "The npm packages `express-session` and `express-mysql-session` on Express, `NODE_ENV=production`, a pool of 50 connections; `resave` and `saveUninitialized` off, as the package recommends",
        ),
    };
    SideNote::new(side.name(), &version, what)
}

/// What all questions of the origin have in common.
pub(super) const METHOD: &str = "All sides use one MariaDB with its default durability (every commit is written to the disk), each with a schema of its own. Database, server and load share all cores of the machine, as they did when the goals were set. Kept apart (server on one core, database and load on the other) Wayleave was further ahead of the peer when reading session data was tried that way; the placement was not chosen for that. The sides take turns. Each answer is looked at, and any but the expected one ends the measurement; before the first round each side is shown to do what it is measured at.";

/// The secret of the limit's tokens.
pub(super) const LIMIT_SECRET: &str = "the limit's tokens prove nothing to anybody else";
