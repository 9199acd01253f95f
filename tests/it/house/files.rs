//! The repo's own text files.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

/// A text file: its path from the repo's root, with `/`, and what it says.
#[derive(Clone, Debug)]
pub(super) struct File {
    pub(super) path: String,
    pub(super) text: String,
}

impl File {
    pub(super) fn new(path: &str, text: &str) -> Self {
        Self { path: path.into(), text: text.into() }
    }
}

/// What builds and tools leave behind, what only one machine has, and what is generated.
const NOT_OURS: &[&str] = &[".git", ".env", ".venv", "target", "node_modules", "__pycache__", "Cargo.lock"];

pub(super) fn repository() -> Vec<File> {
    let mut files = Vec::new();
    collect(Path::new(env!("CARGO_MANIFEST_DIR")), "", &mut files);
    files.sort_by(|a, b| a.path.cmp(&b.path));
    files
}

fn collect(dir: &Path, prefix: &str, files: &mut Vec<File>) {
    for entry in fs::read_dir(dir).expect("the repo can be read") {
        let entry = entry.expect("the repo can be read");
        let name = entry.file_name().into_string().expect("file names are UTF-8");
        if NOT_OURS.contains(&name.as_str()) {
            continue;
        }
        let path = format!("{prefix}{name}");
        let kind = entry.file_type().expect("the repo can be read");
        if kind.is_dir() {
            collect(&entry.path(), &format!("{path}/"), files);
        } else if kind.is_file()
            && let Ok(text) = fs::read_to_string(entry.path())
        {
            files.push(File { path, text });
        }
    }
}

pub(super) fn rust_under(files: &[File], prefix: &str) -> Vec<File> {
    files.iter().filter(|f| f.path.starts_with(prefix) && f.path.ends_with(".rs")).cloned().collect()
}

/// What of src/, sql/ and the READMEs is there and not listed, and the other way round.
pub(super) fn differences(files: &[File], listed: &[&str]) -> Vec<String> {
    let there: BTreeSet<String> = files.iter().filter_map(|f| subject(&f.path)).collect();
    let listed: BTreeSet<String> = listed.iter().map(ToString::to_string).collect();
    let gone = listed.difference(&there).map(|path| format!("{path} must exist, and does not"));
    let new = there.difference(&listed).map(|path| format!("{path} is new: add it to MUST_EXIST"));
    gone.chain(new).collect()
}

fn subject(path: &str) -> Option<String> {
    let parts: Vec<&str> = path.split('/').collect();
    match parts.as_slice() {
        ["src", "mcp", "tools", ..] => Some("src/mcp/tools".into()),
        [top @ ("src" | "sql"), second, ..] => Some(format!("{top}/{second}")),
        [name @ ("README.md" | "README.es.md")] => Some((*name).into()),
        _ => None,
    }
}

#[test]
fn complains_of_what_is_gone_and_of_what_is_new() {
    let files = [File::new("src/domain/money.rs", ""), File::new("sql/queries/client/get.sql", "")];
    assert_eq!(
        differences(&files, &["src/domain", "src/config.rs"]),
        ["src/config.rs must exist, and does not", "sql/queries is new: add it to MUST_EXIST"]
    );
}
