//! A yes as a text that can be handed out and back. rmcp's codec seals it: HMAC-SHA256, compared in constant time.

use std::time::Duration;

use rmcp::model::{RequestStateCodec, RequestStateError, SealOptions};
use uuid::Uuid;

use super::{AGAIN, Yes};
use crate::{
    config::Config,
    domain::{event::Actor, ids::BusinessId},
    error::{Error, Result},
};

/// Whether and how this process has what cannot be undone confirmed.
pub struct Confirmations {
    pub asks: bool,
    pub valid_for: Duration,
    codec: RequestStateCodec,
}

/// Which call a yes is for.
pub struct Binding<'a> {
    pub business: BusinessId,
    pub actor: &'a Actor,
    pub tool: &'a str,
    pub arguments_hash: &'a [u8; 32],
}

/// Who may hand a sealed yes back: neither passes for the other's.
#[derive(Debug, Clone, Copy)]
pub enum Bearer {
    /// The client, together with what the person answered.
    Client,
    /// The model, as an argument.
    Model,
}

impl Confirmations {
    /// The key is this process's own and random: what was asked before a restart is asked anew after it, and there is no
    /// secret to keep.
    pub fn new(config: &Config) -> Self {
        let key = [Uuid::new_v4().into_bytes(), Uuid::new_v4().into_bytes()].concat();
        Self {
            asks: config.confirm,
            valid_for: config.confirm_for,
            codec: RequestStateCodec::new_unchecked(key), // 244 random bits in its 32 bytes
        }
    }

    pub(super) fn seal(&self, yes: &Yes, bearer: Bearer, binding: &Binding<'_>) -> String {
        let payload = [yes.nonce.as_bytes().as_slice(), &yes.outcome].concat();
        let context = context(bearer, binding);
        self.codec.seal_with(&payload, &SealOptions::new().associated_data(&context).ttl(self.valid_for))
    }

    /// # Errors
    /// What was not sealed here for this call and this bearer is refused in one and the same way. That it expired is told,
    /// since whoever holds it was told when it would.
    pub fn open(&self, bearer: Bearer, sealed: &str, binding: &Binding<'_>) -> Result<Yes> {
        let payload = self.codec.open_with(sealed.trim(), &context(bearer, binding));
        match payload.as_deref().map(<[u8]>::split_first_chunk::<16>) {
            Ok(Some((nonce, outcome))) => Ok(Yes {
                nonce: Uuid::from_bytes(*nonce),
                outcome: outcome.try_into().map_err(|error| Error::internal("confirmation", error))?,
            }),
            Err(RequestStateError::Expired) => {
                Err(Error::conflict("The confirmation has expired. Nothing was done.", AGAIN))
            }
            Ok(None) | Err(_) => Err(Error::invalid(
                "confirmation_token",
                "is not for this very call by this caller, or from before a restart",
                "the one that the preview of the same tool with the same arguments gave; without it, there is a new preview",
            )),
        }
    }
}

fn context(bearer: Bearer, binding: &Binding<'_>) -> Vec<u8> {
    let Binding { business, actor, tool, arguments_hash } = binding;
    // JSON, so that no two contexts read the same
    serde_json::json!([format!("{bearer:?}"), business.0, actor.0, tool, arguments_hash]).to_string().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn confirmations(valid_for: Duration) -> Confirmations {
        let key = vec![7; RequestStateCodec::MIN_KEY_LENGTH];
        Confirmations { asks: true, valid_for, codec: RequestStateCodec::new_unchecked(key) }
    }

    #[test]
    fn a_sealed_yes_opens_for_its_own_call_and_bearer_alone() {
        let confirmations = confirmations(Duration::from_secs(600));
        let (local, other) = (Actor::local(), Actor("other".into()));
        let binding = Binding {
            business: BusinessId(1),
            actor: &local,
            tool: "issue_invoice",
            arguments_hash: &[1; 32],
        };
        let yes = Yes::to("{}").unwrap();
        let sealed = confirmations.seal(&yes, Bearer::Model, &binding);
        let opens = |sealed: &str, bearer, binding: &Binding<'_>| confirmations.open(bearer, sealed, binding);
        assert_eq!(opens(&sealed, Bearer::Model, &binding).unwrap().nonce, yes.nonce);
        let told = |done: Result<Yes>| done.map(|yes| yes.nonce).unwrap_err().to_string();
        let refused = told(opens(&sealed, Bearer::Client, &binding));
        for strange in [
            Binding { business: BusinessId(2), ..binding },
            Binding { actor: &other, ..binding },
            Binding { tool: "cancel_invoice", ..binding },
            Binding { arguments_hash: &[2; 32], ..binding },
        ] {
            assert_eq!(told(opens(&sealed, Bearer::Model, &strange)), refused);
        }
        for forged in ["", "rs1..", "yes", &sealed[1..], &sealed.replace('.', ""), &format!("{sealed}A")] {
            assert_eq!(told(opens(forged, Bearer::Model, &binding)), refused, "{forged}");
        }
    }

    #[test]
    fn a_sealed_yes_expires() {
        let confirmations = confirmations(Duration::ZERO);
        let binding =
            Binding { business: BusinessId(1), actor: &Actor::local(), tool: "x", arguments_hash: &[1; 32] };
        let sealed = confirmations.seal(&Yes::to("{}").unwrap(), Bearer::Model, &binding);
        std::thread::sleep(Duration::from_millis(2));
        let told = confirmations.open(Bearer::Model, &sealed, &binding).map(|yes| yes.nonce).unwrap_err();
        assert!(told.to_string().contains("expired"), "{told}");
    }
}
