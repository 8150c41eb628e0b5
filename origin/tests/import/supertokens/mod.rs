//! SuperTokens 4.0.X on a database of its own.

use crate::environment::Server;
use serde_json::{Value, json};
use sqlx::{AssertSqlSafe, Connection, Executor, MySqlConnection, Row};
use std::process::Stdio;
use tokio::{io::AsyncWriteExt, process::Command};

/// That system, with the tables that it made itself.
pub(crate) struct SuperTokens {
    server: Server,
    /// Its database.
    pub(crate) url: String,
}

/// A browser that is logged in there.
pub(crate) struct Browser {
    /// Every refresh token that it ever got, as its cookie says it.
    pub(crate) refresh_tokens: Vec<String>,
    /// All its cookies.
    pub(crate) jar: Value,
}

impl Browser {
    /// What it would send now.
    pub(crate) fn refresh_token(&self) -> &str {
        self.refresh_tokens.last().unwrap()
    }
}

impl SuperTokens {
    /// With empty tables. The server's default character set is latin1, and so is theirs.
    pub(crate) async fn install(server: &Server) -> Self {
        let old = Self { server: server.clone(), url: server.create_database().await };
        old.run(json!({})).await;
        old
    }

    pub(crate) async fn remove(self) {
        self.server.drop_database(&self.url).await;
    }

    /// A database of ours beside it.
    pub(crate) async fn database_beside(&self) -> String {
        self.server.create_database().await
    }

    pub(crate) async fn drop_beside(&self, url: &str) {
        self.server.drop_database(url).await;
    }

    /// Logs users in. Each says `userId`, and may say `jwtPayload`, `sessionData` and `steps`: what the browser does afterwards.
    pub(crate) async fn log_in(&self, log_ins: Value) -> Vec<Browser> {
        let answer = self.run(json!({ "logIns": log_ins })).await;
        let browser = |log_in: &Value| Browser {
            refresh_tokens: serde_json::from_value(log_in["refreshTokens"].clone()).unwrap(),
            jar: log_in["jar"].clone(),
        };
        answer["logIns"].as_array().unwrap().iter().map(browser).collect()
    }

    /// Logs one user in.
    pub(crate) async fn log_in_one(&self, log_in: Value) -> Browser {
        self.log_in(json!([log_in])).await.remove(0)
    }

    /// Lets a browser refresh there: its cookies after that, or the type of the error.
    pub(crate) async fn refresh(&self, browser: &Browser) -> Value {
        self.run(json!({ "refreshes": [browser.jar] })).await["refreshes"][0].clone()
    }

    /// Lets a browser with these cookies call an API there.
    pub(crate) async fn use_session(&self, jar: &Value) {
        self.run(json!({ "uses": [jar] })).await;
    }

    /// A statement on its database.
    pub(crate) async fn execute(&self, statement: &str) {
        let mut connection = MySqlConnection::connect(&self.url).await.unwrap();
        connection.execute(AssertSqlSafe(statement)).await.unwrap();
    }

    /// The name that it gave to a user's only session.
    pub(crate) async fn name_of(&self, user_id: &str) -> String {
        let mut connection = MySqlConnection::connect(&self.url).await.unwrap();
        let found = sqlx::query("SELECT session_handle FROM refresh_token WHERE user_id = ?")
            .bind(user_id)
            .fetch_one(&mut connection)
            .await
            .unwrap();
        found.get(0)
    }

    /// What it keeps of the refresh token of a user's only session.
    pub(crate) async fn token_hash_of(&self, user_id: &str) -> String {
        let mut connection = MySqlConnection::connect(&self.url).await.unwrap();
        let found = sqlx::query("SELECT refresh_token_hash_2 FROM refresh_token WHERE user_id = ?")
            .bind(user_id)
            .fetch_one(&mut connection)
            .await
            .unwrap();
        found.get(0)
    }

    /// All that it keeps, and how.
    pub(crate) async fn contents(&self) -> String {
        let mut connection = MySqlConnection::connect(&self.url).await.unwrap();
        let mut text = String::new();
        for table in ["refresh_token", "signing_key"] {
            for (statement, column) in [
                (format!("SHOW CREATE TABLE {table}"), 1),
                (format!("CHECKSUM TABLE {table}"), 1),
                (format!("SELECT COUNT(*) FROM {table}"), 0),
            ] {
                let row = connection.fetch_one(AssertSqlSafe(statement)).await.unwrap();
                let shown = row.try_get::<String, _>(column);
                text += &shown.unwrap_or_else(|_| row.get::<i64, _>(column).to_string());
                text += "\n";
            }
        }
        text
    }

    async fn run(&self, mut input: Value) -> Value {
        let url = reqwest::Url::parse(&self.url).unwrap();
        input["database"] = json!({
            "host": url.host_str(),
            "port": url.port(),
            "user": url.username(),
            "password": url.password(),
            "database": url.path().trim_start_matches('/'),
        });
        let root = concat!(env!("CARGO_MANIFEST_DIR"), "/..");
        let mut child = Command::new(format!("{root}/node_modules/.bin/node"))
            .arg("origin/tests/import/supertokens/server.cjs")
            .current_dir(root)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .unwrap_or_else(|error| panic!("node: {error}: `make test` installs it"));
        let mut stdin = child.stdin.take().unwrap();
        stdin.write_all(input.to_string().as_bytes()).await.unwrap();
        // Its end is what the program waits for.
        drop(stdin);
        let output = child.wait_with_output().await.unwrap();
        let error = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "the old server: {error}");
        serde_json::from_slice(&output.stdout).unwrap()
    }
}
