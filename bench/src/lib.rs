//! Wayleave beside its peers: the same load on each side in turn, and the page that is generated from it.
//!
//! `make bench` builds and starts each side, asks every question, and writes `bench/results` and `docs/performance.md`.
//!
//! | module | what it holds |
//! |---|---|
//! | [`model`] | what an answered question is: plain data |
//! | [`statistics`] | medians, and goals judged by them |
//! | [`load`] | the load generator |
//! | [`side`] | what is measured: processes, how they are started and what they use |
//! | [`pin`] | which core runs what |
//! | [`run`] | what a run of the bench decides: rounds, lengths, folders |
//! | [`rounds`] | sides in turn, A B A B |
//! | [`questions`] | what is asked |
//! | [`machine`] | what the figures were measured on |
//! | [`report`] | results, charts and the page |
//! | [`guard`] | the short check of the ratios |
//! | [`command`] | the command line |
//! | [`failure`] | why a question could not be answered |

pub mod command;
pub mod failure;
pub mod guard;
pub mod load;
pub mod machine;
pub mod model;
pub mod pin;
pub mod questions;
pub mod report;
pub mod rounds;
pub mod run;
pub mod side;
pub mod statistics;
