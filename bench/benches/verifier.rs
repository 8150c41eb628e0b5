//! The verifier, natively: `cargo bench --package wayleave-bench --bench verifier`.

use criterion::{Criterion, criterion_group, criterion_main};
use std::{
    hint::black_box,
    time::{SystemTime, UNIX_EPOCH},
};
use wayleave_bench::questions::verifier::Tokens;
use wayleave_shared::time::UnixSeconds;

type Verify = fn(&Tokens, usize) -> bool;

fn verifier(criterion: &mut Criterion) {
    let tokens = Tokens::mint(64, now()).expect("tokens");
    let mut group = criterion.benchmark_group("verifier");
    for (name, verify) in [
        ("token", Tokens::verify as Verify),
        ("token, new key set", Tokens::verify_with_new_key),
        ("token seen before", Tokens::recall),
        ("signature by verify_strict", Tokens::verify_strict),
        ("token by jsonwebtoken", Tokens::jsonwebtoken),
    ] {
        let mut index = 0;
        group.bench_function(name, |bencher| {
            bencher.iter(|| {
                index = (index + 1) % tokens.len();
                assert!(verify(black_box(&tokens), index));
            });
        });
    }
    group.finish();
}

#[expect(clippy::disallowed_methods, reason = "a peer looks at the real time")]
fn now() -> UnixSeconds {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    UnixSeconds(since.map_or(0, |since| since.as_secs()))
}

criterion_group!(benches, verifier);
criterion_main!(benches);
