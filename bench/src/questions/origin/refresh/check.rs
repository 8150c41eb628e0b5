//! Whether each side trades a token once.

use super::{
    super::{
        browser::{Browser, Cookies, Tokens, ask, fine},
        stage::{Side, Stage},
    },
    limit,
};
use crate::{failure::Failure, load::request::request};
use serde_json::{Value, json};

/// Refreshes a session at every side, and presents the traded token once more: ours is answered with the same successor, as long as that was not used; the others refuse it.
///
/// # Errors
///
/// [`Failure::Answer`] with the side that does otherwise.
pub(super) async fn refresh(stage: &Stage) -> Result<(), Failure> {
    for side in [Side::Wayleave, Side::Supertokens, Side::Limit] {
        match Browser::log_in(stage, side, "checked").await? {
            Browser::Wayleave(tokens) => wayleave(stage, &tokens).await?,
            Browser::Supertokens(cookies) => supertokens(stage, &cookies).await?,
            Browser::Limit { handle, hash, .. } => {
                let bytes = request("POST", &limit::path(&handle, &hash), &[], None);
                ask(stage, side, &bytes, fine).await?;
                refused(stage, side, &bytes, |_| true).await?;
            }
            Browser::ExpressSession(_) => {}
        }
    }
    Ok(())
}

async fn wayleave(stage: &Stage, first: &Tokens) -> Result<(), Failure> {
    let bearer = format!("Bearer {}", stage.origin.service_key());
    let body = json!({ "refreshToken": first.refresh }).to_string();
    let headers = [("authorization", bearer.as_str())];
    let bytes = request("POST", "/v1/sessions/refresh", &headers, Some(body.as_bytes()));
    let mut successors = Vec::new();
    for _ in 0..2 {
        let answered = ask(stage, Side::Wayleave, &bytes, |answer| {
            answer.success()?;
            Tokens::of(answer)
        });
        successors.push(answered.await?.refresh);
    }
    if successors[0] != successors[1] || successors[0] == first.refresh {
        return Err(wrong(Side::Wayleave, "a traded token gets another successor, or none"));
    }
    Ok(())
}

async fn supertokens(stage: &Stage, first: &Cookies) -> Result<(), Failure> {
    let side = Side::Supertokens;
    let refresh = request("POST", "/refresh", &[("cookie", &first.refresh_line())], None);
    let second = ask(stage, side, &refresh, |answer| {
        answer.success()?;
        Cookies::of(answer)
    });
    let second = second.await?;
    if second.refresh == first.refresh {
        return Err(wrong(side, "a refresh gives the token that was presented"));
    }
    let me = request("GET", "/me", &[("cookie", &second.line())], None);
    ask(stage, side, &me, fine).await?;
    refused(stage, side, &refresh, |body| body["errType"] == THEFT).await
}

async fn refused(
    stage: &Stage,
    side: Side,
    bytes: &[u8],
    is_expected: impl FnOnce(&Value) -> bool,
) -> Result<(), Failure> {
    ask(stage, side, bytes, |answer| {
        let body = serde_json::from_slice(answer.body).unwrap_or_default();
        if answer.status == 401 && is_expected(&body) {
            Ok(())
        } else {
            Err(format!("a traded token is answered with {}", answer.described()))
        }
    })
    .await
}

fn wrong(side: Side, sentence: &str) -> Failure {
    Failure::Answer { side: side.name().to_owned(), sentence: sentence.to_owned() }
}

/// `UNAUTHORISED_AND_TOKEN_THEFT_DETECTED`.
const THEFT: u32 = 4000;
