//! Results, charts and the page.
//!
//! | file | what it holds |
//! |---|---|
//! | `results` | `bench/results/<question>.json` |
//! | `chart` | `bench/results/<question>.svg` |
//! | `page` | `docs/performance.md` |
//! | `table` | goals, figures and verdicts, for the page and the terminal |
//! | `figure` | figures and metrics in words |

mod chart;
mod figure;
mod page;
mod results;
mod table;

pub use chart::chart;
pub use page::page;
pub use results::{read_all, write, write_page};
pub use table::{row as goal_row, terminal};

#[cfg(test)]
mod tests;
