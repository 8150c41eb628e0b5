//! Stands between an origin and its MySQL or MariaDB server, counts the packets of their protocol, and breaks the connection at one of them.

use std::{
    io,
    net::SocketAddr,
    sync::{Arc, Mutex},
};
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, BufReader},
    net::{TcpListener, TcpStream},
    sync::watch,
};

/// Whose packets.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Side {
    /// The origin's. The server never sees the one at which the connection breaks, so does not do what it asks for.
    Request,
    /// The server's. The origin never sees the one at which the connection breaks, but the server has done what it tells of.
    Reply,
}

/// How a connection ends.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum End {
    /// In order, as when the server's process stops.
    Close,
    /// With a reset, as when its machine does.
    Reset,
}

/// Where a connection breaks.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Cut {
    pub(crate) side: Side,
    /// The first packet is 1, counted from when the cut was set, over all connections.
    pub(crate) at: usize,
    pub(crate) end: End,
}

/// Serves until dropped.
pub(crate) struct Proxy {
    pub(crate) address: SocketAddr,
    plan: Arc<Mutex<Plan>>,
    break_all: watch::Sender<()>,
}

#[derive(Default)]
struct Plan {
    cut: Option<Cut>,
    requests: usize,
    replies: usize,
    forgotten: usize,
}

impl Proxy {
    /// Before the server that listens there.
    pub(crate) async fn start(server: String) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let plan = Arc::new(Mutex::new(Plan::default()));
        let (break_all, broken) = watch::channel(());
        tokio::spawn(accept(listener, server, Arc::clone(&plan), broken));
        Self { address, plan, break_all }
    }

    /// Breaks every connection that there is.
    pub(crate) fn break_all(&self) {
        self.break_all.send_replace(());
    }

    /// Counts from now on, and breaks the connection there, once.
    pub(crate) fn set(&self, cut: Cut) {
        *self.plan.lock().unwrap() = Plan { cut: Some(cut), ..Plan::default() };
    }

    /// How often the origin told the server to forget a prepared statement, since a cut was set or cleared.
    pub(crate) fn forgotten(&self) -> usize {
        self.plan.lock().unwrap().forgotten
    }

    /// Lets everything pass again. Tells whether the cut was made.
    pub(crate) fn clear(&self) -> bool {
        std::mem::take(&mut *self.plan.lock().unwrap()).cut.is_none()
    }
}

async fn accept(
    listener: TcpListener,
    server: String,
    plan: Arc<Mutex<Plan>>,
    broken: watch::Receiver<()>,
) {
    loop {
        let client = tokio::select! {
            client = listener.accept() => client.unwrap().0,
            () = dropped(broken.clone()) => return,
        };
        let (server, plan, mut broken) = (server.clone(), Arc::clone(&plan), broken.clone());
        broken.mark_unchanged();
        tokio::spawn(async move {
            let server = TcpStream::connect(server).await.unwrap();
            carry(client, server, &plan, broken).await;
        });
    }
}

/// Waits until there is no proxy any more.
async fn dropped(mut broken: watch::Receiver<()>) {
    while broken.changed().await.is_ok() {}
}

async fn carry(
    mut client: TcpStream,
    mut server: TcpStream,
    plan: &Mutex<Plan>,
    mut broken: watch::Receiver<()>,
) {
    client.set_nodelay(true).unwrap();
    server.set_nodelay(true).unwrap();
    let (from_client, to_client) = client.split();
    let (from_server, to_server) = server.split();
    let ended = tokio::select! {
        ended = pump(from_client, to_server, Side::Request, plan) => ended.ok(),
        ended = pump(from_server, to_client, Side::Reply, plan) => ended.ok(),
        _ = broken.changed() => None,
    };
    if ended == Some(End::Reset) {
        client.set_zero_linger().unwrap();
        server.set_zero_linger().unwrap();
    }
}

/// Hands packets on, up to the one at which the connection breaks, or to the end.
async fn pump(
    from: impl AsyncRead + Unpin,
    mut to: impl AsyncWrite + Unpin,
    side: Side,
    plan: &Mutex<Plan>,
) -> io::Result<End> {
    let mut from = BufReader::new(from);
    loop {
        // Three bytes of length and one of sequence, then so many bytes.
        let mut packet = vec![0; 4];
        from.read_exact(&mut packet).await?;
        let length = u32::from_le_bytes([packet[0], packet[1], packet[2], 0]);
        packet.resize(4 + usize::try_from(length).unwrap(), 0);
        from.read_exact(&mut packet[4..]).await?;
        {
            let mut plan = plan.lock().unwrap();
            // The first of its sequence is a command.
            let is_command = side == Side::Request && packet[3] == 0;
            plan.forgotten += usize::from(is_command && packet.get(4) == Some(&FORGET_STATEMENT));
            if let Some(end) = plan.counted(side) {
                return Ok(end);
            }
        }
        to.write_all(&packet).await?;
    }
}

impl Plan {
    fn counted(&mut self, side: Side) -> Option<End> {
        let count = match side {
            Side::Request => &mut self.requests,
            Side::Reply => &mut self.replies,
        };
        *count += 1;
        let is_there = |cut: &mut Cut| cut.side == side && cut.at == *count;
        self.cut.take_if(is_there).map(|cut| cut.end)
    }
}

/// `COM_STMT_CLOSE`.
const FORGET_STATEMENT: u8 = 0x19;
