//! One call as the reader sees it: what the person says, which tool is called and with what, and what comes back;
//! and the checking of every figure.

use std::{
    fmt::Display,
    time::{Duration, Instant},
};

use serde_json::{Value, json};

use super::{
    figures,
    paper::{INDENT, Paper, Style},
    session::{Reply, Session},
    words::{self, Lang, Said},
};
use crate::error::{Error, Result};

pub(super) struct Stage<'a> {
    session: &'a mut Session,
    pub(super) paper: Paper,
    pub(super) lang: Lang,
    /// Calls of the conversation so far.
    step: usize,
    checked: usize,
}

/// What a tool answered.
pub(super) struct Answer {
    tool: &'static str,
    pub(super) value: Value,
}

impl Answer {
    /// What stands at a JSON pointer, as text; `—` where nothing does.
    pub(super) fn text(&self, pointer: &str) -> String {
        plain(self.value.pointer(pointer))
    }

    /// The elements of a list.
    pub(super) fn each(&self, pointer: &str) -> Vec<Answer> {
        let items = self.value.pointer(pointer).and_then(Value::as_array);
        let answer = |value: &Value| Answer { tool: self.tool, value: value.clone() };
        items.into_iter().flatten().map(answer).collect()
    }

    /// What stands at a JSON pointer, as an answer of its own.
    pub(super) fn part(&self, pointer: &str) -> Answer {
        let value = self.value.pointer(pointer).cloned().unwrap_or_default();
        Answer { tool: self.tool, value }
    }

    pub(super) fn id(&self, pointer: &str) -> Result<i64> {
        self.value
            .pointer(pointer)
            .and_then(Value::as_i64)
            .ok_or_else(|| wrong(self.tool, pointer, "an id", "none"))
    }
}

impl<'a> Stage<'a> {
    pub(super) fn new(session: &'a mut Session, paper: Paper, lang: Lang) -> Self {
        Self { session, paper, lang, step: 0, checked: 0 }
    }

    /// The words in the language of the show.
    pub(super) fn say(&self, said: &Said) -> &'static str {
        self.lang.of(said)
    }

    pub(super) fn money(&self, amount: &str) -> String {
        figures::money(self.lang, amount, "EUR")
    }

    /// Waits for the database, and tells how long that took since `begun`.
    pub(super) async fn open(&mut self, begun: Instant) -> Result<()> {
        let tools = self.session.count_tools().await?;
        if let Reply::Refused(why) = self.call("get_business", json!({})).await? {
            return Err(Error::unavailable(why, ""));
        }
        let seconds = figures::seconds(self.lang, begun.elapsed());
        let told = words::fill(self.say(&words::STARTED), &[&tools, &seconds]);
        self.paper.blank();
        self.paper.wrapped(Style::Dim, &told, "", "");
        Ok(())
    }

    /// A call that is not shown; what facturo asks back is answered with yes.
    pub(super) async fn quietly(&mut self, tool: &'static str, arguments: Value) -> Result<Answer> {
        let first = self.answered(tool, arguments.clone()).await?;
        if asks_back(&first) { self.confirm(arguments, &first).await } else { Ok(first) }
    }

    /// A step of the conversation: what the person says, and the call that the assistant makes of it. Where facturo asks
    /// back, the person reads the question, says yes, and the assistant calls again.
    pub(super) async fn ask(&mut self, said: &str, tool: &'static str, arguments: Value) -> Result<Answer> {
        self.show_step(said, tool, &arguments);
        let first = self.answered(tool, arguments.clone()).await?;
        if !asks_back(&first) {
            return Ok(first);
        }
        let indent = " ".repeat(INDENT);
        let question = first.text("/question");
        self.paper.wrapped(Style::Bad, &question, &format!("{indent}? "), &format!("{indent}  "));
        self.paper.wrapped(Style::Bold, self.say(&words::YES), &format!("{indent}— "), "");
        self.confirm(arguments, &first).await
    }

    async fn confirm(&mut self, mut arguments: Value, preview: &Answer) -> Result<Answer> {
        if let Value::Object(arguments) = &mut arguments {
            arguments.insert("confirmation_token".into(), json!(preview.text("/confirmation_token")));
        }
        let done = self.answered(preview.tool, arguments).await?;
        for total in ["/total", "/invoice/total", "/deleted/total"] {
            self.check(&done, &[(total, &preview.text(&format!("/preview{total}")))])?;
        }
        Ok(done)
    }

    async fn answered(&mut self, tool: &'static str, arguments: Value) -> Result<Answer> {
        match self.call(tool, arguments).await? {
            Reply::Done(value) => Ok(Answer { tool, value }),
            Reply::Refused(why) => Err(wrong(tool, "the answer", "a result", &why)),
        }
    }

    /// A step that must be refused, by an answer that says all of `reasons`. `gloss` is what the assistant makes of it.
    pub(super) async fn ask_in_vain(
        &mut self,
        said: &str,
        tool: &'static str,
        arguments: Value,
        reasons: &[&str],
        gloss: &str,
    ) -> Result<()> {
        self.show_step(said, tool, &arguments);
        let why = match self.call(tool, arguments).await? {
            Reply::Refused(why) => why,
            Reply::Done(value) => return Err(wrong(tool, "the answer", "a refusal", &value.to_string())),
        };
        for reason in reasons {
            if !why.contains(reason) {
                return Err(wrong(tool, "the refusal", reason, &why));
            }
            self.checked += 1;
        }
        let indent = " ".repeat(INDENT);
        self.paper.wrapped(Style::Bad, &why, &format!("{indent}✗ "), &format!("{indent}  "));
        self.paper.answer(Style::Plain, gloss);
        Ok(())
    }

    /// A step that reads a resource instead of calling a tool.
    pub(super) async fn open_resource(&mut self, said: &str, uri: &str) -> Result<Answer> {
        self.show_question(said);
        let call = format!("resources/read {uri}");
        self.paper.answer(Style::Tool, &call);
        let value = self.session.read(uri).await?;
        Ok(Answer { tool: "resources/read", value })
    }

    /// Compares figures of an answer with what they must be, and stops the show at the first that is off.
    pub(super) fn check(&mut self, answer: &Answer, figures: &[(&str, &dyn Display)]) -> Result<()> {
        for (pointer, expected) in figures {
            let (expected, found) = (expected.to_string(), answer.text(pointer));
            if found != expected {
                return Err(wrong(answer.tool, pointer, &expected, &found));
            }
            self.checked += 1;
        }
        Ok(())
    }

    async fn call(&mut self, tool: &'static str, arguments: Value) -> Result<Reply> {
        if self.paper.torn {
            return Err(Error::conflict("Nobody reads any more.", "The demonstration stops here."));
        }
        self.session.call(tool, arguments).await
    }

    fn show_step(&mut self, said: &str, tool: &str, arguments: &Value) {
        self.show_question(said);
        let call = format!("{tool}({})", members(arguments));
        let indent = " ".repeat(INDENT);
        self.paper.wrapped(Style::Tool, &call, &indent, &(indent.clone() + "  "));
    }

    fn show_question(&mut self, said: &str) {
        self.step += 1;
        self.paper.blank();
        let first = format!("{:>3}  ", self.step);
        self.paper.wrapped(Style::Bold, said, &first, &" ".repeat(INDENT));
    }

    /// What was shown, how fast it was, and how to go on.
    pub(super) fn close(&mut self, begun: Instant) {
        let (calls, median) = (self.session.times.len(), median(&mut self.session.times));
        let seconds = figures::seconds(self.lang, begun.elapsed());
        let milliseconds = figures::milliseconds(self.lang, median);
        self.paper.title(self.say(&words::END));
        let checked = figures::whole(self.lang, &self.checked.to_string());
        let sum = words::fill(self.say(&words::SHOWN), &[&checked]);
        self.paper.wrapped(Style::Good, &sum, "✓ ", "  ");
        let build =
            self.say(if cfg!(debug_assertions) { &words::DEBUG_BUILD } else { &words::RELEASE_BUILD });
        let speed = words::fill(self.say(&words::SPEED), &[&calls, &seconds, &milliseconds, &build]);
        self.paper.wrapped(Style::Plain, &speed, "  ", "  ");
        self.paper.blank();
        self.paper.paragraph(self.say(&words::GO_ON));
        self.paper.blank();
    }
}

fn asks_back(answer: &Answer) -> bool {
    answer.value.pointer("/confirmation_required") == Some(&Value::Bool(true))
}

fn wrong(tool: &str, what: &str, expected: &str, found: &str) -> Error {
    let what = what.trim_start_matches('/');
    Error::conflict(
        format!("The demonstration stops: {tool} answered {what}: {found}; expected: {expected}."),
        "This is a fault of facturo; please report it.",
    )
}

fn median(times: &mut [Duration]) -> Duration {
    times.sort_unstable();
    times.get(times.len() / 2).copied().unwrap_or_default()
}

fn plain(value: Option<&Value>) -> String {
    match value {
        None | Some(Value::Null) => "—".to_owned(),
        Some(Value::String(text)) => text.clone(),
        Some(other) => other.to_string(),
    }
}

/// JSON as one reads it aloud: names without quotes.
fn spoken(value: &Value) -> String {
    match value {
        Value::Object(_) => format!("{{{}}}", members(value)),
        Value::Array(items) => format!("[{}]", items.iter().map(spoken).collect::<Vec<_>>().join(", ")),
        other => other.to_string(),
    }
}

fn members(value: &Value) -> String {
    let pairs = value.as_object().into_iter().flatten();
    pairs.map(|(name, value)| format!("{name}: {}", spoken(value))).collect::<Vec<_>>().join(", ")
}
