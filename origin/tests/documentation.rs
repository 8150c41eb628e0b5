//! The documentation says what the program does.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::fmt::Write;
use wayleave_origin::config::VARIABLES;

/// To write the table anew: `WRITE_DOCUMENTATION=1 cargo test -p wayleave-origin --test documentation`.
#[test]
#[expect(clippy::disallowed_methods, reason = "whether to write is for who runs the test to say")]
fn configuration_md_has_the_table_of_all_settings() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/configuration.md");
    let text = std::fs::read_to_string(path).unwrap();
    let (before, rest) = text.split_once(BEGIN).unwrap();
    let after = rest.find("\n## ").map_or("", |next| &rest[next..]);
    let expected = format!("{before}{BEGIN}{}{after}", table());

    if std::env::var("WRITE_DOCUMENTATION").is_ok() {
        return std::fs::write(path, &expected).unwrap();
    }
    assert!(text == expected, "docs/configuration.md is out of date");
}

#[test]
fn threat_model_md_names_tests_that_exist() {
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/..");
    let text = std::fs::read_to_string(format!("{root}/docs/threat-model.md")).unwrap();
    let named: Vec<_> = text.split('`').filter_map(|code| code.split_once(".rs: ")).collect();

    assert!(named.len() > 20, "found {}", named.len());
    for (file, test) in named {
        let code = std::fs::read_to_string(format!("{root}/{file}.rs")).unwrap_or_default();
        assert!(code.contains(&format!("fn {test}(")), "{file}.rs has no test {test}");
    }
}

fn table() -> String {
    let mut table =
        String::from("\n\n| variable | meaning | accepted | default |\n|---|---|---|---|\n");
    for variable in VARIABLES {
        let default = match variable.default {
            Some("") => "none".to_owned(),
            Some(default) => format!("`{default}`"),
            None => "must be set".to_owned(),
        };
        let (name, meaning, accepted) = (variable.name, variable.meaning, variable.accepted);
        writeln!(table, "| `{name}` | {meaning} | {accepted} | {default} |").unwrap();
    }
    table
}

const BEGIN: &str = "<!-- Made from origin/src/config/variable.rs; a test keeps it the same. -->";
