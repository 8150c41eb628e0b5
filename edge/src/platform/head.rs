//! Requests and answers as one text each, as they cross to `edge/worker/entry.js` and back: one crossing instead of one for each header.
//!
//! Lines, parted by [`SEPARATOR`], which neither a method, a URL nor a header can hold (Fetch standard, section 2.2).

use crate::{
    answer::Answer,
    request::{RequestHeaders, RequestView},
};

/// What the decision looks at of a request: method, URL, and the headers in the order in which `entry.js` names them.
pub(super) fn request_view(head: &str) -> RequestView {
    let mut lines = head.split(SEPARATOR);
    let mut line = || lines.next().unwrap_or_default();
    let (method, url) = (line(), line());
    let mut header = || Some(line()).filter(|line| *line != ABSENT).map(str::to_owned);
    // In this order.
    let headers = RequestHeaders {
        access_control_request_method: header(),
        anti_csrf: header(),
        content_length: header(),
        content_type: header(),
        if_match: header(),
        authorization: header(),
        cookie: header(),
        origin: header(),
        sec_fetch_site: header(),
        auth_mode: header(),
        upgrade: header(),
    };
    RequestView::new(method, url, headers)
}

/// An answer of our own: the status, name and value of each header, and after [`ABSENT`] the body.
pub(super) fn answer(answer: &Answer, is_head: bool) -> String {
    let mut text = answer.status.to_string();
    for (name, value) in &answer.headers {
        for line in [name, value.as_str()] {
            text.push(SEPARATOR);
            text.push_str(line);
        }
    }
    text.push_str(ABSENT);
    if !is_head {
        text.push_str(&answer.body);
    }
    text
}

const SEPARATOR: char = '\n';
const ABSENT: &str = "\0";
