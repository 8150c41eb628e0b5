//! When two numbers are equal.

/// A number as it is meant, exactly: no digit is rounded away, so that 9007199254740993 is not 9007199254740992.
///
/// ```
/// use wayleave_edge::gateway::Decimal;
///
/// assert_eq!(Decimal::read("100"), Decimal::read("1.0e2"));
/// assert_ne!(Decimal::read("9007199254740993"), Decimal::read("9007199254740992"));
/// ```
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Decimal {
    is_negative: bool,
    /// Without zeros at either end; empty for zero.
    digits: String,
    /// The power of ten that the digits are multiplied with.
    exponent: i64,
}

impl Decimal {
    /// Reads a JSON number (RFC 8259 section 6). `None` where its exponent is beyond all measure.
    #[must_use]
    pub fn read(json: &str) -> Option<Self> {
        let (is_negative, rest) = match json.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, json),
        };
        let (coefficient, exponent) = rest.split_once(['e', 'E']).unwrap_or((rest, "0"));
        let (whole, fraction) = coefficient.split_once('.').unwrap_or((coefficient, ""));
        let all = [whole, fraction].concat();
        let digits = all.trim_matches('0');
        if digits.is_empty() {
            return Some(Self { is_negative: false, digits: String::new(), exponent: 0 });
        }
        let zeros_at_the_end = all.len() - all.trim_end_matches('0').len();
        let exponent = exponent
            .parse::<i64>()
            .ok()?
            .checked_sub_unsigned(u64::try_from(fraction.len()).ok()?)?
            .checked_add_unsigned(u64::try_from(zeros_at_the_end).ok()?)?;
        Some(Self { is_negative, digits: digits.to_owned(), exponent })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn numbers_are_equal_by_value_whatever_their_spelling() {
        for spellings in [
            ["0", "-0", "0.00", "0e99999999999999999999"],
            ["1", "1.0", "10e-1", "0.1E+1"],
            ["-120", "-1.2e2", "-12E1", "-120.000"],
            ["0.05", "5e-2", "0.5e-1", "0.050"],
            [
                "9007199254740993",
                "9007199254740993.0",
                "9007199254740.993e3",
                "90071992547409930e-1",
            ],
        ] {
            for spelling in spellings {
                assert_eq!(Decimal::read(spelling), Decimal::read(spellings[0]), "{spelling}");
            }
        }
    }

    #[test]
    fn different_numbers_are_never_equal() {
        let numbers = [
            "0",
            "1",
            "-1",
            "10",
            "0.1",
            "1.5",
            "15",
            "101",
            "11",
            "9007199254740992",
            "9007199254740993",
        ];
        for (left, one) in numbers.iter().enumerate() {
            for (right, other) in numbers.iter().enumerate() {
                let (one, other) = (Decimal::read(one), Decimal::read(other));
                assert_eq!(one == other, left == right, "{one:?} {other:?}");
            }
        }
    }

    #[test]
    fn an_exponent_beyond_all_measure_is_no_number() {
        for text in ["1e99999999999999999999", "1e-9223372036854775809", "0.1e-9223372036854775808"]
        {
            assert_eq!(Decimal::read(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn shifting_the_point_changes_nothing(number in any::<i64>(), zeros in 0_usize..9) {
            let shifted = format!("{number}{}e-{zeros}", "0".repeat(zeros));
            prop_assert_eq!(Decimal::read(&shifted), Decimal::read(&number.to_string()));
        }
    }
}
