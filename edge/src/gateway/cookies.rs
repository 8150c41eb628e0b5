//! Which of a client's cookies the app sees.

use wayleave_shared::cookie::CookieNames;

/// The `Cookie` header without the session's cookies, the others byte for byte and in their order; `None` where it has none of them.
pub(super) fn without_ours(header: &str, names: &CookieNames) -> Option<String> {
    let is_ours = |pair: &&str| {
        let name = pair.split_once('=').map(|(name, _)| name.trim_matches([' ', '\t']));
        name.is_some_and(|name| names.all().contains(&name))
    };
    if !header.split(';').any(|pair| is_ours(&pair)) {
        return None;
    }
    let rest: Vec<_> = header.split(';').filter(|pair| !is_ours(pair)).collect();
    Some(rest.join(";").trim_matches([' ', '\t']).to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use wayleave_shared::cookie::CookieHeader;

    proptest! {
        #[test]
        fn whatever_we_would_read_is_taken_out_and_nothing_is_put_in(
            pairs in prop::collection::vec(
                "[ \t]{0,2}(sAccessToken|sRefreshToken|sIdRefreshToken|a)?[ \t=;x]{0,3}[a-z]{0,2}",
                0..6,
            ),
        ) {
            let (header, names) = (pairs.join(";"), CookieNames::default());
            let rest = without_ours(&header, &names).unwrap_or_else(|| header.clone());
            for name in names.all() {
                prop_assert_eq!(CookieHeader::new(&rest).find(name), Ok(None));
            }
            prop_assert_eq!(CookieHeader::new(&rest).find("a"), CookieHeader::new(&header).find("a"));
        }
    }

    #[test]
    fn only_the_cookies_of_the_session_stay_behind() {
        for (header, expected) in [
            ("", None),
            ("theme=dark; x", None),
            ("saccesstoken=t; xsAccessToken=t", None),
            ("a=sAccessToken=t", None),
            ("sAccessToken", None),
            ("sAccessToken=t", Some("")),
            ("sAccessToken=", Some("")),
            ("sAccessToken=t; sIdRefreshToken=i; sRefreshToken=r", Some("")),
            ("sAccessToken=t; sAccessToken=u; theme=dark", Some("theme=dark")),
            ("theme=dark; sAccessToken=t", Some("theme=dark")),
            ("theme=dark; sAccessToken=t; x=\"1 2\"", Some("theme=dark; x=\"1 2\"")),
            ("a=1;sAccessToken=t;b=2=3;;c", Some("a=1;b=2=3;;c")),
            ("a=é;\tsAccessToken = t ; b=2", Some("a=é; b=2")),
        ] {
            let seen = without_ours(header, &CookieNames::default());
            assert_eq!(seen.as_deref(), expected, "{header:?}");
        }
    }

    #[test]
    fn the_names_are_those_of_the_settings() {
        let names = CookieNames { access: "at".to_owned(), ..CookieNames::default() };
        let seen = without_ours("sAccessToken=t; at=u", &names);
        assert_eq!(seen.as_deref(), Some("sAccessToken=t"));
    }
}
