//! Multiples of one point, made once, so that multiplying it takes a fifth of the arithmetic.

use curve25519_dalek::{EdwardsPoint, Scalar, traits::Identity};

/// The sums of a point's multiples by 2^0, 2^32, 2^64 … 2^224, and the same sums times 2^16: 80 KiB.
///
/// The bits of a scalar are read as rows of 32. A column of them, one bit of each row, says which multiples to add: it is the index of their sum.
/// Columns 0 to 15 look into the first table, columns 16 to 31 into the second, so there is nothing to double but 16 times (Lim and Lee, 1994).
///
/// Which entries are read depends on the scalar, and so does the time: for what is public only.
pub(super) struct Multiples([Vec<EdwardsPoint>; TABLES]);

impl Multiples {
    /// Takes as long as verifying a few signatures.
    pub(super) fn new(point: EdwardsPoint) -> Self {
        let mut power = point;
        let mut tables = std::array::from_fn(|_| vec![EdwardsPoint::identity()]);
        for _ in 0..ROWS {
            for table in &mut tables {
                table.extend_from_within(..);
                let half = table.len() / 2;
                for sum in &mut table[half..] {
                    *sum += power;
                }
                for _ in 0..STEPS {
                    power += power;
                }
            }
        }
        Self(tables)
    }

    fn entry(&self, table: usize, scalar: &Scalar, step: usize) -> &EdwardsPoint {
        &self.0[table][column(scalar.as_bytes(), table * STEPS + step)]
    }
}

/// The sum of each point times its scalar.
pub(super) fn combine(terms: [(&Multiples, &Scalar); 2]) -> EdwardsPoint {
    let mut sum = EdwardsPoint::identity();
    for step in (0..STEPS).rev() {
        sum += sum;
        for (multiples, scalar) in terms {
            for table in 0..TABLES {
                sum += multiples.entry(table, scalar, step);
            }
        }
    }
    sum
}

/// One bit of each row.
fn column(scalar: &[u8; 32], index: usize) -> usize {
    let bit = |row: usize| scalar[row * COLUMNS / 8 + index / 8] >> (index % 8) & 1;
    (0..ROWS).map(|row| usize::from(bit(row)) << row).sum()
}

const ROWS: usize = 8;
const COLUMNS: usize = 32;
const TABLES: usize = 2;
const STEPS: usize = COLUMNS / TABLES;

#[cfg(test)]
mod tests {
    use super::*;
    use curve25519_dalek::constants::{ED25519_BASEPOINT_POINT as BASE, EIGHT_TORSION};
    use proptest::prelude::*;

    fn assert_product(point: EdwardsPoint, scalar: Scalar) {
        let multiples = Multiples::new(point);
        let sum = combine([(&multiples, &scalar), (&multiples, &Scalar::ZERO)]);
        assert_eq!(sum, scalar * point, "{scalar:?}");
    }

    #[test]
    fn every_bit_of_a_scalar_counts_as_what_it_is() {
        let multiples = Multiples::new(BASE);
        let mut power = Scalar::ONE;
        for bit in 0..253 {
            let sum = combine([(&multiples, &Scalar::ZERO), (&multiples, &power)]);
            assert_eq!(sum, power * BASE, "bit {bit}");
            power += power;
        }
    }

    #[test]
    fn the_order_of_the_group_is_not_reduced_away_from_other_points() {
        for torsion in EIGHT_TORSION {
            assert_product(BASE + torsion, -Scalar::ONE);
            assert_product(torsion, -Scalar::ONE);
        }
    }

    proptest! {
        #[test]
        fn the_sum_is_that_of_the_products(bytes: [[u8; 32]; 4], torsion in 0..8_usize) {
            let [p, q, s, t] = bytes.map(Scalar::from_bytes_mod_order);
            let (p, q) = (p * BASE + EIGHT_TORSION[torsion], q * BASE);
            let sum = combine([(&Multiples::new(p), &s), (&Multiples::new(q), &t)]);
            prop_assert_eq!(sum, s * p + t * q);
        }
    }
}
