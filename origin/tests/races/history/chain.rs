//! The refresh chain: one token for each generation, and no way back.

use super::{Entry, Saw, Sight, Violation, order};
use std::collections::BTreeMap;

pub(super) fn check(history: &[Entry]) -> Result<(), Violation> {
    let (mut tokens, mut sights) = (BTreeMap::new(), Vec::new());
    for Entry { began, ended, saw } in history {
        if let Saw::Refreshed { generation, token, .. } = saw {
            if *tokens.entry(*generation).or_insert(token) != token {
                return Err(Violation::TwoTokens(*generation));
            }
            let (place, is_move) = (*generation, false);
            sights.push(Sight { began: *began, ended: *ended, place, is_move });
        }
    }
    order(sights).map_err(|(from, to)| Violation::ChainWentBack { from, to })
}
