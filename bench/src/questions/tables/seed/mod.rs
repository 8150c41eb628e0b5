//! Fills a schema that an origin has set up.

mod fill;
mod population;
mod row;

pub(super) use fill::{Filling, revocations};
pub(super) use population::Population;
pub(super) use row::{Row, mixed};
