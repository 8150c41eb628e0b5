//! The cookies of one browser, as far as one host needs them (RFC 6265 section 5).

use std::{collections::BTreeMap, time::UNIX_EPOCH};

/// Cookies by name and path.
#[derive(Clone, Debug, Default)]
pub struct CookieJar(BTreeMap<(String, String), String>);

impl CookieJar {
    /// Takes in a `Set-Cookie` line.
    ///
    /// # Panics
    ///
    /// If the line lacks what every line of ours has: a name, an `Expires` that is a date, and a path.
    pub fn take(&mut self, line: &str) {
        let mut parts = line.split("; ");
        let (name, value) =
            parts.next().and_then(|pair| pair.split_once('=')).expect("a cookie has a name");
        let attributes: BTreeMap<_, _> =
            parts.map(|part| part.split_once('=').unwrap_or((part, ""))).collect();
        let expires = attributes.get("Expires").unwrap_or_else(|| panic!("no Expires: {line}"));
        let expires =
            httpdate::parse_http_date(expires).unwrap_or_else(|_| panic!("not a date: {line}"));
        let path = attributes.get("Path").unwrap_or_else(|| panic!("no Path: {line}"));
        let key = (name.to_owned(), (*path).to_owned());
        // A cleared cookie says 1970; no other of ours is in the past.
        if expires == UNIX_EPOCH {
            self.0.remove(&key);
        } else {
            self.0.insert(key, value.to_owned());
        }
    }

    /// The `Cookie` header for a path, if there is anything to send.
    #[must_use]
    pub fn header(&self, path: &str) -> Option<String> {
        let path = path.split('?').next().unwrap_or(path);
        let pairs: Vec<_> = self
            .0
            .iter()
            .filter(|((_, below), _)| covers(below, path))
            .map(|((name, _), value)| format!("{name}={value}"))
            .collect();
        (!pairs.is_empty()).then(|| pairs.join("; "))
    }

    /// The value of a cookie.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|((other, _), _)| other == name).map(|(_, value)| value.as_str())
    }

    /// Forgets one cookie.
    pub fn remove(&mut self, name: &str) {
        self.0.retain(|(other, _), _| other != name);
    }

    /// Changes the value of a cookie that is there.
    ///
    /// # Panics
    ///
    /// If it is not.
    pub fn replace(&mut self, name: &str, value: &str) {
        let held = self.0.iter_mut().find(|((other, _), _)| other == name);
        value.clone_into(held.expect("the cookie is there").1);
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// RFC 6265 section 5.1.4.
fn covers(below: &str, path: &str) -> bool {
    path.strip_prefix(below)
        .is_some_and(|rest| rest.is_empty() || below.ends_with('/') || rest.starts_with('/'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cookie_goes_to_its_path_and_below() {
        let mut jar = CookieJar::default();
        jar.take("a=1; Expires=Fri, 02 Jan 2099 00:00:00 GMT; Path=/; HttpOnly");
        jar.take("r=2; Expires=Fri, 02 Jan 2099 00:00:00 GMT; Path=/auth/session/refresh");

        assert_eq!(jar.header("/api").as_deref(), Some("a=1"));
        assert_eq!(jar.header("/auth/session/refresh?x").as_deref(), Some("a=1; r=2"));
        assert_eq!(jar.header("/auth/session/refreshed").as_deref(), Some("a=1"));
    }

    #[test]
    fn a_cleared_cookie_is_gone() {
        let mut jar = CookieJar::default();
        jar.take("a=1; Expires=Fri, 02 Jan 2099 00:00:00 GMT; Path=/");

        jar.take("a=; Expires=Thu, 01 Jan 1970 00:00:00 GMT; Path=/");

        assert!(jar.is_empty());
    }
}
