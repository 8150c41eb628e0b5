//! Everything that an upstream might take a path for.
//!
//! Servers decode, merge slashes, remove dot segments and cut parameters in different orders, some of it twice. A gateway that looks
//! at one reading only can be passed by a path that the app reads another way.

/// The readings of one path.
#[derive(Debug)]
pub(super) struct Readings {
    /// Every reading, the path as it was sent first.
    pub(super) all: Vec<Vec<u8>>,
    /// Whether these are all. If not, the path may mean anything.
    pub(super) complete: bool,
}

/// Finds the readings of a path that begins with `/`.
pub(super) fn readings(path: &str) -> Readings {
    let mut all = vec![path.as_bytes().to_vec()];
    if is_plain(path) {
        return Readings { all, complete: true };
    }
    if path.len() > MAX_ODD_PATH_BYTES {
        return Readings { all, complete: false };
    }
    let mut next = 0;
    while next < all.len() {
        for reading in STEPS.map(|step| step(&all[next])) {
            if all.contains(&reading) {
                continue;
            }
            if all.len() == MAX_READINGS {
                return Readings { all, complete: false };
            }
            all.push(reading);
        }
        next += 1;
    }
    let complete = all.iter().all(|reading| is_unmistakable(reading));
    Readings { all, complete }
}

type Step = fn(&[u8]) -> Vec<u8>;

/// What a server may do to a path, in any order and any number of times.
const STEPS: [Step; 5] =
    [decode, slashes_for_backslashes, cut_parameters, merge_slashes, remove_dot_segments];

/// Whether no step can change the path.
pub(super) fn is_plain(path: &str) -> bool {
    !path.contains(['%', '\\', ';'])
        && !path.contains("//")
        && !path.contains("/.")
        && is_unmistakable(path.as_bytes())
}

/// Whether servers agree on the characters: no control bytes, no broken UTF-8, no `%u0000` escapes.
fn is_unmistakable(reading: &[u8]) -> bool {
    std::str::from_utf8(reading).is_ok_and(|text| {
        !text.chars().any(char::is_control) && !text.contains("%u") && !text.contains("%U")
    })
}

/// RFC 3986 section 2.1.
fn decode(path: &[u8]) -> Vec<u8> {
    percent_encoding::percent_decode(path).collect()
}

/// As WHATWG URL parsers and some servers do.
fn slashes_for_backslashes(path: &[u8]) -> Vec<u8> {
    path.iter().map(|byte| if *byte == b'\\' { b'/' } else { *byte }).collect()
}

/// `/a;x=1/b` is `/a/b` to servers that know path parameters (RFC 3986 section 3.3).
fn cut_parameters(path: &[u8]) -> Vec<u8> {
    let names = path
        .split(|byte| *byte == b'/')
        .map(|segment| segment.split(|byte| *byte == b';').next().unwrap_or_default());
    names.collect::<Vec<_>>().join(&b'/')
}

/// `//a///b` is `/a/b` to most servers.
fn merge_slashes(path: &[u8]) -> Vec<u8> {
    let mut merged = path.to_vec();
    merged.dedup_by(|current, previous| *current == b'/' && *previous == b'/');
    merged
}

/// RFC 3986 section 5.2.4.
fn remove_dot_segments(path: &[u8]) -> Vec<u8> {
    let mut kept: Vec<&[u8]> = Vec::new();
    let mut segments =
        path.strip_prefix(b"/").unwrap_or(path).split(|byte| *byte == b'/').peekable();
    while let Some(segment) = segments.next() {
        let is_dots = matches!(segment, b"." | b"..");
        if segment == b".." {
            kept.pop();
        }
        if !is_dots {
            kept.push(segment);
        } else if segments.peek().is_none() {
            kept.push(b"");
        }
    }
    [b"/", kept.join(&b'/').as_slice()].concat()
}

/// A path with more readings than this is not an honest one.
const MAX_READINGS: usize = 64;

/// Longer paths are not looked into unless they are plain.
const MAX_ODD_PATH_BYTES: usize = 2048;

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(path: &str) -> Vec<String> {
        let found = readings(path);
        assert!(found.complete, "{path}");
        found.all.into_iter().map(|reading| String::from_utf8(reading).unwrap()).collect()
    }

    #[test]
    fn a_plain_path_has_one_reading() {
        for path in ["/", "/api/me", "/a-b_c~d/e.f", "/é"] {
            assert_eq!(texts(path), [path]);
        }
    }

    #[test]
    fn an_odd_path_has_every_reading_that_a_server_may_take() {
        for (path, expected) in [
            ("/%61pi/me", "/api/me"),
            ("/%2561pi/me", "/api/me"),
            ("//api/me", "/api/me"),
            ("/./api/me", "/api/me"),
            ("/x/../api/me", "/api/me"),
            ("/public/..%2fapi/me", "/api/me"),
            ("/public/%2e%2e/api/me", "/api/me"),
            ("/public/..;/api/me", "/api/me"),
            ("/public/..;x=1/api/me", "/api/me"),
            ("/public\\..\\api/me", "/api/me"),
            ("/public%5c..%5capi/me", "/api/me"),
            ("/api;v=1/me", "/api/me"),
            ("/a//../b", "/a/b"),
            ("/a//../b", "/b"),
            ("/api/me/.", "/api/me/"),
            ("/../../api", "/api"),
        ] {
            assert!(texts(path).contains(&expected.to_owned()), "{path}: {:?}", texts(path));
        }
    }

    #[test]
    fn a_path_that_servers_may_disagree_on_is_not_complete() {
        let deep = format!("/{}", "%25".repeat(700));
        let twisted = format!("/%{}61", "25".repeat(MAX_READINGS));
        for path in
            ["/a%00b", "/a%0ab", "/a%ffb", "/%c0%af", "/%u002f", deep.as_str(), twisted.as_str()]
        {
            assert!(!readings(path).complete, "{path}");
        }
    }
}
