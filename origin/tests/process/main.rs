//! The program itself: what it says, how it starts and how it stops.

mod command_line;
mod program;
mod start;
mod stop;
