//! Requests as bytes.

/// Writes a request at the end of a buffer: method and path, these header lines, and a body of JSON if there is one. The server's name is always `127.0.0.1`.
///
/// ```
/// let mut bytes = Vec::new();
/// wayleave_bench::load::request::write(&mut bytes, "GET", "/me", &[("cookie", "a=b")], None);
/// assert_eq!(bytes, b"GET /me HTTP/1.1\r\nhost: 127.0.0.1\r\ncookie: a=b\r\n\r\n");
/// ```
pub fn write(
    bytes: &mut Vec<u8>,
    method: &str,
    path: &str,
    headers: &[(&str, &str)],
    body: Option<&[u8]>,
) {
    for part in [method, " ", path, " HTTP/1.1\r\nhost: 127.0.0.1\r\n"] {
        bytes.extend_from_slice(part.as_bytes());
    }
    for (name, value) in headers {
        for part in [name, ": ", value, "\r\n"] {
            bytes.extend_from_slice(part.as_bytes());
        }
    }
    if let Some(body) = body {
        let length =
            format!("content-type: application/json\r\ncontent-length: {}\r\n", body.len());
        bytes.extend_from_slice(length.as_bytes());
    }
    bytes.extend_from_slice(b"\r\n");
    bytes.extend_from_slice(body.unwrap_or_default());
}

/// A new buffer with such a request.
#[must_use]
pub fn request(method: &str, path: &str, headers: &[(&str, &str)], body: Option<&[u8]>) -> Vec<u8> {
    let mut bytes = Vec::new();
    write(&mut bytes, method, path, headers, body);
    bytes
}
