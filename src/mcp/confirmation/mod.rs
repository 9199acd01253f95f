//! A person's yes before what cannot be undone.
//!
//! The act is rehearsed: carried out in a transaction that is rolled back. What came out of it is shown, and a yes holds
//! for that alone: it is carried out once, by the same caller, with the same arguments, within some minutes, and only where
//! the same comes out of it.
//!
//! `question` is what the person reads, `seal` makes a yes something that can be handed out and back, `host` knows how
//! the person is reached: through the client where it can ask, else by the model, which shows what the tool answers and
//! calls again.

mod host;
mod question;
mod seal;

use serde::Serialize;
use serde_json::Value;
use sha2::{Digest, Sha256};
use uuid::Uuid;

pub use self::{
    host::{Asked, Brought, Host, Reply},
    question::{Act, Invoice, Language, Question},
    seal::{Bearer, Binding, Confirmations},
};
use crate::{
    domain::codes,
    error::{Error, Result},
};

/// What each try gives anew, and no yes can hold for: ids of new rows, times, and the number, which is the next one at the
/// moment of issue, whoever else issues meanwhile.
const ANEW: [&str; 8] =
    ["summary", "id", "invoice_id", "number", "reversed_by", "created_at", "updated_at", "record_hash"];

/// What a yes holds for: once, and for this outcome.
#[derive(Clone, Copy)]
pub struct Yes {
    pub nonce: Uuid,
    outcome: [u8; 32],
}

impl Yes {
    pub fn to(answer: &str) -> Result<Self> {
        Ok(Self { nonce: Uuid::new_v4(), outcome: outcome(answer)? })
    }

    /// # Errors
    /// [`Error::Conflict`] where something else came out than what was shown.
    pub fn holds_for(&self, answer: &str) -> Result<()> {
        if outcome(answer)? == self.outcome {
            return Ok(());
        }
        Err(Error::conflict(
            "What was confirmed has changed meanwhile: something else would come of it now. Nothing was done.",
            AGAIN,
        ))
    }
}

const AGAIN: &str = "Call again without confirmation_token, so that the person sees how it stands now.";

/// Where the nonce of a yes was used before.
pub fn used_before() -> Error {
    Error::conflict("This confirmation was used already; it holds once. Nothing was done again.", AGAIN)
}

/// SHA-256 of an answer without what is [`ANEW`] with each try, at any depth. Versions of rows are in it.
fn outcome(answer: &str) -> Result<[u8; 32]> {
    let mut value = parsed(answer)?;
    strip(&mut value);
    Ok(Sha256::digest(value.to_string()).into())
}

fn strip(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            fields.retain(|name, _| !ANEW.contains(&name.as_str()));
            fields.values_mut().for_each(strip);
        }
        Value::Array(items) => items.iter_mut().for_each(strip),
        _ => {}
    }
}

fn parsed(answer: &str) -> Result<Value> {
    serde_json::from_str(answer).map_err(|error| Error::internal("answer", error))
}

/// What a person is to decide on: what would come of a call, and what they are asked.
pub struct Proposal {
    pub yes: Yes,
    question: Question,
    language: Language,
    /// The answer that the call would get.
    preview: String,
}

impl Proposal {
    pub fn new(question: Question, language: codes::Language, preview: String) -> Result<Self> {
        Ok(Self { yes: Yes::to(&preview)?, question, language: language.into(), preview })
    }
}

/// What a tool answers in place of its result while nobody has said yes.
#[derive(Serialize, schemars::JsonSchema)]
pub struct Preview {
    summary: String,
    /// Nothing was done yet.
    confirmation_required: bool,
    /// To be put to the person in these words.
    question: String,
    /// Whom it concerns, as stored.
    client_name: String,
    /// What would come of it.
    #[schemars(with = "serde_json::Map<String, Value>")]
    preview: Value,
    confirmation_token: String,
    expires_at: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_yes_holds_whatever_number_is_next_and_for_nothing_else() {
        let answer = |number: &str, total: &str, version: i64| {
            let invoice = serde_json::json!({
                "summary": format!("{number}: pending."), "id": 7, "number": number, "version": version, "total": total,
                "created_at": number, "payments": [{ "id": number, "amount": total }],
            });
            invoice.to_string()
        };
        let yes = Yes::to(&answer("F-1", "10.00", 2)).unwrap();
        yes.holds_for(&answer("F-2", "10.00", 2)).unwrap();
        yes.holds_for(&answer("F-1", "10.01", 2)).unwrap_err();
        yes.holds_for(&answer("F-1", "10.00", 3)).unwrap_err();
    }
}
