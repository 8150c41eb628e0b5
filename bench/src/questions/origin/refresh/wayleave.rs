//! A connection to our origin.

use super::{
    super::{browser::Tokens, edge::Isolate, stage::Stage},
    pool::Pool,
};
use crate::load::{Answer, Progress, Script, request};
use serde_json::json;
use std::{sync::Arc, time::Duration};
use wayleave_shared::wire::{ConfirmSessions, Confirmation, ConfirmedSessions};

/// Refreshes one session after the other, and tells the origin what has arrived when it is time.
pub(super) fn script(stage: &Stage, isolate: Arc<Isolate>, pool: &Arc<Pool>) -> Box<dyn Script> {
    let bearer = format!("Bearer {}", stage.origin.service_key());
    Box::new(Wayleave {
        isolate,
        pool: Arc::clone(pool),
        bearer,
        asked: Asked::Refresh(String::new()),
    })
}

struct Wayleave {
    isolate: Arc<Isolate>,
    pool: Arc<Pool>,
    bearer: String,
    asked: Asked,
}

enum Asked {
    Confirm(Vec<Confirmation>),
    /// With this token.
    Refresh(String),
}

impl Script for Wayleave {
    fn prepare(&mut self, _: Duration) -> Result<(), String> {
        self.pool.wait();
        Ok(())
    }

    fn next(&mut self, request: &mut Vec<u8>) -> Result<(), String> {
        let headers = [("authorization", self.bearer.as_str())];
        let (path, body);
        (self.asked, path, body) = if let Some(sessions) = self.isolate.to_confirm() {
            let body = serde_json::to_vec(&ConfirmSessions { sessions: sessions.clone() });
            let body = body.map_err(|error| error.to_string())?;
            (Asked::Confirm(sessions), "/v1/sessions/confirm", body)
        } else {
            let token = self.pool.take()?;
            let body = json!({ "refreshToken": token }).to_string().into_bytes();
            (Asked::Refresh(token), "/v1/sessions/refresh", body)
        };
        request::write(request, "POST", path, &headers, Some(&body));
        Ok(())
    }

    fn see(&mut self, answer: &Answer<'_>) -> Result<Progress, String> {
        answer.success()?;
        match &self.asked {
            Asked::Confirm(sessions) => {
                let confirmed: ConfirmedSessions =
                    serde_json::from_slice(answer.body).map_err(|error| error.to_string())?;
                if !confirmed.gone.is_empty() {
                    return Err("sessions are gone that were refreshed just now".to_owned());
                }
                self.isolate.confirmed(sessions);
                self.pool.confirmed(sessions.iter().map(|arrived| arrived.handle));
                Ok(Progress::GoesOn)
            }
            Asked::Refresh(presented) => {
                let tokens = Tokens::of(answer)?;
                if tokens.refresh == *presented {
                    return Err("a refresh gave the token that was presented".to_owned());
                }
                let claims = self.isolate.verify(&tokens.access)?;
                self.pool.refreshed(claims.session, tokens.refresh);
                Ok(Progress::Done)
            }
        }
    }
}
