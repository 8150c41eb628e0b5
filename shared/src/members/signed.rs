//! Claims, pages of the feed and published keys.

use super::{FromMembers, Members, NotStrict, WrongMember, string_as};
use crate::{
    claims::AccessClaims,
    feed::{FeedPage, RevokedKey, RevokedSession, RevokedUser},
    key_set::{JsonWebKey, JsonWebKeySet},
    time::UnixSeconds,
};

impl AccessClaims {
    /// Reads claims that have no member but those that they may have, and none twice.
    ///
    /// # Errors
    ///
    /// [`NotStrict`]; it says no more, for whoever gets here has a signature of ours.
    pub fn read(json: &[u8]) -> Result<Self, NotStrict> {
        let names = ["iss", "aud", "sub", "sid", "iat", "exp", "csrf", "rth", "gen", "p"];
        Self::from_members(&Members::read_strictly(json, &names)?)
            .map_err(|WrongMember(_)| NotStrict)
    }
}

impl FromMembers for AccessClaims {
    fn from_members(members: &Members<'_>) -> Result<Self, WrongMember> {
        Ok(Self {
            issuer: members.text("iss")?,
            audience: members.given("aud")?,
            user_id: members.user_id("sub")?,
            session: members.parsed("sid")?,
            issued_at: UnixSeconds(members.number("iat")?),
            expires_at: UnixSeconds(members.number("exp")?),
            anti_csrf: members.given("csrf")?,
            refresh_hash: members.parsed("rth")?,
            generation: members.number("gen")?,
            payload: members.json("p"),
        })
    }
}

impl FeedPage {
    /// Reads a page that has no member but those that it may have, and none twice.
    ///
    /// # Errors
    ///
    /// [`NotStrict`].
    pub fn read(json: &[u8]) -> Result<Self, NotStrict> {
        let names =
            ["iss", "iat", "since", "cursor", "restart", "more", "sessions", "users", "keys"];
        Self::from_members(&Members::read_strictly(json, &names)?)
            .map_err(|WrongMember(_)| NotStrict)
    }
}

impl FromMembers for FeedPage {
    fn from_members(members: &Members<'_>) -> Result<Self, WrongMember> {
        let seconds = |digits: &str| digits.parse().ok().map(UnixSeconds);
        let flag = |name| if members.has(name) { members.flag(name) } else { Ok(false) };
        Ok(Self {
            issuer: members.text("iss")?,
            issued_at: UnixSeconds(members.number("iat")?),
            since: members.optional("since")?,
            cursor: members.parsed("cursor")?,
            restart: flag("restart")?,
            more: flag("more")?,
            sessions: members.tuples("sessions", |[handle, forget_at]| {
                Some(RevokedSession { handle: string_as(handle)?, forget_at: seconds(forget_at)? })
            })?,
            users: members.tuples("users", |[user, issued_before, forget_at]| {
                Some(RevokedUser {
                    user: string_as(user)?,
                    issued_before: seconds(issued_before)?,
                    forget_at: seconds(forget_at)?,
                })
            })?,
            keys: members.tuples("keys", |[key, forget_at]| {
                Some(RevokedKey { key: string_as(key)?, forget_at: seconds(forget_at)? })
            })?,
        })
    }
}

impl FromMembers for JsonWebKeySet {
    fn from_members(members: &Members<'_>) -> Result<Self, WrongMember> {
        Ok(Self { keys: members.objects("keys")? })
    }
}

impl FromMembers for JsonWebKey {
    fn from_members(members: &Members<'_>) -> Result<Self, WrongMember> {
        Ok(Self {
            kty: members.text("kty")?,
            crv: members.optional("crv")?,
            key_use: members.optional("use")?,
            alg: members.optional("alg")?,
            kid: members.optional("kid")?,
            x: members.optional("x")?,
            key_ops: members.optional_list("key_ops")?,
            is_private: members.has("d"),
        })
    }
}
