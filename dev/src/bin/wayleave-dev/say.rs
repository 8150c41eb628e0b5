//! What the person at the terminal reads: the one place that writes to the standard output.

use std::io::{self, Write};

/// Writes a line.
pub(crate) fn line(text: &str) {
    // A terminal that has gone away must not keep us from stopping what we started.
    let mut output = io::stdout().lock();
    let _ = writeln!(output, "{text}").and_then(|()| output.flush());
}

/// Writes a line about what went wrong.
pub(crate) fn problem(text: &str) {
    let _ = writeln!(io::stderr(), "wayleave-dev: {text}");
}
