//! The envelope of every write: begin, claim the key, act, keep the answer, commit; and try again what may be tried
//! again. A try whose commit went unanswered is told apart from one that failed by the key, which is written with it.
//! What cannot be undone is rehearsed first, and carried out once a person has said yes (`confirmation`).

use std::sync::{Mutex, PoisonError};

use deadpool_postgres::{Client, Transaction};
use rmcp::model::JsonObject;
use serde_json::Value;
use sha2::{Digest, Sha256};
use time::OffsetDateTime;
use uuid::Uuid;

use super::{
    args::{self, And, ConfirmationArgs, KeyArgs},
    confirmation::{self, Asked, Bearer, Binding, Brought, Confirmations, Host, Proposal, Reply, Yes},
    retry::retry,
    tool::{self, Ask, Entry, View as _, Write},
};
use crate::{
    auth::{
        caller::{Caller, Callers},
        scope::Scope,
    },
    books::Books,
    clock,
    domain::ids::BusinessId,
    error::{Error, Result},
    repository::{self, idempotency, sql},
    service::Act,
};

/// A caller's key answers repeats for 30 days.
const KEEP_CALLERS: time::Duration = time::Duration::days(30);
/// A key of ours is of use only while its call runs.
const KEEP_OURS: time::Duration = time::Duration::hours(1);
/// No yes holds so long (`FACTURO_CONFIRM_SECONDS`).
const KEEP_NONCES: time::Duration = time::Duration::days(1);

struct Call<'a> {
    entry: &'a Entry,
    arguments: Value,
    hash: [u8; 32],
    key: String,
    key_is_callers: bool,
    caller: Caller,
    business: BusinessId,
}

impl Call<'_> {
    fn key(&self) -> idempotency::Key<'_> {
        let (actor, tool) = (&self.caller.actor, self.entry.name);
        idempotency::Key { business: self.business, actor, tool, key: &self.key }
    }

    fn binding(&self) -> Binding<'_> {
        let (actor, tool) = (&self.caller.actor, self.entry.name);
        Binding { business: self.business, actor, tool, arguments_hash: &self.hash }
    }
}

/// What a try is for.
enum Purpose<V> {
    /// To see what would come of it, and leave no trace.
    Rehearse(Ask<V>),
    /// To carry it out: nobody needs to be asked.
    Unasked,
    /// To carry out what a person has just said yes to.
    Confirmed(Yes),
    /// The same, with a yes that came along with the call.
    Sealed(Bearer, String),
}

enum Outcome {
    Answer(String),
    Proposal(Box<Proposal>),
}

pub async fn run<T: Write>(
    entry: &Entry,
    books: &Books,
    callers: &Callers,
    host: &Host<'_>,
    arguments: JsonObject,
) -> Result<Reply> {
    let arguments = Value::Object(arguments);
    // refused before anything is begun
    let And(args, And(key, token)): And<T::Args, And<KeyArgs, ConfirmationArgs>> =
        args::parse(&entry.tool.input_schema, &arguments)?;
    let besides = T::scope_besides(&args);
    let given = key.given()?;
    let mut call = Call {
        entry,
        hash: hash(&arguments),
        arguments,
        key_is_callers: given.is_some(),
        key: given.unwrap_or_else(|| Uuid::new_v4().to_string()),
        caller: admit(entry, callers, besides, books.business)?,
        business: books.business,
    };
    let mut purpose = match T::asks(&args).filter(|_| host.confirmations.asks) {
        None => Purpose::Unasked,
        Some(ask) => match host.brought(token.given()) {
            Brought::Nothing => Purpose::Rehearse(ask),
            Brought::Yes(bearer, sealed) => Purpose::Sealed(bearer, sealed),
            Brought::No(sealed, no) => {
                return Err(decline(books, &call, host.confirmations, &sealed).await.err().unwrap_or(no));
            }
        },
    };
    loop {
        match perform::<T>(books, &call, host.confirmations, purpose).await? {
            Outcome::Answer(answer) => return Ok(Reply::Done(answer)),
            Outcome::Proposal(proposal) => match host.ask(&proposal, &call.binding()).await? {
                Asked::Later(reply) => return Ok(reply),
                Asked::Yes => purpose = Purpose::Confirmed(proposal.yes),
            },
        }
        // whoever called may have lost their access while the person thought
        call.caller = admit(entry, callers, besides, call.business)?;
    }
}

/// Who calls at this moment, where they may make this very call.
fn admit(entry: &Entry, callers: &Callers, besides: Option<Scope>, business: BusinessId) -> Result<Caller> {
    let caller = callers.current()?;
    entry.permits(&caller)?;
    besides.map_or(Ok(()), |scope| caller.must(scope))?;
    caller.must_see(business)?;
    Ok(caller)
}

/// Tries until it is done or refused.
async fn perform<T: Write>(
    books: &Books,
    call: &Call<'_>,
    confirmations: &Confirmations,
    purpose: Purpose<T::View>,
) -> Result<Outcome> {
    let remembered = Mutex::new(None);
    let done = retry(T::ABOUT.name, |until| {
        let attempt = async |client: &mut Client| {
            attempt::<T>(books, client, call, confirmations, &purpose, &remembered).await
        };
        books.over(until, attempt)
    });
    match (done.await, remembered.into_inner().unwrap_or_else(PoisonError::into_inner)) {
        (Err(error @ Error::Unavailable { .. }), Some(_)) => Err(unsure(error, call.key_is_callers)),
        (done, _) => done,
    }
}

/// A commit was begun, and nobody said how it ended.
fn unsure(error: Error, key_is_callers: bool) -> Error {
    let next = if key_is_callers {
        "Make the very same call again, with the same idempotency_key: it is done once, however often it is called."
    } else {
        "Look whether it is there before you call again. With an idempotency_key, calling again is always safe."
    };
    Error::unavailable(
        "The database fell silent while this was being written: it may have been done or not.",
        next,
    )
    .because(error)
}

/// One try. `remembered` is the answer of an earlier try whose commit went unanswered.
async fn attempt<T: Write>(
    books: &Books,
    client: &mut Client,
    call: &Call<'_>,
    confirmations: &Confirmations,
    purpose: &Purpose<T::View>,
    remembered: &Mutex<Option<String>>,
) -> Result<Outcome> {
    let tx = sql::answered(client.transaction()).await?;
    let now = clock::now();
    let keep = if call.key_is_callers { KEEP_CALLERS } else { KEEP_OURS };
    let (claimed, business) = repository::together(
        idempotency::claim(&tx, call.key(), &call.hash, keep, now),
        repository::business::get(&tx, books.business),
    )
    .await?;
    if let Some(first) = claimed {
        let remembered = remembered.lock().unwrap_or_else(PoisonError::into_inner).take();
        return answer_again(first, call, remembered).map(Outcome::Answer);
    }
    let yes = match purpose {
        Purpose::Rehearse(_) | Purpose::Unasked => None,
        Purpose::Confirmed(yes) => Some(*yes),
        Purpose::Sealed(bearer, sealed) => Some(confirmations.open(*bearer, sealed, &call.binding())?),
    };
    if let Some(yes) = &yes {
        use_up(&tx, call, yes, now).await?;
    }
    let today = clock::day(now, &business.details.time_zone);
    let act =
        Act { tx: &tx, business: &business, actor: &call.caller.actor, today, now, clock: clock::now_in };
    let args = args::parse(&call.entry.tool.input_schema, &call.arguments)?;
    let view = T::call(&act, args).await?;
    if let Purpose::Rehearse(ask) = purpose {
        let proposal = Proposal::new(ask(&view), business.details.language, tool::encode(view)?)?;
        sql::answered(tx.rollback()).await?;
        return Ok(Outcome::Proposal(Box::new(proposal)));
    }
    let client = view.client_id();
    let answer = tool::encode(view)?;
    if let Some(yes) = &yes {
        yes.holds_for(&answer)?;
    }
    if call.key_is_callers {
        idempotency::store_answer(&tx, call.key(), &answer, client).await?;
    }
    *remembered.lock().unwrap_or_else(PoisonError::into_inner) = Some(answer.clone());
    sql::answered(tx.commit()).await?;
    books.forget_time_zone();
    Ok(Outcome::Answer(answer))
}

/// A yes holds once, in whichever process: its nonce is kept as a key that commits with the act, until it has long expired.
async fn use_up(tx: &Transaction<'_>, call: &Call<'_>, yes: &Yes, now: OffsetDateTime) -> Result<()> {
    let nonce = yes.nonce.to_string();
    let key = idempotency::Key { tool: "confirmation", key: &nonce, ..call.key() };
    match idempotency::claim(tx, key, &call.hash, KEEP_NONCES, now).await? {
        None => Ok(()),
        Some(_) => Err(confirmation::used_before()),
    }
}

/// A question that was not answered with a yes is answered for good.
async fn decline(books: &Books, call: &Call<'_>, confirmations: &Confirmations, sealed: &str) -> Result<()> {
    // what does not open could not be said yes to either
    let Ok(yes) = confirmations.open(Bearer::Client, sealed, &call.binding()) else { return Ok(()) };
    retry(call.entry.name, |until| {
        books.over(until, async |client: &mut Client| {
            let tx = sql::answered(client.transaction()).await?;
            use_up(&tx, call, &yes, clock::now()).await?;
            sql::answered(tx.commit()).await
        })
    })
    .await
}

fn answer_again(first: idempotency::First, call: &Call<'_>, remembered: Option<String>) -> Result<String> {
    if first.arguments_hash != call.hash {
        return Err(Error::conflict(
            format!("The idempotency_key {:?} was used before, with other arguments.", call.key),
            "Use a new key for a new call; repeat the very same arguments to get the first answer again.",
        ));
    }
    first.answer.or(remembered).ok_or_else(|| {
        Error::conflict(
            "This call was made before, and its answer was erased together with its client.",
            "There is nothing to repeat; use a new idempotency_key for a new call.",
        )
    })
}

/// SHA-256 of the arguments that say what is to be done, whatever the order of their names.
fn hash(arguments: &Value) -> [u8; 32] {
    let mut sorted = arguments.clone();
    if let Value::Object(arguments) = &mut sorted {
        arguments.shift_remove("idempotency_key");
        arguments.shift_remove("confirmation_token");
    }
    sorted.sort_all_objects();
    Sha256::digest(sorted.to_string()).into()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_order_of_names_does_not_matter_and_values_do() {
        let call = json!({ "client_id": 1, "lines": [{ "quantity": 1, "description": "x" }] });
        let same = json!({ "lines": [{ "description": "x", "quantity": 1 }], "client_id": 1 });
        let keyed = json!({ "idempotency_key": "k", "confirmation_token": "t", "client_id": 1, "lines": [{ "quantity": 1, "description": "x" }] });
        let other = json!({ "client_id": 1, "lines": [{ "quantity": 2, "description": "x" }] });
        assert_eq!(hash(&call), hash(&same));
        assert_eq!(hash(&call), hash(&keyed));
        assert_ne!(hash(&call), hash(&other));
    }
}
