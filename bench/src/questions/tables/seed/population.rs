//! Which rows a table is seeded with.

use super::row::{Row, mixed};
use wayleave_shared::{session_handle::SessionHandle, user_id::UserId};

/// The numbers of a table's rows, and what becomes of a number.
#[derive(Clone, Debug)]
pub(crate) struct Population {
    name: &'static str,
    first: u64,
    count: u64,
    first_user: u64,
    per_user: u64,
    is_expired: bool,
}

impl Population {
    /// Sessions of ordinary users, two each, numbered from 0.
    pub(crate) const fn ordinary(count: u64) -> Self {
        Self { name: "user", first: 0, count, first_user: 0, per_user: 2, is_expired: false }
    }

    /// Sessions that ran out, of users who have no other.
    pub(crate) const fn expired(count: u64) -> Self {
        Self { name: "former", first: 1 << 40, count, first_user: 0, per_user: 2, is_expired: true }
    }

    /// All sessions of one user. Users of different rounds have nothing in common.
    pub(crate) const fn of_one_user(round: u64, count: u64) -> Self {
        let first = (1 << 41) + round * count;
        Self { name: "crowd", first, count, first_user: round, per_user: count, is_expired: false }
    }

    /// How many rows.
    pub(crate) const fn count(&self) -> u64 {
        self.count
    }

    /// The row in this place, below [`Population::count`].
    ///
    /// # Panics
    ///
    /// Never: the user id is short and not empty.
    pub(crate) fn row(&self, index: u64) -> Row {
        let (number, user) = (self.first + index, self.first_user + index / self.per_user);
        let user_id =
            UserId::text(format!("{}-{user}", self.name)).expect("a short text is a user id");
        Row::new(number, user_id, self.is_expired)
    }

    /// A row that no other draw below [`Population::count`] gives: over all draws every row comes once, and neighbours in the order of draws lie anywhere in the
    /// table.
    pub(crate) fn drawn(&self, draw: u64) -> Row {
        let place = u128::from(draw % self.count) * u128::from(STRIDE);
        // Both are below 2^64, and so is what is left of them.
        self.row(u64::try_from(place % u128::from(self.count)).unwrap_or_default())
    }

    /// All places, in the two passes in which their rows are written.
    ///
    /// Rows that came in one pass, sorted by handle, would leave every page full, so that in the larger table each log-in of a measurement would split one: a state
    /// that no table is in after its first days. So only most of the rows come sorted, which is fast; the rest comes in the order of places, which is no order
    /// of handles, and splits the pages in the middle as log-ins do. A second sorted pass would split them near one end, and leave most of them nearly empty.
    pub(crate) fn passes(&self) -> [Vec<u64>; 2] {
        let is_sorted = |index: &u64| mixed(self.first + index, PASS) % 10 < SORTED_OF_TEN;
        let (sorted, rest): (Vec<u64>, Vec<u64>) = (0..self.count).partition(is_sorted);
        // The place in the lower half: sorting these sorts by handle, as near as makes no difference.
        let mut sorted: Vec<_> =
            sorted.iter().map(|index| u64::from(self.prefix(*index)) << 32 | index).collect();
        sorted.sort_unstable();
        let place = |sorted: u64| sorted & u64::from(u32::MAX);
        [sorted.into_iter().map(place).collect(), rest]
    }

    fn prefix(&self, index: u64) -> u32 {
        u32::from_be_bytes(SessionHandle::prefix_of(&self.row(index).user_id))
    }
}

/// A prime that is no divisor of a number of rows that anybody asks for.
const STRIDE: u64 = 2_654_435_761;

/// How many of ten rows come sorted.
const SORTED_OF_TEN: u64 = 7;

/// What the pass of a row is drawn for. Beyond the purposes of [`Row`]'s draws.
const PASS: u64 = 1000;

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_row_is_drawn_once() {
        let population = Population::ordinary(1000);

        let drawn: BTreeSet<_> = (0..1000).map(|draw| population.drawn(draw).handle).collect();

        assert_eq!(drawn.len(), 1000);
    }

    #[test]
    fn every_row_comes_in_one_of_two_passes_and_the_first_is_sorted_by_the_users_hash() {
        let population = Population::ordinary(1000);

        let [sorted, rest] = population.passes();

        assert!(sorted.is_sorted_by_key(|index| population.prefix(*index)));
        assert!(!rest.is_sorted_by_key(|index| population.prefix(*index)));
        let all: BTreeSet<_> = sorted.iter().chain(&rest).collect();
        assert_eq!((all.len(), sorted.len() + rest.len()), (1000, 1000));
    }

    #[test]
    fn the_sessions_of_one_user_begin_alike_and_those_of_two_rounds_differ() {
        let (one, two) = (Population::of_one_user(3, 5), Population::of_one_user(4, 5));

        let users = |population: &Population| -> BTreeSet<String> {
            (0..5).map(|index| population.row(index).user_id.to_text()).collect()
        };

        assert_eq!(users(&one).len(), 1);
        assert!(users(&one).is_disjoint(&users(&two)));
    }
}
