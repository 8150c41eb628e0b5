//! Whether the cost grows with the number of sessions.
//!
//! | file | what it holds |
//! |---|---|
//! | `cost` | what an operation costs in a large table |
//! | `revoke_user` | the end of ten thousand sessions of one user |
//! | `cleanup` | the removal of a million expired rows beside live traffic |
//! | `operation` | what is asked of an origin |
//! | `data` | the servers' data, seeded once for all questions |
//! | `seed` | rows |
//! | `server` | a database server with an operator's settings |

mod cleanup;
mod cost;
mod data;
mod operation;
mod revoke_user;
mod seed;
mod server;

use super::Question;
use data::Data;
use server::Engine;
use std::rc::Rc;

/// The questions of this folder.
pub(super) fn all() -> Vec<Box<dyn Question>> {
    let of = |engine| {
        let data = Rc::new(Data::of(engine));
        let questions: [Box<dyn Question>; 3] = [
            Box::new(cost::Cost(Rc::clone(&data))),
            Box::new(revoke_user::RevokeUser(Rc::clone(&data))),
            Box::new(cleanup::Cleanup(data)),
        ];
        questions
    };
    [Engine::Mariadb, Engine::Mysql].into_iter().flat_map(of).collect()
}
