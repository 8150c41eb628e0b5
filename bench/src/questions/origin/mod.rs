//! What it costs to keep sessions.
//!
//! | file | what it holds |
//! |---|---|
//! | `database` | the database server that all sides share |
//! | `stage` | the sides, running |
//! | `sample` | what is stored: the same on every side |
//! | `browser` | what a browser holds of a session, for each side |
//! | `check` | whether each side does what it is measured at |
//! | `edge` | the edge's part: verifying access tokens, and telling the origin which refresh tokens have arrived |
//! | `goals` | what was promised |
//! | `create`, `data_get`, `data_update`, `refresh`, `memory` | the questions |

mod browser;
mod check;
mod create;
mod data_get;
mod data_update;
mod database;
mod edge;
mod goals;
mod memory;
mod refresh;
mod sample;
mod stage;

use super::Question;

/// The questions of this folder.
pub(super) fn all() -> Vec<Box<dyn Question>> {
    vec![
        Box::new(create::Create),
        Box::new(data_get::DataGet),
        Box::new(data_update::DataUpdate),
        Box::new(refresh::Refresh),
        Box::new(memory::Memory),
    ]
}
