//! What a person must be able to read about: the variables of the environment, and the tools.

use std::collections::BTreeSet;

use super::File;
use super::files::rust_under;
use super::tokens::{Token, lex};

const READMES: &[&str] = &["README.md", "README.es.md"];

/// Every FACTURO_… (and DATABASE_URL) that src/config.rs reads.
pub(super) fn variables(files: &[File]) -> Vec<String> {
    let mut names = BTreeSet::new();
    for file in files.iter().filter(|f| f.path == "src/config.rs") {
        let tokens = lex(&file.text);
        let ours = |text: &&str| {
            text.starts_with("FACTURO_")
                && text.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_')
        };
        names.extend(
            tokens
                .iter()
                .filter_map(Token::text)
                .filter(|t| ours(t) || *t == "DATABASE_URL")
                .map(str::to_owned),
        );
        if names.is_empty() {
            return vec!["src/config.rs reads no FACTURO_ variable that this test can see".into()];
        }
    }
    undocumented(files, &names)
}

/// Every tool of src/mcp/tools.
pub(super) fn tools(files: &[File]) -> Vec<String> {
    let sources = rust_under(files, "src/mcp/tools");
    let names: BTreeSet<String> = sources.iter().flat_map(|file| tools_of(&lex(&file.text))).collect();
    if !sources.is_empty() && names.is_empty() {
        return vec!["src/mcp/tools has no tool that this test can see".into()];
    }
    undocumented(files, &names)
}

/// The tools that `#[tool(…)]` makes, by `name = "…"` or else by the function's name, and those of `Tool::new("…"`.
fn tools_of(tokens: &[Token]) -> Vec<String> {
    let mut names = Vec::new();
    for (at, token) in tokens.iter().enumerate() {
        let next = |ahead: usize| tokens.get(at + ahead);
        let before = |back: usize| at.checked_sub(back).map(|at| &tokens[at]);
        if token.word() == Some("tool")
            && before(1).is_some_and(|t| t.is('['))
            && before(2).is_some_and(|t| t.is('#'))
        {
            let function = tokens[at..].windows(2).position(|two| two[0].word() == Some("fn"));
            let attribute = &tokens[at..at + function.unwrap_or_default()];
            let named =
                attribute.windows(3).find(|three| three[0].word() == Some("name") && three[1].is('='));
            let name = named.and_then(|three| three[2].text());
            names.extend(name.or_else(|| tokens[at + function? + 1].word()).map(str::to_owned));
        }
        if token.word() == Some("Tool") && next(3).and_then(Token::word) == Some("new") {
            names.extend(next(5).and_then(Token::text).map(str::to_owned));
        }
    }
    names
}

fn undocumented(files: &[File], names: &BTreeSet<String>) -> Vec<String> {
    let mut complaints = Vec::new();
    for readme in READMES {
        let text = files.iter().find(|f| f.path == *readme).map_or("", |f| f.text.as_str());
        let words: BTreeSet<&str> = text.split(|c: char| !c.is_alphanumeric() && c != '_').collect();
        complaints.extend(
            names
                .iter()
                .filter(|n| !words.contains(n.as_str()))
                .map(|n| format!("{readme} does not mention {n}")),
        );
    }
    complaints
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn complains_of_variables_that_no_readme_names() {
        let config =
            File::new("src/config.rs", "const A: &str = \"FACTURO_LOG\"; const B: &str = \"FACTURO_LOGS\";");
        let readmes = [
            File::new("README.md", "`FACTURO_LOG`, `FACTURO_LOGS`"),
            File::new("README.es.md", "`FACTURO_LOGS`"),
        ];
        let files = [&[config], readmes.as_slice()].concat();
        assert_eq!(variables(&files), ["README.es.md does not mention FACTURO_LOG"]);
        assert_eq!(variables(&[File::new("src/config.rs", "")]).len(), 1);
    }

    #[test]
    fn complains_of_tools_that_no_readme_names() {
        let code = "#[tool(name = \"get_client\", annotations(title = \"x\"))] async fn a() {}
            #[tool(description = \"y\")] pub async fn list_invoices() {}
            fn b() { Tool::new(\"issue_invoice\", c) }";
        let files = [
            File::new("src/mcp/tools/client.rs", code),
            File::new("README.md", "get_client list_invoices issue_invoice"),
        ];
        assert_eq!(
            tools(&files),
            ["get_client", "issue_invoice", "list_invoices"]
                .map(|t| format!("README.es.md does not mention {t}"))
        );
        assert_eq!(tools(&[File::new("src/mcp/tools/client.rs", "fn a() {}")]).len(), 1);
    }
}
