//! The files of `tests/vectors`, which `shared/tests/token_vectors` makes.

use serde_json::Value;
use std::fs;
use wayleave_dev::repository::Repository;
use wayleave_shared::{
    key_set::{JsonWebKeySet, KeySet},
    time::UnixSeconds,
    token::{TokenPolicy, TokenRefusal, verify},
};

/// Tokens that are judged by the same key set, policy and clock.
#[derive(Clone)]
pub(crate) struct VectorFile {
    pub(crate) name: String,
    /// Everything of the file but the vectors.
    pub(crate) setting: Value,
    pub(crate) vectors: Vec<Vector>,
}

#[derive(Clone)]
pub(crate) struct Vector {
    pub(crate) name: String,
    pub(crate) token: String,
    pub(crate) verdict: String,
}

impl VectorFile {
    /// All files, in the order of their names.
    pub(crate) fn all() -> Vec<Self> {
        let repository = Repository::of_this_program().expect("the repository of this test");
        let folder = repository.root().join("tests/vectors");
        let mut paths: Vec<_> = fs::read_dir(folder)
            .expect("the folder of the vectors")
            .map(|entry| entry.expect("an entry of the folder").path())
            .collect();
        paths.sort();
        assert!(!paths.is_empty(), "there is a file of vectors");
        paths.iter().map(|path| Self::parse(path)).collect()
    }

    fn parse(path: &std::path::Path) -> Self {
        let text = fs::read_to_string(path).expect("a file of vectors");
        let mut setting: Value = serde_json::from_str(&text).expect("vectors are JSON");
        let vectors = setting["vectors"].take();
        let name = path.file_stem().expect("a file's name").to_string_lossy().into_owned();
        let vectors = vectors.as_array().expect("a list of vectors").iter();
        Self { name, setting, vectors: vectors.map(Vector::parse).collect() }
    }

    /// The file of this name.
    pub(crate) fn named(name: &str) -> Self {
        let file = Self::all().into_iter().find(|file| file.name == name);
        file.unwrap_or_else(|| panic!("no file of vectors is named {name}"))
    }

    /// The token of the first vector, which is good.
    pub(crate) fn good_token(&self) -> &str {
        let first = &self.vectors[0];
        assert_eq!(first.verdict, ACCEPTED, "{}", first.name);
        &first.token
    }

    /// What the native verifier says to any token in this setting.
    pub(crate) fn judge(&self) -> impl Fn(&str) -> &'static str {
        let published: JsonWebKeySet =
            serde_json::from_value(self.setting["keySet"].clone()).expect("a key set");
        let keys = KeySet::from_published(&published);
        let policy = TokenPolicy {
            issuer: self.setting["issuer"].as_str().expect("an issuer").to_owned(),
            audience: None,
            max_validity_s: self.setting["maxValiditySeconds"].as_u64().expect("seconds"),
        };
        let now = UnixSeconds(self.setting["now"].as_u64().expect("seconds"));
        move |token| {
            verify(token, &keys, &policy, now).map_or_else(TokenRefusal::name, |_| ACCEPTED)
        }
    }
}

impl Vector {
    fn parse(value: &Value) -> Self {
        let text = |name| value[name].as_str().expect("a vector's members are text").to_owned();
        Self { name: text("name"), token: text("token"), verdict: text("verdict") }
    }
}

pub(crate) const ACCEPTED: &str = "accepted";
