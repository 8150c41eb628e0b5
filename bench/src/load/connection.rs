//! One keep-alive connection.

use super::answer::{self, After, Answer, Read};
use std::{
    io::{self, ErrorKind},
    net::SocketAddr,
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

/// A connection that sends one request at a time. It is made when it is needed, and made again when the server has said that it closes it.
#[derive(Debug)]
pub(super) struct Connection {
    address: SocketAddr,
    stream: Option<TcpStream>,
    received: Vec<u8>,
    body: Vec<u8>,
}

impl Connection {
    pub(super) fn new(address: SocketAddr) -> Self {
        Self { address, stream: None, received: Vec::with_capacity(16 * 1024), body: Vec::new() }
    }

    /// Connects, if it is not connected.
    pub(super) async fn open(&mut self) -> io::Result<&mut TcpStream> {
        let stream = if let Some(stream) = self.stream.take() {
            stream
        } else {
            let stream = TcpStream::connect(self.address).await?;
            stream.set_nodelay(true)?;
            stream
        };
        Ok(self.stream.insert(stream))
    }

    /// Sends a request, and shows the whole answer.
    pub(super) async fn exchange<T>(
        &mut self,
        request: &[u8],
        see: impl FnOnce(&Answer<'_>) -> T,
    ) -> io::Result<T> {
        self.received.clear();
        self.open().await?.write_all(request).await?;
        let mut see = Some(see);
        loop {
            let Self { stream: Some(stream), received, .. } = self else {
                return Err(ErrorKind::NotConnected.into());
            };
            if stream.read_buf(received).await? == 0 {
                return Err(io::Error::new(ErrorKind::UnexpectedEof, "it closed the connection"));
            }
            let seen = |answer: &Answer<'_>| see.take().map(|see| see(answer));
            match answer::read(&self.received, &mut self.body, seen)? {
                Read::Partial => {}
                Read::Whole((Some(seen), after), length) if length == self.received.len() => {
                    if after == After::Closed {
                        self.stream = None;
                    }
                    return Ok(seen);
                }
                Read::Whole(..) => {
                    return Err(io::Error::new(ErrorKind::InvalidData, "more than one answer"));
                }
            }
        }
    }
}

/// Sends one request on a connection of its own, outside any measurement: to make sessions, to look whether a side answers what it should.
///
/// # Errors
///
/// What the connection says.
pub async fn exchange<T>(
    address: SocketAddr,
    request: &[u8],
    see: impl FnOnce(&Answer<'_>) -> T,
) -> io::Result<T> {
    Connection::new(address).exchange(request, see).await
}
