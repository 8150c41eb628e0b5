//! Between the edge's answers and HTTP's.

use http::{HeaderMap, HeaderName, HeaderValue, Response, StatusCode};
use wayleave_edge::answer::{Answer, HeaderEdit};

/// A line that cannot be a header. The lines of the origin are looked at when they come, so none of them is.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("a line for the browser is no header")]
pub struct InvalidLine;

/// An answer of our own, in any body that can hold text.
pub(crate) fn response<B: From<String>>(answer: Answer) -> Response<B> {
    let mut headers = HeaderMap::with_capacity(answer.headers.len());
    let edits = answer.headers.into_iter().map(HeaderEdit::Append);
    let status = StatusCode::from_u16(answer.status).map_err(|_| InvalidLine);
    match status.and_then(|status| apply(&mut headers, edits).map(|()| status)) {
        Ok(status) => {
            let mut response = Response::new(B::from(answer.body));
            *response.status_mut() = status;
            *response.headers_mut() = headers;
            response
        }
        Err(InvalidLine) => failure(),
    }
}

/// What is answered where a line is no header.
pub(crate) fn failure<B: From<String>>() -> Response<B> {
    let mut response = Response::new(B::from(String::new()));
    *response.status_mut() = StatusCode::INTERNAL_SERVER_ERROR;
    response
}

/// Changes headers, in order.
///
/// # Errors
///
/// [`InvalidLine`]; those before it were changed.
pub(crate) fn apply(
    headers: &mut HeaderMap,
    edits: impl IntoIterator<Item = HeaderEdit>,
) -> Result<(), InvalidLine> {
    for edit in edits {
        match edit {
            HeaderEdit::Append((name, value)) => {
                let (name, value) = line(&name, &value)?;
                headers.append(name, value);
            }
            HeaderEdit::Remove(name) => {
                headers.remove(name.as_ref());
            }
            HeaderEdit::Set((name, value)) => {
                let (name, value) = line(&name, &value)?;
                headers.insert(name, value);
            }
        }
    }
    Ok(())
}

fn line(name: &str, value: &str) -> Result<(HeaderName, HeaderValue), InvalidLine> {
    let name = HeaderName::try_from(name).map_err(|_| InvalidLine)?;
    Ok((name, HeaderValue::try_from(value).map_err(|_| InvalidLine)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn edits_apply_in_order() {
        let mut headers = HeaderMap::new();

        apply(
            &mut headers,
            [
                HeaderEdit::append("Set-Cookie", "a=1"),
                HeaderEdit::append("set-cookie", "b=2"),
                HeaderEdit::set("Cache-Control", "public"),
                HeaderEdit::set("cache-control", "no-store"),
                HeaderEdit::set("x-gone", "1"),
                HeaderEdit::remove("X-Gone"),
            ],
        )
        .unwrap();

        assert_eq!(headers.get_all("set-cookie").iter().collect::<Vec<_>>(), ["a=1", "b=2"]);
        assert_eq!(headers.get_all("cache-control").iter().collect::<Vec<_>>(), ["no-store"]);
        assert_eq!(headers.get("x-gone"), None);
    }

    #[test]
    fn an_answer_with_a_line_that_is_no_header_is_a_failure_of_ours() {
        for (status, name, value) in [(200, "a b", "1"), (200, "a", "1\r\nb: 2"), (99, "a", "1")] {
            let answer =
                Answer::new(status, "secret".to_owned()).with(HeaderEdit::set(name, value));
            let response: Response<String> = response(answer);
            assert_eq!((response.status().as_u16(), response.body().as_str()), (500, ""), "{name}");
        }
    }

    #[test]
    fn an_answer_becomes_a_response() {
        let answer = Answer::new(440, "{}".to_owned())
            .with(HeaderEdit::append("Set-Cookie", "a=1"))
            .with(HeaderEdit::append("Set-Cookie", "b=2"));

        let response: Response<String> = response(answer);

        assert_eq!((response.status().as_u16(), response.body().as_str()), (440, "{}"));
        assert_eq!(response.headers().get_all("set-cookie").iter().count(), 2);
    }
}
