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

/// The tools that present themselves: those of `About { name: "…"`.
fn tools_of(tokens: &[Token]) -> Vec<String> {
    let presented = tokens.windows(5).filter_map(|five| {
        let [about, open, field, colon, name] = five else { return None };
        let begins = about.word() == Some("About") && open.is('{');
        let names = field.word() == Some("name") && colon.is(':');
        (begins && names).then(|| name.text().map(str::to_owned))?
    });
    presented.collect()
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
        let code =
            "struct A; impl Read for A { const ABOUT: About = About { name: \"get_client\", title: \"x\" }; }
            // About { name: \"not_a_tool\" }
            const B: About = About { name: \"list_invoices\", title: \"y\" };
            const C: About =
                About { name: \"issue_invoice\" };
            pub struct About { pub name: &'static str }";
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
