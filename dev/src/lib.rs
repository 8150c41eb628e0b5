//! Starts the whole system on this machine: the origin, the edge in real workerd, and the example app behind it.
//!
//! `make dev` and the system tests use the same [`Stack`](stack::Stack), so what is tested is what people try.
//!
//! | module | what it holds |
//! |---|---|
//! | [`stack`] | the three parts, started and stopped together |
//! | [`edge`] | how an edge is started, and what tells two of them apart |
//! | [`settings`] | what a start decides: ports, secrets, database, further variables |
//! | [`part`] | one child process with its log |
//! | [`group`] | process groups, so that grandchildren stop too |
//! | [`ports`] | free ports, and taken ones found before anything is started |
//! | [`ready`] | whether a part answers |
//! | [`repository`] | where the programs, tools and pages lie |
//! | [`secrets`] | the secrets of a development machine |
//! | [`error`] | why a start fails, in sentences |
//! | [`stopwatch`] | how long something takes |

pub mod edge;
pub mod error;
pub mod group;
pub mod part;
pub mod ports;
pub mod ready;
pub mod repository;
pub mod secrets;
pub mod settings;
pub mod stack;
pub mod stopwatch;
