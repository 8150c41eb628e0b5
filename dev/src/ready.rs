//! Whether a part answers: one HTTP request over a plain connection, because that is all it takes.

use std::{
    io::{self, Read, Write},
    net::{Ipv4Addr, SocketAddr, TcpStream},
    time::Duration,
};

/// The status that 127.0.0.1 answers to `GET path`.
///
/// # Errors
///
/// Whatever the connection says; also when the answer does not begin like HTTP.
pub fn status(port: u16, path: &str) -> io::Result<u16> {
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    let mut stream = TcpStream::connect_timeout(&address, PATIENCE)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    // In one piece: a server may close as soon as it has seen enough.
    let request =
        format!("GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes())?;

    // "HTTP/1.1 200": the rest of the answer does not matter.
    let mut start = [0; 12];
    stream.read_exact(&mut start)?;
    std::str::from_utf8(&start)
        .ok()
        .and_then(|start| start.strip_prefix("HTTP/1.1 "))
        .and_then(|status| status.parse().ok())
        .ok_or_else(|| io::Error::from(io::ErrorKind::InvalidData))
}

/// How long one attempt may take: a part that is starting may accept a connection and answer late.
const PATIENCE: Duration = Duration::from_secs(5);

#[cfg(test)]
mod tests {
    use super::*;
    use std::{net::TcpListener, thread};

    fn answering(answer: &'static str) -> u16 {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let port = listener.local_addr().unwrap().port();
        thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            let _ = stream.read(&mut [0; 1024]).unwrap();
            stream.write_all(answer.as_bytes()).unwrap();
        });
        port
    }

    #[test]
    fn the_status_is_read_from_the_first_line() {
        let port = answering("HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n");

        assert_eq!(status(port, "/auth/session").unwrap(), 401);
    }

    #[test]
    fn what_is_not_http_is_not_an_answer() {
        let port = answering("SSH-2.0-OpenSSH_9.2\r\n");

        assert_eq!(status(port, "/").unwrap_err().kind(), io::ErrorKind::InvalidData);
    }
}
