//! Every path (`a::b::c`) that a Rust file mentions, with groups written out.

use super::tokens::{Token, lex};

#[derive(Debug)]
pub(super) struct Mention {
    pub(super) segments: Vec<String>,
    pub(super) line: usize,
    /// How many `mod x { … }` of this file it stands in.
    pub(super) depth: usize,
}

impl Mention {
    pub(super) fn first(&self) -> &str {
        &self.segments[0]
    }

    pub(super) fn has_pair(&self, pair: (&str, &str)) -> bool {
        self.segments.windows(2).any(|two| two[0] == pair.0 && two[1] == pair.1)
    }
}

pub(super) fn mentions(source: &str) -> Vec<Mention> {
    let tokens = lex(source);
    let mut walk = Walk { tokens: &tokens, at: 0, depth: 0, found: Vec::new() };
    let mut braces = Vec::new();
    while let Some(token) = tokens.get(walk.at) {
        if token.word().is_some() {
            walk.path(&[]);
            continue;
        }
        if token.is('{') {
            let module = walk.at >= 2 && tokens[walk.at - 2].word() == Some("mod");
            braces.push(module);
            walk.depth += usize::from(module);
        } else if token.is('}') {
            walk.depth -= usize::from(braces.pop().unwrap_or(false));
        }
        walk.at += 1;
    }
    walk.found
}

struct Walk<'t> {
    tokens: &'t [Token],
    at: usize,
    depth: usize,
    found: Vec<Mention>,
}

impl Walk<'_> {
    fn colons(&self) -> bool {
        let mark = |ahead: usize| self.tokens.get(self.at + ahead).is_some_and(|t| t.is(':'));
        mark(0) && mark(1)
    }

    /// Reads one path, which starts at a word, a `*` or a group.
    fn path(&mut self, prefix: &[String]) {
        let line = self.tokens[self.at].line;
        let mut segments = prefix.to_vec();
        loop {
            match self.tokens.get(self.at) {
                Some(token) if token.word().is_some() => segments.extend(token.word().map(str::to_owned)),
                Some(token) if token.is('*') => segments.push("*".into()),
                Some(token) if token.is('{') => return self.group(&segments),
                _ => break,
            }
            self.at += 1;
            if !self.colons() {
                break;
            }
            self.at += 2;
        }
        self.found.push(Mention { segments, line, depth: self.depth });
    }

    fn group(&mut self, prefix: &[String]) {
        self.at += 1;
        while let Some(token) = self.tokens.get(self.at) {
            if token.is('}') {
                self.at += 1;
                return;
            }
            if token.is(',') {
                self.at += 1;
            } else if token.word() == Some("as") {
                self.at += 2;
            } else if token.word().is_some() || token.is('*') || token.is('{') {
                self.path(prefix);
            } else {
                self.at += 1;
            }
        }
    }
}

#[test]
fn writes_groups_out() {
    let found =
        mentions("use crate::{domain::{money::Money, self as d}, error::*}; mod t { fn f() { super::g() } }");
    let paths: Vec<_> = found.iter().map(|m| m.segments.join("::")).collect();
    for path in ["crate::domain::money::Money", "crate::domain::self", "crate::error::*"] {
        assert!(paths.iter().any(|p| p == path), "{path} in {paths:?}");
    }
    assert_eq!(found.iter().find(|m| m.first() == "super").map(|m| m.depth), Some(1));
}
