//! The shape of a file of vectors.

use serde_json::{Value, json};
use wayleave_shared::token::TokenRefusal;

/// One file: tokens that are judged by the same key set, policy and clock.
pub(crate) struct VectorFile {
    pub(crate) name: &'static str,
    about: &'static str,
    pub(crate) key_set: String,
    pub(crate) vectors: Vec<Vector>,
}

/// One token and what must be said to it.
pub(crate) struct Vector {
    pub(crate) name: String,
    pub(crate) token: String,
    pub(crate) verdict: &'static str,
}

impl VectorFile {
    pub(crate) fn new(name: &'static str, about: &'static str, key_set: &Value) -> Self {
        Self { name, about, key_set: key_set.to_string(), vectors: Vec::new() }
    }

    pub(crate) fn accept(&mut self, name: impl Into<String>, token: impl Into<String>) {
        self.add(name.into(), token.into(), ACCEPTED);
    }

    pub(crate) fn refuse(
        &mut self,
        refusal: TokenRefusal,
        name: impl Into<String>,
        token: impl Into<String>,
    ) {
        self.add(name.into(), token.into(), refusal.name());
    }

    fn add(&mut self, name: String, token: String, verdict: &'static str) {
        self.vectors.push(Vector { name, token, verdict });
    }

    /// Readable, with a line per member, so that a change shows as what it is.
    pub(crate) fn to_json(&self) -> String {
        let vectors: Vec<_> = self
            .vectors
            .iter()
            .map(|vector| json!({"name": vector.name, "token": vector.token, "verdict": vector.verdict}))
            .collect();
        let key_set: Value = serde_json::from_str(&self.key_set).unwrap();
        let file = json!({
            "about": self.about,
            "issuer": ISSUER,
            "maxValiditySeconds": MAX_VALIDITY_S,
            "now": NOW,
            "keySet": key_set,
            "vectors": vectors,
        });
        format!("{}\n", serde_json::to_string_pretty(&file).unwrap())
    }
}

pub(crate) const ACCEPTED: &str = "accepted";
pub(crate) const ISSUER: &str = "https://id.example";
pub(crate) const MAX_VALIDITY_S: u64 = 3600;
pub(crate) const NOW: u64 = 1_700_000_000;
