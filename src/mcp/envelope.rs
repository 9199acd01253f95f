//! The envelope of every write: begin, claim the key, act, keep the answer, commit; and try again what may be tried
//! again. A try whose commit went unanswered is told apart from one that failed by the key, which is written with it.

use std::sync::{Mutex, PoisonError};

use deadpool_postgres::Client;
use rmcp::model::JsonObject;
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::{
    args::{self, And, KeyArgs},
    caller::Caller,
    retry::retry,
    tool::{self, Entry, View as _, Write},
};
use crate::{
    books::Books,
    clock,
    error::{Error, Result},
    repository::{self, idempotency, sql},
    service::Act,
};

/// A caller's key answers repeats for 30 days.
const KEEP_CALLERS: time::Duration = time::Duration::days(30);
/// A key of ours is of use only while its call runs.
const KEEP_OURS: time::Duration = time::Duration::hours(1);

struct Call<'a> {
    entry: &'a Entry,
    arguments: Value,
    hash: [u8; 32],
    key: String,
    key_is_callers: bool,
    caller: &'a Caller,
}

pub async fn run<T: Write>(
    entry: &Entry,
    books: &Books,
    caller: &Caller,
    arguments: JsonObject,
) -> Result<String> {
    let arguments = Value::Object(arguments);
    // refused before anything is begun
    let And(args, key): And<T::Args, KeyArgs> = args::parse(&entry.tool.input_schema, &arguments)?;
    caller.must(T::scope(&args))?;
    let given = key.given()?;
    let call = Call {
        entry,
        hash: hash(&arguments),
        arguments,
        key_is_callers: given.is_some(),
        key: given.unwrap_or_else(|| uuid::Uuid::new_v4().to_string()),
        caller,
    };
    let remembered = Mutex::new(None);
    let done = retry(T::ABOUT.name, |until| {
        books.over(until, async |client| attempt::<T>(books, client, &call, &remembered).await)
    })
    .await;
    match (done, remembered.into_inner().unwrap_or_else(PoisonError::into_inner)) {
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
    remembered: &Mutex<Option<String>>,
) -> Result<String> {
    let tx = sql::answered(client.transaction()).await?;
    let now = clock::now();
    let key = idempotency::Key {
        business: books.business,
        actor: &call.caller.actor,
        tool: T::ABOUT.name,
        key: &call.key,
    };
    let keep = if call.key_is_callers { KEEP_CALLERS } else { KEEP_OURS };
    let (claimed, business) = repository::together(
        idempotency::claim(&tx, key, &call.hash, keep, now),
        repository::business::get(&tx, books.business),
    )
    .await?;
    if let Some(first) = claimed {
        let remembered = remembered.lock().unwrap_or_else(PoisonError::into_inner).take();
        return answer_again(first, call, remembered);
    }
    let today = clock::day(now, &business.details.time_zone);
    let act =
        Act { tx: &tx, business: &business, actor: &call.caller.actor, today, now, clock: clock::now_in };
    let args = args::parse(&call.entry.tool.input_schema, &call.arguments)?;
    let view = T::call(&act, args).await?;
    let client = view.client_id();
    let answer = tool::encode(view)?;
    if call.key_is_callers {
        idempotency::store_answer(&tx, key, &answer, client).await?;
    }
    *remembered.lock().unwrap_or_else(PoisonError::into_inner) = Some(answer.clone());
    sql::answered(tx.commit()).await?;
    books.forget_time_zone();
    Ok(answer)
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

/// SHA-256 of the arguments without the key, whatever the order of their names.
fn hash(arguments: &Value) -> [u8; 32] {
    let mut sorted = arguments.clone();
    if let Value::Object(arguments) = &mut sorted {
        arguments.shift_remove("idempotency_key");
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
        let keyed = json!({ "idempotency_key": "k", "client_id": 1, "lines": [{ "quantity": 1, "description": "x" }] });
        let other = json!({ "client_id": 1, "lines": [{ "quantity": 2, "description": "x" }] });
        assert_eq!(hash(&call), hash(&same));
        assert_eq!(hash(&call), hash(&keyed));
        assert_ne!(hash(&call), hash(&other));
    }
}
