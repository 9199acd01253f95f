//! A tool: its arguments, its answer, and what it does; and the one path that every call of one takes.

use std::sync::{Arc, LazyLock};

use deadpool_postgres::Client;
use futures_util::future::BoxFuture;
use rmcp::model::{JsonObject, Tool, ToolAnnotations};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;
use time::Date;

use super::{
    args::{self, And, Arguments, ConfirmationArgs, KeyArgs},
    confirmation::{Host, Preview, Question, Reply},
    envelope,
    retry::retry,
    schema,
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
    service::Act,
};

/// How a tool presents itself.
pub struct About {
    pub name: &'static str,
    pub title: &'static str,
    /// For the model: what it does and when to take it, in 280 characters at most.
    pub description: &'static str,
    /// All that whoever calls it must be allowed.
    pub scopes: &'static [Scope],
}

/// A tool that changes nothing.
pub trait Read {
    const ABOUT: About;
    type Args: Arguments + Send;
    type View: View;
    fn call(desk: &Desk<'_>, args: Self::Args) -> impl Future<Output = Result<Self::View>> + Send;
}

/// A tool that changes something. It runs in a transaction that it does not see the ends of.
pub trait Write {
    const ABOUT: About;
    /// It takes something away or cannot be undone.
    const DESTRUCTIVE: bool = false;
    /// A person is asked before some of its calls, or all: see [`asks`](Self::asks).
    const ASKS: bool = Self::DESTRUCTIVE;
    type Args: Arguments + Send;
    type View: View;
    /// What this very call needs besides.
    fn scope_besides(_: &Self::Args) -> Option<Scope> {
        None
    }
    /// What a person is asked before this very call, where it cannot be undone: made of what would come of it.
    fn asks(_: &Self::Args) -> Option<Ask<Self::View>> {
        None
    }
    fn call(act: &Act<'_>, args: Self::Args) -> impl Future<Output = Result<Self::View>> + Send;
}

pub type Ask<V> = fn(&V) -> Question;

/// What a tool answers. `summary` becomes its first field: a sentence of ours, without any text that people typed.
pub trait View: Serialize + JsonSchema + Send {
    fn summary(&self) -> String;

    /// The client whose data it holds: with the client goes what is kept of the answer.
    fn client_id(&self) -> Option<i64> {
        None
    }
}

#[derive(Serialize, JsonSchema)]
struct Answer<V> {
    summary: String,
    #[serde(flatten)]
    view: V,
}

/// The answer as the JSON that goes out.
pub fn encode(view: impl View) -> Result<String> {
    let answer = Answer { summary: view.summary(), view };
    serde_json::to_string(&answer).map_err(|error| Error::internal("answer", error))
}

/// What a read works with.
pub struct Desk<'a> {
    pub client: &'a Client,
    pub business: BusinessId,
    /// The business's own day.
    pub today: Date,
    /// Search forgives typos.
    pub trigrams: bool,
}

impl<'a> Desk<'a> {
    pub async fn open(books: &Books, client: &'a Client) -> Result<Self> {
        let today = books.today(client, clock::now()).await?;
        Ok(Self { client, business: books.business, today, trigrams: books.trigrams })
    }
}

/// A tool in the list: how it looks, and how it runs.
pub struct Entry {
    pub name: &'static str,
    /// Made when it is first asked for, since the schemas of all of them take longer than everything else at the start.
    pub tool: LazyLock<Tool>,
    scopes: &'static [Scope],
    writes: bool,
    /// Reads arguments and throws them away.
    #[cfg(any(test, fuzzing))]
    pub parse: fn(&JsonObject, &Value) -> Result<()>,
    run: for<'a> fn(
        &'a Entry,
        &'a Books,
        &'a Callers,
        &'a Host<'a>,
        JsonObject,
    ) -> BoxFuture<'a, Result<Reply>>,
}

impl Entry {
    pub fn read<T: Read + 'static>() -> Self {
        Self {
            name: T::ABOUT.name,
            tool: LazyLock::new(|| {
                let output = schema::of_output::<Answer<T::View>>();
                describe(T::ABOUT, T::Args::schema(), output, hints(true, false))
            }),
            scopes: T::ABOUT.scopes,
            writes: false,
            #[cfg(any(test, fuzzing))]
            parse: |schema, arguments| args::parse::<T::Args>(schema, arguments).map(drop),
            run: |entry, books, _, _, arguments| Box::pin(run_read::<T>(entry, books, arguments)),
        }
    }

    pub fn write<T: Write + 'static>() -> Self {
        Self {
            name: T::ABOUT.name,
            tool: LazyLock::new(|| {
                let mut input = And::<T::Args, KeyArgs>::schema();
                let mut output = schema::of_output::<Answer<T::View>>();
                if T::ASKS {
                    input = schema::merge(input, ConfirmationArgs::schema());
                    output = schema::either(output, schema::of_output::<Preview>());
                }
                describe(T::ABOUT, input, output, hints(false, T::DESTRUCTIVE))
            }),
            scopes: T::ABOUT.scopes,
            writes: true,
            #[cfg(any(test, fuzzing))]
            parse: |schema, arguments| args::parse::<And<T::Args, KeyArgs>>(schema, arguments).map(drop),
            run: |entry, books, callers, host, arguments| {
                Box::pin(envelope::run::<T>(entry, books, callers, host, arguments))
            },
        }
    }

    /// Whether this caller may use it, and if not, why.
    pub fn permits(&self, caller: &Caller) -> Result<()> {
        if self.writes {
            caller.must_write()?;
        }
        self.scopes.iter().try_for_each(|scope| caller.must(*scope))
    }

    /// Runs the tool.
    pub async fn call(
        &self,
        books: &Books,
        callers: &Callers,
        host: &Host<'_>,
        arguments: JsonObject,
    ) -> Result<Reply> {
        let arguments = args::prepare(&self.tool.input_schema, arguments)?;
        (self.run)(self, books, callers, host, arguments).await
    }
}

/// Only reads may be repeated at will, and nothing here reaches beyond the database.
fn hints(read_only: bool, destructive: bool) -> ToolAnnotations {
    ToolAnnotations::new()
        .read_only(read_only)
        .destructive(destructive)
        .idempotent(read_only)
        .open_world(false)
}

fn describe(about: About, input: JsonObject, output: JsonObject, hints: ToolAnnotations) -> Tool {
    Tool::new(about.name, about.description, Arc::new(input))
        .with_title(about.title)
        .with_raw_output_schema(Arc::new(output))
        .with_annotations(hints)
}

async fn run_read<T: Read>(entry: &Entry, books: &Books, arguments: JsonObject) -> Result<Reply> {
    let arguments = &Value::Object(arguments);
    retry(T::ABOUT.name, |until| async move {
        let args = args::parse(&entry.tool.input_schema, arguments)?;
        let read =
            async |client: &mut Client| encode(T::call(&Desk::open(books, client).await?, args).await?);
        books.over(until, read).await.map(Reply::Done)
    })
    .await
}
