//! A second edge over the same origin: a runtime of its own that knows nothing of the first.

use crate::{tap::Tap, visitor::Visitor};
use wayleave_dev::{edge::Edge, ports};

/// The edge, with a tap of its own on the way to the origin.
#[derive(Debug)]
pub struct SecondEdge {
    url: String,
    /// Between this edge and the origin.
    pub to_origin: Tap,
}

impl SecondEdge {
    /// Opens its tap, and tells where it is to be started.
    ///
    /// # Panics
    ///
    /// If the machine has no free port.
    pub(crate) async fn prepare(origin_url: String, upstream_url: String) -> (Self, Edge) {
        let [port] = ports::free().expect("a free port");
        let to_origin = Tap::open(origin_url).await;
        let edge = Edge { port, origin_url: to_origin.url(), upstream_url };
        (Self { url: format!("http://127.0.0.1:{port}"), to_origin }, edge)
    }

    /// A new browser that talks to this edge.
    #[must_use]
    pub fn visitor(&self) -> Visitor {
        Visitor::new(self.url.clone())
    }

    /// A copy of a browser as it is now, talking to this edge.
    #[must_use]
    pub fn double(&self, visitor: &Visitor) -> Visitor {
        visitor.double_at(self.url.clone())
    }
}
