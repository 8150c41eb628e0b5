//! The origin's answers.

use super::{FromMembers, Members, WrongMember};
use crate::{
    anti_csrf::AntiCsrfToken,
    client::Client,
    refusal::{Code, Problem},
    wire::{
        BrowserLines, ClearedDuplicates, ConfirmedSessions, IssuedSession, IssuedToken,
        RevokedSession, RevokedSessions, Session, SessionData, SessionList, StolenSession,
        UpdatedPayload, UpdatedSessionData,
    },
};

impl FromMembers for Session {
    fn from_members(members: &Members<'_>) -> Result<Self, WrongMember> {
        Ok(Self {
            handle: members.parsed("handle")?,
            user_id: members.user_id("userId")?,
            jwt_payload: members.json("jwtPayload"),
            created_at: members.time("createdAt")?,
            refreshed_at: members.time("refreshedAt")?,
            expires_at: members.time("expiresAt")?,
            client: members.optional_object("client")?,
            current: members.optional_flag("current")?,
        })
    }
}

impl FromMembers for Client {
    fn from_members(members: &Members<'_>) -> Result<Self, WrongMember> {
        Ok(Self { name: members.optional("name")?, address: members.optional("address")? })
    }
}

impl FromMembers for IssuedToken {
    fn from_members(members: &Members<'_>) -> Result<Self, WrongMember> {
        Ok(Self { token: members.text("token")?, expires_at: members.time("expiresAt")? })
    }
}

impl FromMembers for IssuedSession {
    fn from_members(members: &Members<'_>) -> Result<Self, WrongMember> {
        Ok(Self {
            session: members.object("session")?,
            access_token: members.object("accessToken")?,
            refresh_token: members.object("refreshToken")?,
            anti_csrf_token: members.optional::<AntiCsrfToken>("antiCsrfToken")?,
            browser: members.object("browser")?,
        })
    }
}

impl FromMembers for BrowserLines {
    fn from_members(members: &Members<'_>) -> Result<Self, WrongMember> {
        Ok(Self { set_cookie: members.list("setCookie")?, headers: members.texts("headers")? })
    }
}

impl FromMembers for ClearedDuplicates {
    fn from_members(members: &Members<'_>) -> Result<Self, WrongMember> {
        Ok(Self {
            session_goes_on: members.flag("sessionGoesOn")?,
            browser: members.object("browser")?,
        })
    }
}

impl FromMembers for ConfirmedSessions {
    fn from_members(members: &Members<'_>) -> Result<Self, WrongMember> {
        Ok(Self { gone: members.list("gone")? })
    }
}

impl FromMembers for UpdatedPayload {
    fn from_members(members: &Members<'_>) -> Result<Self, WrongMember> {
        Ok(Self {
            session: members.object("session")?,
            access_token: members.optional_object("accessToken")?,
            browser: members.optional_object("browser")?,
        })
    }
}

impl FromMembers for StolenSession {
    fn from_members(members: &Members<'_>) -> Result<Self, WrongMember> {
        Ok(Self { handle: members.parsed("handle")?, user_id: members.user_id("userId")? })
    }
}

impl FromMembers for SessionData {
    fn from_members(members: &Members<'_>) -> Result<Self, WrongMember> {
        Ok(Self { data: members.json("data"), version: members.number("version")? })
    }
}

impl FromMembers for UpdatedSessionData {
    fn from_members(members: &Members<'_>) -> Result<Self, WrongMember> {
        Ok(Self { version: members.number("version")? })
    }
}

impl FromMembers for RevokedSession {
    fn from_members(members: &Members<'_>) -> Result<Self, WrongMember> {
        Ok(Self { revoked: members.flag("revoked")?, browser: members.object("browser")? })
    }
}

impl FromMembers for RevokedSessions {
    fn from_members(members: &Members<'_>) -> Result<Self, WrongMember> {
        Ok(Self { revoked: members.list("revoked")? })
    }
}

impl FromMembers for SessionList {
    fn from_members(members: &Members<'_>) -> Result<Self, WrongMember> {
        Ok(Self { sessions: members.objects("sessions")?, next: members.optional("next")? })
    }
}

impl FromMembers for Problem {
    fn from_members(members: &Members<'_>) -> Result<Self, WrongMember> {
        let number = |name| {
            let number = members.number(name)?;
            u16::try_from(number).map_err(|_| WrongMember(name))
        };
        Ok(Self {
            status: number("status")?,
            code: members.parsed::<Code>("code")?,
            detail: members.text("detail")?,
            err_type: if members.raw("errType").is_some() {
                Some(number("errType")?)
            } else {
                None
            },
            browser: members.optional_object("browser")?,
            session: members.optional_object("session")?,
        })
    }
}
