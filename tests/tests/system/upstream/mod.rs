//! Between gateway and app, with an app that does what the tests ask for: in workerd as it is deployed, without wrangler in front of it.
//!
//! Logs lie in `.wayleave/test/systems/upstream/logs`.

mod instructions;
mod policies;
mod signature;
mod sockets;
mod stage;
mod streams;
mod ways;

pub(crate) use stage::Place;

use stage::{Plan, Stage, Upstream};
use std::sync::Arc;
use tokio::runtime::Runtime;
use wayleave_tests::harness::{Running, Suite};

/// A test of this module. Made by [`upstream_tests!`](crate::upstream_tests).
#[derive(Clone, Copy)]
struct UpstreamTest {
    name: &'static str,
    run: fn(Arc<Stage>) -> Running,
}

/// The named async functions as [`UpstreamTest`]s.
#[macro_export]
macro_rules! upstream_tests {
    ($($test:ident),* $(,)?) => {
        vec![$($crate::upstream::UpstreamTest { name: stringify!($test), run: |stage| Box::pin($test(stage)) }),*]
    };
}

/// Adds all of them.
pub(crate) fn add_to(suite: &mut Suite) -> Place {
    let place = Place::empty();
    for (module, plan, tests) in [
        ("instructions", BY_URL, instructions::all()),
        ("policies", BY_URL, policies::all()),
        ("streams", BY_URL, streams::all()),
        ("sockets", BY_URL, sockets::all()),
        ("ways", BY_URL, ways::all()),
        ("ways", LATE, ways::of_a_late_app()),
        ("signature", SIGNED, signature::all()),
        // The same through a service binding.
        ("instructions::bound", BOUND, instructions::all()),
        ("streams::bound", BOUND, streams::all()),
        ("sockets::bound", BOUND, sockets::all()),
        ("ways::bound", BOUND, ways::of_a_bound_app()),
        ("signature::bound", SIGNED_AND_BOUND, signature::all()),
    ] {
        for test in tests {
            let place = place.clone();
            suite.add_alone(
                format!("upstream::{module}::{}", test.name),
                move |runtime: &Runtime| {
                    let stage = place.stage(runtime, plan)?;
                    runtime.block_on(async {
                        stage.to_origin.forget();
                        (test.run)(Arc::clone(&stage)).await;
                    });
                    Ok(())
                },
            );
        }
    }
    place
}

const POLICIES: &[(&str, &str)] = &[
    ("ALLOWED_ORIGINS", sockets::LISTED_ORIGIN),
    ("ANONYMOUS_PATHS", "/assets/*"),
    ("ANTI_CSRF_OFF_PATHS", "/api/hooks/*"),
    ("REQUIRED_CLAIMS", r#"{"/admin/*": {"role": "admin"}}"#),
];

const BY_URL: Plan = Plan { name: "by-url", upstream: Upstream::Url, variables: POLICIES };

const BOUND: Plan = Plan { name: "bound", upstream: Upstream::Binding, variables: POLICIES };

const LATE: Plan =
    Plan { name: "late", upstream: Upstream::Url, variables: &[("UPSTREAM_TIMEOUT", "500ms")] };

const SIGNED: Plan =
    Plan { name: "signed", upstream: Upstream::Url, variables: &[("TRUST_KEY", signature::KEY)] };

const SIGNED_AND_BOUND: Plan =
    Plan { name: "signed-and-bound", upstream: Upstream::Binding, ..SIGNED };
