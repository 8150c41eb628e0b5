//! Statements over lists: of few different lengths, so that each connection soon has all of them prepared.
//!
//! One that is not kept costs 40 ms: sqlx tells the server to forget it, which has no answer, and the network holds the next statement back until the
//! server has acknowledged that. Meanwhile the transaction holds its locks.

use sqlx::{Any, QueryBuilder};

/// The list, with its last value again until its length is a power of two. For where a value that stands twice means the same.
pub(super) fn padded<T: Clone>(values: impl IntoIterator<Item = T>) -> Vec<T> {
    let mut values: Vec<_> = values.into_iter().collect();
    if let Some(last) = values.last().cloned() {
        values.resize(values.len().next_power_of_two(), last);
    }
    values
}

/// What stands behind `IN (`: the values, padded, and the closing parenthesis.
pub(super) fn push_list(query: &mut QueryBuilder<Any>, values: impl IntoIterator<Item = Vec<u8>>) {
    let mut list = query.separated(", ");
    for value in padded(values) {
        list.push_bind(value);
    }
    query.push(")");
}

/// Parts of few different lengths. For where each value must stand once.
pub(super) fn parts<T>(mut rest: &[T]) -> Vec<&[T]> {
    let mut parts = Vec::new();
    for length in [256, 64, 16, 4, 1] {
        while let Some((part, after)) = rest.split_at_checked(length) {
            parts.push(part);
            rest = after;
        }
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::{padded, parts};

    #[test]
    fn a_padded_list_has_the_same_values_and_a_power_of_two_of_them() {
        assert!(padded(0..0).is_empty());
        assert_eq!(padded([7]), [7]);
        assert_eq!(padded([1, 2]), [1, 2]);
        assert_eq!(padded([1, 2, 3]), [1, 2, 3, 3]);
        assert_eq!(padded([1, 2, 3, 4, 5]), [1, 2, 3, 4, 5, 5, 5, 5]);
        assert_eq!(padded(0..500).len(), 512);
    }

    #[test]
    fn parts_are_all_of_it_in_order_and_of_few_lengths() {
        let all: Vec<_> = (0..1023).collect();
        for length in [0, 1, 3, 4, 21, 500, 1023] {
            let parts = parts(&all[..length]);
            assert_eq!(parts.concat(), &all[..length]);
            assert!(parts.iter().all(|part| [256, 64, 16, 4, 1].contains(&part.len())));
        }
    }
}
