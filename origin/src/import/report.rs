//! What became of the rows.

use super::Skip;
use std::fmt;

/// What an import did, or would do. As text it names every session that needs a look.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Report {
    /// Rows that were read.
    pub read: u64,
    /// Sessions that go on here now.
    pub imported: u64,
    /// Sessions that had been imported before.
    pub known: u64,
    /// Sessions that were over.
    pub expired: u64,
    /// Sessions that were not imported for other reasons.
    pub skipped: u64,
    /// Sessions that had been imported before, and got another refresh token in the other system since. They are not imported.
    pub moved_on: u64,
    /// Names and reasons of the latter two, as far as they are told.
    notes: Vec<String>,
}

impl Report {
    /// Notes that a session was not imported.
    pub(super) fn skip(&mut self, name: &str, reason: &Skip) {
        self.skipped += 1;
        self.note(name, reason);
    }

    /// Notes that a session had been imported too early.
    pub(super) fn move_on(&mut self, name: &str) {
        self.moved_on += 1;
        self.note(name, &"it was refreshed there after it had been imported");
    }

    fn note(&mut self, name: &str, reason: &dyn fmt::Display) {
        if self.notes.len() < MAX_NOTES {
            self.notes.push(format!("{}: {reason}", name.escape_debug()));
        }
    }
}

impl fmt::Display for Report {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { read, imported, known, expired, skipped, moved_on, notes } = self;
        writeln!(
            formatter,
            "{read} sessions read: {imported} imported, {known} imported before, {expired} over, {skipped} skipped, {moved_on} refreshed there since they were imported"
        )?;
        for note in notes {
            writeln!(formatter, "  {note}")?;
        }
        let told = notes.len() as u64;
        if skipped + moved_on > told {
            writeln!(formatter, "  and {} more", skipped + moved_on - told)?;
        }
        Ok(())
    }
}

const MAX_NOTES: usize = 1000;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_names_what_was_skipped_and_why() {
        let mut report = Report { read: 3, imported: 1, ..Report::default() };
        report.skip("a\u{1b}", &Skip::Data);
        report.move_on("b");

        assert_eq!(
            report.to_string(),
            "3 sessions read: 1 imported, 0 imported before, 0 over, 1 skipped, 1 refreshed there since they were imported\n  \
             a\\u{1b}: its session data is not JSON\n  \
             b: it was refreshed there after it had been imported\n"
        );
    }

    #[test]
    fn a_report_is_of_bounded_length() {
        let mut report = Report::default();
        for _ in 0..=MAX_NOTES {
            report.skip("a", &Skip::Data);
        }

        let text = report.to_string();
        assert_eq!(text.lines().count(), 1 + MAX_NOTES + 1);
        assert!(text.ends_with("\n  and 1 more\n"));
    }
}
