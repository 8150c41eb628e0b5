//! Free ports, and taken ones found before anything is started.

use crate::{
    error::StartError,
    settings::{Name, Ports},
};
use std::{
    io::{self, ErrorKind},
    net::{IpAddr, Ipv4Addr, Ipv6Addr, TcpListener},
    path::PathBuf,
};

/// Different ports of 127.0.0.1 on which nobody listens now.
///
/// # Errors
///
/// [`StartError::File`] if the machine has none.
pub fn free<const COUNT: usize>() -> Result<[u16; COUNT], StartError> {
    let failed = |source| StartError::File {
        action: "find a free port on",
        path: PathBuf::from("127.0.0.1"),
        source,
    };
    // All are held until all are known, so that they differ.
    let mut held = Vec::with_capacity(COUNT);
    let mut ports = [0; COUNT];
    for port in &mut ports {
        let listener = below_the_ephemeral().map_err(failed)?;
        *port = listener.local_addr().map_err(failed)?.port();
        held.push(listener);
    }
    Ok(ports)
}

/// A port from below those that the system gives to outgoing connections: one of these could take it before its server starts.
fn below_the_ephemeral() -> io::Result<TcpListener> {
    for _ in 0..200 {
        let mut random = [0; 2];
        getrandom::fill(&mut random).map_err(io::Error::other)?;
        let port = 20_000 + u16::from_be_bytes(random) % 12_000;
        if let Ok(listener) = TcpListener::bind((Ipv4Addr::LOCALHOST, port)) {
            return Ok(listener);
        }
    }
    TcpListener::bind((Ipv4Addr::LOCALHOST, 0))
}

/// Looks whether all ports can be had.
///
/// # Errors
///
/// [`StartError::PortTaken`] with the first that cannot.
pub fn check(ports: &Ports) -> Result<(), StartError> {
    check_with(*ports, is_taken)
}

fn check_with(ports: Ports, is_taken: impl Fn(u16) -> bool) -> Result<(), StartError> {
    for (index, part) in Name::ALL.into_iter().enumerate() {
        let port = ports.of(part);
        let twice = Name::ALL[..index].iter().any(|other| ports.of(*other) == port);
        if twice || is_taken(port) {
            return Err(StartError::PortTaken { part, port });
        }
    }
    Ok(())
}

/// Whether somebody listens on this port of this machine. Also on IPv6's loopback: `localhost` may mean that one.
fn is_taken(port: u16) -> bool {
    [IpAddr::from(Ipv4Addr::LOCALHOST), IpAddr::from(Ipv6Addr::LOCALHOST)]
        .into_iter()
        .any(|address| TcpListener::bind((address, port)).is_err_and(|error| in_use(&error)))
}

fn in_use(error: &io::Error) -> bool {
    // A machine without IPv6 says "not available", which is no reason to refuse.
    matches!(error.kind(), ErrorKind::AddrInUse | ErrorKind::PermissionDenied)
}

#[cfg(test)]
mod tests {
    use super::*;

    const PORTS: Ports = Ports { origin: 1001, app: 1002, edge: 1003 };

    #[test]
    fn free_ports_differ() {
        let ports = Ports::free().unwrap();

        assert!(ports.origin != ports.app && ports.app != ports.edge && ports.edge != ports.origin);
    }

    #[test]
    fn a_port_on_which_somebody_listens_is_taken() {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();

        assert!(is_taken(listener.local_addr().unwrap().port()));
    }

    #[test]
    fn a_taken_port_is_named_with_who_needs_it_and_how_to_choose_another() {
        let error = check_with(PORTS, |port| port == PORTS.app).unwrap_err();

        assert_eq!(
            error.to_string(),
            "port 1002 is taken, and the app needs it: stop what listens there, or choose another port with WAYLEAVE_DEV_APP_PORT=<port>"
        );
    }

    #[test]
    fn one_port_for_two_parts_is_taken() {
        let error = check_with(Ports { edge: PORTS.origin, ..PORTS }, |_| false).unwrap_err();

        assert!(matches!(error, StartError::PortTaken { part: Name::Edge, .. }));
    }

    #[test]
    fn three_free_ports_are_fine() {
        assert!(check_with(PORTS, |_| false).is_ok());
    }
}
