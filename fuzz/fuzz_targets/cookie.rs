//! Cookie headers: no panic, and what is found stands in the header, alone under its name.

#![no_main]

use libfuzzer_sys::fuzz_target;
use wayleave_shared::cookie::{ACCESS_TOKEN, CookieHeader, ID_REFRESH_TOKEN, REFRESH_TOKEN};

fuzz_target!(|header: &str| {
    for name in [ACCESS_TOKEN, REFRESH_TOKEN, ID_REFRESH_TOKEN] {
        let Ok(found) = CookieHeader::new(header).find(name) else { continue };
        let Some(value) = found else { continue };
        assert!(!value.is_empty() && !value.contains(';'), "{value:?}");
        assert!(header.contains(name) && header.contains(value), "{value:?}");

        let written = format!("{name}={value}");
        assert_eq!(CookieHeader::new(&written).find(name), Ok(Some(value)));
        let twice = format!("{written}; {written}");
        assert!(CookieHeader::new(&twice).find(name).is_err(), "{twice:?}");
    }
});
