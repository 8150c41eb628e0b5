//! What a seeded row holds. Everything in it follows from the row's number, so that whoever knows the number can name the session and mint its refresh token.

use sha2::{Digest, Sha256};
use wayleave_shared::{session_handle::SessionHandle, user_id::UserId};

/// A row of `sessions`, with its row of `session_data` where it has one.
#[derive(Clone, Debug)]
pub(crate) struct Row {
    number: u64,
    /// Whose session it is.
    pub(crate) user_id: UserId,
    /// Which log-in.
    pub(crate) handle: SessionHandle,
    /// Whether it ran out before it was written.
    pub(crate) is_expired: bool,
}

impl Row {
    /// The row of this number.
    pub(crate) fn new(number: u64, user_id: UserId, is_expired: bool) -> Self {
        let random = drawn::<12>(number, HANDLE);
        let handle = SessionHandle::new(&user_id, random);
        Self { number, user_id, handle, is_expired }
    }

    /// The secret of its newest refresh token. No row holds it.
    pub(crate) fn secret(&self) -> [u8; 32] {
        drawn(self.number, SECRET)
    }

    /// Whether it stored data: every tenth does.
    pub(crate) fn has_data(&self) -> bool {
        self.draw(DATA).is_multiple_of(10)
    }

    /// Writes the columns of [`SESSION_COLUMNS`] as `LOAD DATA` reads them. `now` is the database's time in Unix milliseconds.
    pub(crate) fn write_session(&self, line: &mut Line, now: u64) {
        let age = self.draw(AGE) % OLDEST_MS;
        let created_at = now - age;
        // Three of ten log-ins were never refreshed: people who came once.
        let is_refreshed = self.draw(GENERATION) % 10 >= 3;
        let generation = if is_refreshed { 1 + self.draw(GENERATION) / 10 % 40 } else { 0 };
        let refreshed_at =
            if is_refreshed { created_at + self.draw(REFRESHED) % (age + 1) } else { created_at };
        let expires_at = if self.is_expired {
            now - self.draw(REFRESHED) % DAY_MS
        } else {
            refreshed_at + VALIDITY_MS
        };

        line.bytes(self.handle.as_bytes());
        line.bytes(&self.user_id.to_bytes());
        line.bytes(&Sha256::digest(self.secret()));
        line.number(generation);
        line.bytes(PAYLOAD.as_bytes());
        line.number(created_at);
        line.number(refreshed_at);
        line.number(expires_at);
        if is_refreshed {
            line.bytes(&drawn::<32>(self.number, PARENT));
            line.bytes(&DERIVATION_KEY);
            line.bytes(&drawn::<16>(self.number, NONCE));
            line.number(refreshed_at + 300);
        } else {
            (0..4).for_each(|_| line.null());
        }
        let [drawn] = drawn::<1>(self.number, CLIENT);
        line.bytes(CLIENTS[usize::from(drawn) % CLIENTS.len()].as_bytes());
        line.bytes(ADDRESS.as_bytes());
        line.end();
    }

    /// Writes the columns of [`DATA_COLUMNS`].
    pub(crate) fn write_data(&self, line: &mut Line) {
        line.bytes(self.handle.as_bytes());
        line.bytes(SESSION_DATA.as_bytes());
        line.number(1 + self.draw(DATA) / 10 % 5);
        line.end();
    }

    fn draw(&self, purpose: u64) -> u64 {
        u64::from_le_bytes(drawn(self.number, purpose))
    }
}

/// Lines of a file that `LOAD DATA` reads with its own defaults and the character set `binary`.
#[derive(Debug, Default)]
pub(crate) struct Line {
    written: Vec<u8>,
    is_begun: bool,
}

impl Line {
    /// A column of bytes.
    pub(crate) fn bytes(&mut self, bytes: &[u8]) {
        self.separate();
        for byte in bytes {
            match byte {
                b'\\' => self.written.extend_from_slice(br"\\"),
                b'\t' => self.written.extend_from_slice(br"\t"),
                b'\n' => self.written.extend_from_slice(br"\n"),
                0 => self.written.extend_from_slice(br"\0"),
                other => self.written.push(*other),
            }
        }
    }

    /// A column with a number.
    pub(crate) fn number(&mut self, number: u64) {
        self.separate();
        self.written.extend_from_slice(number.to_string().as_bytes());
    }

    /// A column without a value.
    pub(crate) fn null(&mut self) {
        self.separate();
        self.written.extend_from_slice(br"\N");
    }

    /// The end of a row.
    pub(crate) fn end(&mut self) {
        self.written.push(b'\n');
        self.is_begun = false;
    }

    /// All rows so far.
    pub(crate) fn as_bytes(&self) -> &[u8] {
        &self.written
    }

    fn separate(&mut self) {
        if self.is_begun {
            self.written.push(b'\t');
        }
        self.is_begun = true;
    }
}

/// Spreads numbers evenly over all values: the same number and purpose always give the same.
pub(crate) fn mixed(number: u64, purpose: u64) -> u64 {
    // SplitMix64: no cipher, but nothing here is secret.
    let mut mixed = number.wrapping_add(purpose.wrapping_mul(0xd1b5_4a32_d192_ed03));
    mixed = mixed.wrapping_add(0x9e37_79b9_7f4a_7c15);
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}

fn drawn<const N: usize>(number: u64, purpose: u64) -> [u8; N] {
    let mut drawn = [0; N];
    for (index, some) in (0..).zip(drawn.chunks_mut(8)) {
        let bytes = mixed(number, purpose + index).to_le_bytes();
        some.copy_from_slice(&bytes[..some.len()]);
    }
    drawn
}

/// The columns that [`Row::write_session`] writes.
pub(crate) const SESSION_COLUMNS: &str =
    "handle, user_id, refresh_hash, generation, jwt_payload, created_at, refreshed_at, expires_at,
    parent_hash, derivation_key, derivation_nonce, confirmed_at, client_name, client_address";

/// The columns that [`Row::write_data`] writes.
pub(crate) const DATA_COLUMNS: &str = "handle, data, version";

const PAYLOAD: &str = r#"{"role":"member","plan":"basic"}"#;
const SESSION_DATA: &str = r#"{"cart":["4711","4712","4713"],"locale":"en-GB","seen":["welcome","tour"],"draft":"two lines of text"}"#;
const CLIENTS: [&str; 4] =
    ["Firefox on Linux", "Safari on iPhone", "Chrome on Windows", "Edge on Windows"];
const ADDRESS: &str = "203.0.113.0";
const DERIVATION_KEY: [u8; 4] = [0x5a; 4];

const DAY_MS: u64 = 24 * 3600 * 1000;
const OLDEST_MS: u64 = 60 * DAY_MS;
const VALIDITY_MS: u64 = 100 * DAY_MS;

// Purposes of draws. Each takes up to four numbers from its own on.
const HANDLE: u64 = 0;
const SECRET: u64 = 10;
const PARENT: u64 = 20;
const NONCE: u64 = 30;
const AGE: u64 = 40;
const GENERATION: u64 = 50;
const REFRESHED: u64 = 60;
const DATA: u64 = 70;
const CLIENT: u64 = 80;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_load_data_would_take_for_an_end_is_escaped() {
        let mut line = Line::default();

        line.bytes(b"a\tb\nc\\d\0");
        line.null();
        line.number(7);
        line.end();
        line.bytes(b"e");
        line.end();

        assert_eq!(line.as_bytes(), b"a\\tb\\nc\\\\d\\0\t\\N\t7\ne\n");
    }

    #[test]
    fn rows_of_one_number_are_the_same_and_rows_of_two_share_nothing_but_the_user() {
        let user = || UserId::text("user-1").unwrap();
        let (one, again, other) =
            (Row::new(2, user(), false), Row::new(2, user(), false), Row::new(3, user(), false));

        assert_eq!((one.handle, one.secret()), (again.handle, again.secret()));
        assert_ne!(one.handle, other.handle);
        assert_ne!(one.secret(), other.secret());
        assert_eq!(one.handle.as_bytes()[..4], other.handle.as_bytes()[..4]);
    }
}
