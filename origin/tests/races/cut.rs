//! The connection to the database breaks between a statement and its reply, at every packet in turn.

use crate::{
    Promise,
    cut_operation::{ALL, Operation},
    engine::Fixture,
    origin::{Answer, Origin},
    promises,
    proxy::{Cut, End, Proxy, Side},
    say,
    whole::{assert_once, assert_whole},
};
use sqlx::AnyConnection;

pub(crate) fn promises() -> Vec<Promise> {
    promises![
        a_connection_that_breaks_at_any_packet_is_made_good_by_trying_again,
        no_request_about_one_session_makes_the_server_forget_a_statement,
    ]
}

/// How an operation is disturbed.
#[derive(Clone, Copy)]
struct Way {
    operation: Operation,
    side: Side,
    /// Whether the connection has still to be made.
    is_new: bool,
}

/// What stays the same while one operation is tried at packet after packet.
struct Scene {
    proxy: Proxy,
    /// Past the proxy.
    direct: Origin,
    /// Through it, over one connection.
    origin: Origin,
    /// To look at the tables.
    connection: AnyConnection,
}

async fn a_connection_that_breaks_at_any_packet_is_made_good_by_trying_again(
    fixture: &Fixture,
    engine: &'static str,
) {
    let mut scene = Scene::open(fixture).await;
    let (mut packets, mut failures) = (0, 0);
    for operation in ALL {
        for side in [Side::Request, Side::Reply] {
            for is_new in [false, true] {
                let way = Way { operation, side, is_new };
                let (tried, failed) = scene.cut_everywhere(way).await;
                packets += tried;
                failures += failed;
            }
        }
    }
    assert_whole(&mut scene.connection).await;
    assert_once(&super::origin::feed(&scene.direct).await);
    say(&format!(
        "{packets} broken connections to {engine}: {failures} requests answered 503, all good when tried again"
    ));
    scene.close().await;
}

/// Forgetting has no answer, and costs whoever comes next on the connection 40 ms, for sqlx lets the network wait for one.
async fn no_request_about_one_session_makes_the_server_forget_a_statement(
    fixture: &Fixture,
    _: &str,
) {
    let scene = Scene::open(fixture).await;
    scene.proxy.clear();
    for operation in ALL {
        let issued = operation.prepare(&scene.direct, &format!("{operation:?}")).await;
        operation.attempt(&scene.origin, &issued).await.good();
        assert_eq!(scene.proxy.forgotten(), 0, "{operation:?}");
    }
    scene.close().await;
}

impl Scene {
    async fn open(fixture: &Fixture) -> Self {
        let direct = Origin::connect(&fixture.url, 4, "10s").await;
        let server = address(&fixture.url);
        let proxy = Proxy::start(server.clone()).await;
        // Packets can be counted where they are not encrypted.
        let through =
            fixture.url.replace(&server, &proxy.address.to_string()) + "?ssl-mode=DISABLED";
        let origin = Origin::connect(&through, 1, "10s").await;
        Self { proxy, direct, origin, connection: fixture.connection().await }
    }

    async fn close(self) {
        self.origin.close().await;
        self.direct.close().await;
    }

    /// Cuts at the first packet, the second, and so on, until there are no more. Gives the cuts, and how many of them failed the request.
    async fn cut_everywhere(&mut self, way: Way) -> (usize, usize) {
        let Way { operation, side, is_new } = way;
        let (mut cuts, mut failures, mut beyond, mut at) = (0, 0, 0, 0);
        // What a connection does for itself after an answer moves the last packet a little.
        while beyond < 2 {
            at += 1;
            assert!(at < 500, "{operation:?} never ends");
            let end = if at % 2 == 0 { End::Close } else { End::Reset };
            let user = format!("{operation:?}-{side:?}-{is_new}-{at}");
            let issued = operation.prepare(&self.direct, &user).await;
            if is_new {
                self.proxy.break_all();
            }
            self.proxy.set(Cut { side, at, end });
            let first = operation.attempt(&self.origin, &issued).await;
            if self.proxy.clear() {
                cuts += 1;
                beyond = 0;
            } else {
                beyond += 1;
            }
            failures += usize::from(first.status == 503);
            assert_honest(&first, &user);
            let second = operation.attempt(&self.origin, &issued).await;
            assert!(
                matches!(second.status, 200 | 201),
                "{user}: {} {}",
                second.status,
                second.body
            );
            operation
                .check(&mut self.connection, &self.direct, &issued, (&first, &second.body))
                .await;
        }
        (cuts, failures)
    }
}

/// Success, or "try again" that leaves the browser as it is.
fn assert_honest(answer: &Answer, at: &str) {
    if matches!(answer.status, 200 | 201) {
        return;
    }
    assert_eq!(answer.status, 503, "{at}: {}", answer.body);
    assert_eq!(answer.body["code"], "unavailable");
    assert!(answer.body.get("browser").is_none());
    assert_eq!(answer.headers["retry-after"], "1");
}

/// `host:port` of a URL.
fn address(url: &str) -> String {
    let after_user = url.split('@').nth(1).unwrap();
    after_user.split('/').next().unwrap().to_owned()
}
