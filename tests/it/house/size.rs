//! Functions that fit on a page, files that can be read in one go.

use super::File;
use super::tokens::{Token, lex};

const LINES_OF_A_FUNCTION: usize = 70;
const LINES_OF_A_FILE: usize = 600;

pub(super) fn check(files: &[File]) -> Vec<String> {
    let mut complaints = Vec::new();
    for file in files {
        let lines = file.text.lines().count();
        if lines > LINES_OF_A_FILE {
            complaints.push(format!("{}: {lines} lines, at most {LINES_OF_A_FILE}", file.path));
        }
        let tokens = lex(&file.text);
        for (at, two) in tokens.windows(2).enumerate() {
            let (Some("fn"), Some(name)) = (two[0].word(), two[1].word()) else { continue };
            let lines = end_of_function(&tokens[at..]) + 1 - two[0].line;
            if lines > LINES_OF_A_FUNCTION {
                let line = two[0].line;
                complaints.push(format!(
                    "{}:{line}: {name} has {lines} lines, at most {LINES_OF_A_FUNCTION}",
                    file.path
                ));
            }
        }
    }
    complaints
}

/// The line of the brace that closes the body, or of the semicolon where there is none.
fn end_of_function(tokens: &[Token]) -> usize {
    let mut open = 0;
    for token in tokens {
        if token.is('{') || token.is('(') || token.is('[') {
            open += 1;
        } else if token.is('}') || token.is(')') || token.is(']') {
            open -= 1;
            if open == 0 && token.is('}') {
                return token.line;
            }
        } else if token.is(';') && open == 0 {
            return token.line;
        }
    }
    tokens.last().map_or(0, |token| token.line)
}

#[test]
fn complains_of_long_functions_and_files() {
    let body = |lines: usize| format!("fn f(\n) -> [u8; 2] {{\n{}}}\nfn g();\n", "x();\n".repeat(lines - 3));
    assert!(check(&[File::new("src/a.rs", &body(70))]).is_empty());
    assert_eq!(check(&[File::new("src/a.rs", &body(71))]), ["src/a.rs:1: f has 71 lines, at most 70"]);
    assert!(check(&[File::new("src/a.rs", &"\n".repeat(600))]).is_empty());
    assert_eq!(check(&[File::new("src/a.rs", &"\n".repeat(601))]), ["src/a.rs: 601 lines, at most 600"]);
}
