//! The settings of cookies.

use super::{Reader, choice, list, site::share_a_site};
use crate::config::variable::{
    self, ACCESS_COOKIE, ALLOWED_ORIGINS, COOKIE_DOMAIN, COOKIE_SAME_SITE, COOKIE_SECURE,
    MARKER_COOKIE, OLDER_COOKIE_DOMAIN, OLDER_REFRESH_PATH, PUBLIC_ORIGIN, REFRESH_COOKIE,
    REFRESH_PATH, Variable,
};
use wayleave_shared::{
    browser::{CookieDomain, CookiePolicy, SameSite},
    cookie::{CookieNames, is_cookie_name},
    web_origin::WebOrigin,
};

impl Reader<'_> {
    pub(super) fn cookies(&mut self) -> Option<CookiePolicy> {
        let domain = self.read(&COOKIE_DOMAIN, |text| {
            if text.is_empty() { Some(CookieDomain::HostOnly) } else { cookie_domain(text) }
        });
        let older_domain = self.read(&OLDER_COOKIE_DOMAIN, |text| match text {
            "" => Some(None),
            "host-only" => Some(Some(CookieDomain::HostOnly)),
            text => cookie_domain(text).map(Some),
        });
        let secure = self.read(&COOKIE_SECURE, |text| choice(text, ["false", "true"]));
        let same_site = self.read(&COOKIE_SAME_SITE, |text| match text {
            "auto" => Some(None),
            text => same_site(text).map(Some),
        });
        let names = self.cookie_names();
        let refresh_path = self.read(&REFRESH_PATH, path);
        let older_refresh_path = self.read(&OLDER_REFRESH_PATH, |text| {
            if text.is_empty() { Some(None) } else { path(text).map(Some) }
        });
        let allowed = self.read(&ALLOWED_ORIGINS, origins);
        let public = self.read(&PUBLIC_ORIGIN, |text| {
            if text.is_empty() { Some(None) } else { text.parse().ok().map(Some) }
        });
        let (secure, allowed) = (secure?, allowed?);
        let policy = CookiePolicy {
            domain: domain?,
            older_domain: older_domain?,
            names: names?,
            secure,
            same_site: same_site?.unwrap_or(automatic(public?.as_ref(), &allowed)),
            refresh_path: refresh_path?,
            older_refresh_path: older_refresh_path?,
            expose_headers: !allowed.is_empty(),
        };
        self.check_same_site(&policy);
        self.check_prefixes(&policy);
        Some(policy)
    }

    fn cookie_names(&mut self) -> Option<CookieNames> {
        let mut name = |variable: &Variable| {
            self.read(variable, |text| is_cookie_name(text).then(|| text.to_owned()))
        };
        let (access, refresh, marker) =
            (name(&ACCESS_COOKIE), name(&REFRESH_COOKIE), name(&MARKER_COOKIE));
        let names = CookieNames { access: access?, refresh: refresh?, marker: marker? };
        if !names.are_valid() {
            self.errors.push(format!(
                "{}, {} and {} must be three names",
                ACCESS_COOKIE.name, REFRESH_COOKIE.name, MARKER_COOKIE.name
            ));
        }
        Some(names)
    }

    fn check_same_site(&mut self, policy: &CookiePolicy) {
        if policy.same_site == SameSite::None && !policy.secure {
            self.errors.push(format!(
                "{} is none, which browsers refuse unless {} is true",
                variable::COOKIE_SAME_SITE.name,
                COOKIE_SECURE.name
            ));
        }
    }

    /// Browsers drop a cookie whose name promises more than its attributes keep (RFC 6265bis section 4.1.3), without a word.
    fn check_prefixes(&mut self, policy: &CookiePolicy) {
        let names = &policy.names;
        for (variable, name, path) in [
            (&ACCESS_COOKIE, &names.access, "/"),
            (&REFRESH_COOKIE, &names.refresh, policy.refresh_path.as_str()),
            (&MARKER_COOKIE, &names.marker, "/"),
        ] {
            let name = name.to_ascii_lowercase();
            let is_host = name.starts_with("__host-");
            let mut wanted = Vec::new();
            if (is_host || name.starts_with("__secure-")) && !policy.secure {
                wanted.push(format!("{} to be true", COOKIE_SECURE.name));
            }
            if is_host && policy.domain != CookieDomain::HostOnly {
                wanted.push(format!("no {}", COOKIE_DOMAIN.name));
            }
            if is_host && path != "/" {
                wanted.push(format!("{} to be /", REFRESH_PATH.name));
            }
            if !wanted.is_empty() {
                self.errors.push(format!(
                    "{}: the prefix wants {}",
                    variable.name,
                    wanted.join(" and ")
                ));
            }
        }
    }
}

/// What `auto` is. Where it is not known where the edge is, the safe way.
fn automatic(public: Option<&WebOrigin>, allowed: &[WebOrigin]) -> SameSite {
    let is_elsewhere = |page: &WebOrigin| public.is_some_and(|edge| !share_a_site(edge, page));
    if allowed.iter().any(is_elsewhere) { SameSite::None } else { SameSite::Lax }
}

/// A host name in its only spelling.
fn cookie_domain(text: &str) -> Option<CookieDomain> {
    let name = text.trim_start_matches('.');
    let is_label = |label: &str| {
        !label.is_empty() && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
    };
    (name.len() <= 253 && name.split('.').all(is_label))
        .then(|| CookieDomain::Domain(name.to_owned()))
}

fn same_site(text: &str) -> Option<SameSite> {
    match text {
        "lax" => Some(SameSite::Lax),
        "strict" => Some(SameSite::Strict),
        "none" => Some(SameSite::None),
        _ => None,
    }
}

fn path(text: &str) -> Option<String> {
    let is_known = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte);
    (text.starts_with('/') && text.len() <= 255 && text.bytes().all(is_known))
        .then(|| text.to_owned())
}

fn origins(text: &str) -> Option<Vec<WebOrigin>> {
    if text.is_empty() { Some(Vec::new()) } else { list(text, |text| text.parse().ok()) }
}
