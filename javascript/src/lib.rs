//! Sessions for JavaScript: the edge's code, as the Wasm of the npm package `wayleave`.
//!
//! The documented API is made of it in `javascript/typescript`, which knows requests, responses and errors of JavaScript. Everything that decides is in Rust, and runs
//! here. Values cross as text and plain objects, so that nobody in JavaScript holds memory of the Wasm.
//!
//! | module | what it does |
//! |---|---|
//! | [`engine`] | the calls that JavaScript makes |
//! | [`host`] | the platform, as JavaScript hands it over |
//! | [`outcome`] | what a call came to, as JSON |
//! | [`request`] | what is asked of a request |
//!
//! `verifyAccessToken` of [`wayleave_edge::js`] is there as well.

pub mod engine;
pub mod host;
pub mod outcome;
pub mod request;

pub use wayleave_edge::js::verify_access_token;

#[cfg(test)]
mod tests {
    use wayleave_shared::header;

    #[test]
    fn the_typescript_lets_a_page_send_the_same_headers_as_the_edge() {
        let source = include_str!("../typescript/core/sessions.ts");
        let list = source.split("const ALLOWED_HEADERS = [").nth(1).unwrap();
        let list = list.split(']').next().unwrap();

        let names: Vec<_> = list.split('"').skip(1).step_by(2).collect();

        assert_eq!(names, header::ALLOWED);
    }
}
