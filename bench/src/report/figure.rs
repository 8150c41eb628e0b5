//! Figures and metrics in words.

use crate::{
    model::{Bound, Goal, metric},
    statistics::Measured,
};

/// A metric for people: what it is called, with its unit.
pub(super) fn title(name: &str) -> String {
    match name {
        metric::REQUESTS_PER_SECOND => "requests/s".to_owned(),
        metric::P50_US => "p50, µs".to_owned(),
        metric::P99_US => "p99, µs".to_owned(),
        metric::CPU_US => "processor time per request, µs".to_owned(),
        metric::MEMORY_KB => "memory, kB".to_owned(),
        metric::SIZE_GZIP_BYTES => "size with gzip, bytes".to_owned(),
        metric::STARTUP_MS => "start-up, ms".to_owned(),
        metric::OPERATION_US => "time per operation, µs".to_owned(),
        other => other.replace('_', " "),
    }
}

/// A figure with as many digits as it deserves.
pub(super) fn number(value: f64) -> String {
    let text = match value.abs() {
        large if large >= 100.0 => return grouped(value),
        middle if middle >= 10.0 => format!("{value:.1}"),
        _ => format!("{value:.2}"),
    };
    // "2.20" and "15.0" are "2.2" and "15".
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// The median with the smallest and the largest; alone where all are the same.
pub(super) fn spread(Measured { median, min, max }: Measured) -> String {
    let (low, high) = (number(min), number(max));
    if low == high {
        return number(median);
    }
    format!("{} ({low}..{high})", number(median))
}

/// What was promised, as "≥ 2.2 × jose".
pub(super) fn promise(goal: &Goal) -> String {
    let (sign, bound) = match goal.bound {
        Bound::AtLeast(bound) => ("≥", bound),
        Bound::AtMost(bound) => ("≤", bound),
    };
    let bound = number(bound);
    match (&goal.against, &goal.against_case) {
        (Some(side), Some(case)) => format!("{sign} {bound} × {side}, {case}"),
        (Some(other), None) | (None, Some(other)) => format!("{sign} {bound} × {other}"),
        (None, None) => format!("{sign} {bound}"),
    }
}

/// Without a fraction, with a comma every three digits.
fn grouped(value: f64) -> String {
    let plain = format!("{value:.0}");
    let (sign, digits) = plain.strip_prefix('-').map_or(("", plain.as_str()), |rest| ("-", rest));
    let mut text = sign.to_owned();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_have_as_many_digits_as_they_deserve() {
        let said: Vec<_> =
            [0.0, 0.954, 2.2, 15.0, 99.94, 100.4, 12_345.6, 1_234_567.0].map(number).into();

        assert_eq!(said, ["0", "0.95", "2.2", "15", "99.9", "100", "12,346", "1,234,567"]);
    }

    #[test]
    fn a_promise_says_of_what_it_is_a_multiple() {
        let ratio = Goal::against("", metric::P99_US, "wayleave", "peer", Bound::AtMost(1.0));
        let growth =
            Goal::against_case("10M", metric::P99_US, "wayleave", "100k", Bound::AtMost(1.3));
        let size = Goal::absolute("", metric::SIZE_GZIP_BYTES, "worker", Bound::AtMost(150e3));

        assert_eq!(promise(&ratio), "≤ 1 × peer");
        assert_eq!(promise(&growth), "≤ 1.3 × 100k");
        assert_eq!(promise(&size), "≤ 150,000");
    }
}
