//! What is wrong with a variable.

/// A variable that is missing or wrong, with what is accepted. Shown to the operator, never to a client.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("{variable} is {}, but must be {accepted}", shown(.value.as_deref()))]
pub struct SettingsError {
    /// The variable's name.
    pub variable: &'static str,
    /// Its value; `None` where it is missing. Secrets are replaced before they get here.
    pub value: Option<String>,
    /// What it must be.
    pub accepted: &'static str,
}

fn shown(value: Option<&str>) -> String {
    value.map_or_else(|| "not set".to_owned(), |value| format!("{value:?}"))
}
