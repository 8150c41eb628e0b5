//! Requests and answers as one text each, as they cross to `edge/worker/entry.js` and back: one crossing instead of one for each header.
//!
//! Lines with a line feed, which neither a method, a URL nor a header can hold (Fetch standard, section 2.2).

use crate::{
    answer::{Answer, Header},
    request::{RequestHeaders, RequestView},
};
use std::borrow::Cow;

/// What the decision looks at of a request: a line each for method, URL, and the headers in the order in which `entry.js` names them. The last of them may not have been read.
pub(super) fn request_view(head: &str) -> RequestView<'_> {
    let mut lines = head.split_terminator(char::from(SEPARATOR));
    let (method, url) = (lines.next().unwrap_or_default(), lines.next().unwrap_or_default());
    let mut header = || lines.next().filter(|line| *line != ABSENT).map(Cow::Borrowed);
    // In this order.
    let headers = RequestHeaders {
        authorization: header(),
        cookie: header(),
        origin: header(),
        upgrade: header(),
        sec_fetch_site: header(),
        auth_mode: header(),
        access_control_request_method: header(),
        anti_csrf: header(),
        content_length: header(),
        content_type: header(),
        if_match: header(),
    };
    RequestView::new(method, url, headers)
}

/// An answer of our own: the status, name and value of each header, and after [`ABSENT`] the body. Nothing where a header holds what would end it.
pub(super) fn answer(answer: &Answer, is_head: bool) -> Option<String> {
    let mut text = lines(answer.status, &answer.headers)?;
    text.push(END.into());
    if !is_head {
        text.push_str(&answer.body);
    }
    Some(text)
}

/// What an answer begins with: the status, and the name and value of each header. Nothing where a header holds what would end it.
pub(super) fn lines(status: u16, headers: &[Header]) -> Option<String> {
    let mut text = status.to_string();
    for line in headers.iter().flat_map(|(name, value)| [name, value]) {
        if line.bytes().any(|byte| byte == SEPARATOR || byte == END) {
            return None;
        }
        text.push(SEPARATOR.into());
        text.push_str(line);
    }
    Some(text)
}

/// Between lines.
const SEPARATOR: u8 = b'\n';
/// Before the body.
const END: u8 = b'\0';
/// Instead of a header that is not there.
const ABSENT: &str = "\0";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::answer::HeaderEdit;

    #[test]
    fn a_head_is_method_address_and_headers_in_the_order_of_the_entry() {
        let entry = include_str!("../../worker/entry.js");
        let list = entry.split("const HEADERS = [").nth(1).unwrap().split(']').next().unwrap();
        let names: Vec<_> = list.split('"').skip(1).step_by(2).collect();
        let lines = ["PUT", "https://a.example/b?c"].into_iter().chain(names);
        let head: String = lines.flat_map(|line| [line, "\n"]).collect();

        let view = request_view(&head);

        assert_eq!(
            (view.method.as_ref(), view.path.as_ref(), view.query.as_ref()),
            ("PUT", "/b", "?c")
        );
        let headers = view.headers;
        for (header, name) in [
            (headers.access_control_request_method, "access-control-request-method"),
            (headers.anti_csrf, "anti-csrf"),
            (headers.auth_mode, "st-auth-mode"),
            (headers.authorization, "authorization"),
            (headers.content_length, "content-length"),
            (headers.content_type, "content-type"),
            (headers.cookie, "cookie"),
            (headers.if_match, "if-match"),
            (headers.origin, "origin"),
            (headers.sec_fetch_site, "sec-fetch-site"),
            (headers.upgrade, "upgrade"),
        ] {
            assert_eq!(header.as_deref(), Some(name));
        }
    }

    #[test]
    fn what_is_absent_or_was_not_read_is_not_empty() {
        let headers = request_view("GET\nhttps://a.example/\n\0\n\n").headers;

        assert_eq!(headers.authorization, None);
        assert_eq!(headers.cookie.as_deref(), Some(""));
        assert_eq!(headers.origin, None);
    }

    #[test]
    fn an_answer_is_its_status_its_headers_and_its_body() {
        let made = Answer::new(200, "{\"a\":1}".to_owned())
            .with(HeaderEdit::append("Vary", "Origin"))
            .with(HeaderEdit::append("Vary", ""));

        assert_eq!(answer(&made, false).unwrap(), "200\nVary\nOrigin\nVary\n\0{\"a\":1}");
        assert_eq!(answer(&made, true).unwrap(), "200\nVary\nOrigin\nVary\n\0");
    }

    #[test]
    fn no_header_becomes_two() {
        for value in ["a\nSet-Cookie\nb", "a\0b"] {
            let made = Answer::new(200, String::new()).with(HeaderEdit::set("X", value.to_owned()));
            assert_eq!(answer(&made, false), None);
        }
    }
}
