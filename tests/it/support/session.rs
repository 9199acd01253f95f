//! A conversation with the real binary: calls go in as a host writes them, answers come out as a model reads them.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use facturo::database::private_server::Settings;
use serde_json::{Value, json};

use super::database::Database;
use super::host::{End, Host, scratch};
use super::messages;
use crate::scratch::{FACTURO, configured, profile_file};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Era {
    /// 2025-11-25, which begins with a handshake.
    Handshake,
    /// 2026-07-28, in which each request says all.
    Stateless,
}

pub(crate) struct Session {
    pub(crate) host: Host,
    era: Era,
    /// What the host says that it can do.
    capabilities: Value,
    last_id: i64,
    /// Messages that came before somebody asked for them.
    early: Vec<Value>,
}

/// facturo in an environment that holds nothing else, as hosts start it; but that it asks nobody.
pub(crate) fn facturo() -> Command {
    facturo_at(Path::new(FACTURO))
}

pub(crate) fn facturo_at(executable: &Path) -> Command {
    let mut command = Command::new(executable);
    command.env_clear().env("FACTURO_CONFIRM", "never");
    let (bin_dir, search_path) = configured();
    let coverage = profile_file(); // where coverage is measured, of this program too
    let variables = [
        ("FACTURO_POSTGRES_BIN", bin_dir.map(Into::into)),
        ("PATH", search_path),
        ("LLVM_PROFILE_FILE", coverage),
    ];
    command.envs(variables.into_iter().filter_map(|(name, value)| Some((name, value?))));
    command
}

/// Serves from a private server of these settings.
pub(crate) fn facturo_with(executable: &Path, settings: &Settings) -> Command {
    let mut command = facturo_at(executable);
    command.env("FACTURO_DATA_DIR", &settings.data_dir);
    command.env("FACTURO_LINGER", settings.linger.as_secs().to_string());
    if let Some(dir) = &settings.bin_dir {
        command.env("FACTURO_POSTGRES_BIN", dir);
    }
    if !settings.durable {
        command.env("FACTURO_SCRATCH", "1");
    }
    command
}

impl Session {
    /// The usual: on a database, in the era that hosts speak today.
    pub(crate) fn on(database: &Database) -> Self {
        Self::start(facturo().env("DATABASE_URL", database.url()), Era::Handshake)
    }

    pub(crate) fn start(command: &mut Command, era: Era) -> Self {
        Self::start_with(command, era, json!({}))
    }

    pub(crate) fn start_with(command: &mut Command, era: Era, capabilities: Value) -> Self {
        let log = scratch("log");
        command.stderr(File::create(&log).unwrap());
        Self::start_logging(command, era, capabilities, log)
    }

    /// With a log that nobody reads.
    pub(crate) fn start_unread(command: &mut Command, era: Era) -> Self {
        Self::start_logging(command.stderr(Stdio::piped()), era, json!({}), scratch("log"))
    }

    fn start_logging(command: &mut Command, era: Era, capabilities: Value, log: PathBuf) -> Self {
        command.stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let (input, output) = (child.stdin.take().unwrap(), child.stdout.take().unwrap());
        let host = Host::of(child, Some(input.into()), output.into(), log);
        let mut session = Self { host, era, capabilities, last_id: 0, early: Vec::new() };
        match era {
            Era::Handshake => {
                session.host.write(messages::initialize_with(0, &session.capabilities));
                let answer = session.answer_to(0);
                assert_eq!(answer["result"]["protocolVersion"], "2025-11-25", "{answer}");
            }
            Era::Stateless => {
                let answer = session.request("server/discover", json!({}));
                let versions = &answer["result"]["supportedVersions"];
                assert!(versions.as_array().unwrap().contains(&json!("2026-07-28")), "{answer}");
            }
        }
        session
    }

    /// What the host says from here on that it can do, in the era in which each request says it.
    pub(crate) fn host_can(&mut self, capabilities: Value) {
        self.capabilities = capabilities;
    }

    /// Writes a request and answers its id.
    pub(crate) fn send(&mut self, method: &str, params: Value) -> i64 {
        self.last_id += 1;
        let line = match self.era {
            Era::Handshake => messages::request(self.last_id, method, params),
            Era::Stateless => messages::stateless_with(self.last_id, method, params, &self.capabilities),
        };
        self.host.write(line);
        self.last_id
    }

    pub(crate) fn send_call(&mut self, tool: &str, arguments: Value) -> i64 {
        self.send("tools/call", json!({"name": tool, "arguments": arguments}))
    }

    /// The whole answer to a request, whatever is answered before it.
    pub(crate) fn answer_to(&mut self, id: i64) -> Value {
        self.message(|message| message["id"] == id && message.get("method").is_none())
    }

    /// The next request or notification of the server's with this method.
    pub(crate) fn asked(&mut self, method: &str) -> Value {
        self.message(|message| message["method"] == method)
    }

    /// Answers a request of the server's.
    pub(crate) fn answer(&mut self, asked: &Value, result: Value) {
        let line = json!({"jsonrpc": "2.0", "id": asked["id"], "result": result});
        self.host.write(format!("{line}\n"));
    }

    fn message(&mut self, is_it: impl Fn(&Value) -> bool) -> Value {
        if let Some(at) = self.early.iter().position(&is_it) {
            return self.early.remove(at);
        }
        loop {
            let message = self.host.read();
            if is_it(&message) {
                return message;
            }
            self.early.push(message);
        }
    }

    pub(crate) fn request(&mut self, method: &str, params: Value) -> Value {
        let id = self.send(method, params);
        self.answer_to(id)
    }

    /// What the model reads of an answer to a call: structured content, or the text of a refusal.
    pub(crate) fn outcome(&mut self, id: i64) -> Result<Value, String> {
        Self::read_outcome(&self.answer_to(id))
    }

    pub(crate) fn read_outcome(answer: &Value) -> Result<Value, String> {
        let result = &answer["result"];
        let text = result["content"][0]["text"].as_str().unwrap_or_else(|| panic!("no result: {answer}"));
        if result["isError"] == true {
            assert!(result.get("structuredContent").is_none(), "{answer}");
            return Err(text.to_owned());
        }
        let copy: Value = serde_json::from_str(text).unwrap();
        assert_eq!(result["structuredContent"], copy, "the text is not a copy");
        Ok(copy)
    }

    pub(crate) fn attempt(&mut self, tool: &str, arguments: Value) -> Result<Value, String> {
        let id = self.send_call(tool, arguments);
        self.outcome(id)
    }

    /// A call that goes well.
    #[track_caller]
    pub(crate) fn call(&mut self, tool: &str, arguments: Value) -> Value {
        let told = arguments.to_string();
        self.attempt(tool, arguments).unwrap_or_else(|text| panic!("{tool} {told} was refused: {text}"))
    }

    /// A call that is refused, and how.
    #[track_caller]
    pub(crate) fn refuse(&mut self, tool: &str, arguments: Value) -> String {
        let told = arguments.to_string();
        match self.attempt(tool, arguments) {
            Err(text) => text,
            Ok(answer) => panic!("{tool} {told} was not refused: {answer}"),
        }
    }

    /// The JSON of a resource, or the error of the protocol.
    pub(crate) fn read_resource(&mut self, uri: &str) -> Result<Value, Value> {
        let answer = self.request("resources/read", json!({"uri": uri}));
        let Some(contents) = answer["result"]["contents"].as_array() else {
            return Err(answer["error"].clone());
        };
        assert_eq!(contents.len(), 1, "{answer}");
        assert_eq!(
            (&contents[0]["uri"], &contents[0]["mimeType"]),
            (&json!(uri), &json!("application/json"))
        );
        Ok(serde_json::from_str(contents[0]["text"].as_str().unwrap()).unwrap())
    }

    /// Every item of a list, page by page, each page of `limit`.
    #[track_caller]
    pub(crate) fn pages(&mut self, tool: &str, mut arguments: Value, limit: usize) -> Vec<Value> {
        arguments["limit"] = json!(limit);
        let mut items = Vec::new();
        loop {
            let page = self.call(tool, arguments.clone());
            let found = page["items"].as_array().unwrap();
            items.extend(found.iter().cloned());
            let Some(cursor) = page.get("next_cursor") else { return items };
            assert_eq!(found.len(), limit, "a page that is not the last is full");
            arguments["cursor"] = cursor.clone();
        }
    }

    pub(crate) fn tools(&mut self) -> Vec<Value> {
        self.request("tools/list", json!({}))["result"]["tools"].as_array().unwrap().clone()
    }

    /// Ends as hosts end a session.
    pub(crate) fn close(self) -> End {
        self.host.close()
    }
}
