//! A small seeded generator, so that every run can be repeated from its number.

/// `SplitMix64`, from "Fast splittable pseudorandom number generators" (OOPSLA 2014).
pub(crate) struct Random(u64);

impl Random {
    pub(crate) fn of_run(run: u64) -> Self {
        let mut random = Self(run);
        // Neighbouring seeds are a constant apart in the sequence; one draw sets them at places that have nothing to do with each other.
        Self(random.next() ^ run.rotate_left(32))
    }

    /// Zero to one less than `end`.
    pub(crate) fn below(&mut self, end: u64) -> u64 {
        // The bias of the remainder is below one in a thousand million for every span used here.
        self.next() % end.max(1)
    }

    pub(crate) fn between(&mut self, first: u64, last: u64) -> u64 {
        first + self.below(last - first + 1)
    }

    pub(crate) fn happens(&mut self, percent: u64) -> bool {
        self.below(100) < percent
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }
}
