//! Just enough of a lexer for Rust: words, the contents of strings, and marks. Comments and characters are left out.

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Kind {
    Word(String),
    Text(String),
    Mark(char),
}

#[derive(Clone, Debug)]
pub(super) struct Token {
    pub(super) kind: Kind,
    pub(super) line: usize,
}

impl Token {
    pub(super) fn word(&self) -> Option<&str> {
        if let Kind::Word(word) = &self.kind { Some(word) } else { None }
    }

    pub(super) fn text(&self) -> Option<&str> {
        if let Kind::Text(text) = &self.kind { Some(text) } else { None }
    }

    pub(super) fn is(&self, mark: char) -> bool {
        self.kind == Kind::Mark(mark)
    }
}

struct Lexer {
    chars: Vec<char>,
    at: usize,
    line: usize,
    tokens: Vec<Token>,
}

pub(super) fn lex(source: &str) -> Vec<Token> {
    let mut lexer = Lexer { chars: source.chars().collect(), at: 0, line: 1, tokens: Vec::new() };
    while lexer.at < lexer.chars.len() {
        lexer.step();
    }
    lexer.tokens
}

fn in_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

impl Lexer {
    fn peek(&self, ahead: usize) -> char {
        self.chars.get(self.at + ahead).copied().unwrap_or('\0')
    }

    fn take(&mut self) -> char {
        let c = self.peek(0);
        self.at += 1;
        self.line += usize::from(c == '\n');
        c
    }

    fn step(&mut self) {
        match (self.peek(0), self.peek(1)) {
            ('/', '/') => while self.at < self.chars.len() && self.take() != '\n' {},
            ('/', '*') => self.block_comment(),
            ('"', _) => self.string(),
            ('\'', _) => self.quote(),
            (c, _) if in_word(c) => self.word(),
            (c, _) if c.is_whitespace() => drop(self.take()),
            (c, _) => {
                self.tokens.push(Token { kind: Kind::Mark(c), line: self.line });
                self.take();
            }
        }
    }

    fn block_comment(&mut self) {
        let mut depth = 0;
        while self.at < self.chars.len() {
            match (self.peek(0), self.peek(1)) {
                ('/', '*') => depth += 1,
                ('*', '/') => depth -= 1,
                _ => {
                    self.take();
                    continue;
                }
            }
            self.at += 2;
            if depth == 0 {
                return;
            }
        }
    }

    fn string(&mut self) {
        let line = self.line;
        let mut text = String::new();
        self.take();
        while self.at < self.chars.len() {
            match self.take() {
                '"' => break,
                '\\' if self.peek(0) == '\n' => {
                    while self.peek(0).is_whitespace() {
                        self.take();
                    }
                }
                '\\' => text.push(self.take()),
                c => text.push(c),
            }
        }
        self.tokens.push(Token { kind: Kind::Text(text), line });
    }

    fn raw_string(&mut self) {
        let line = self.line;
        let mut end = String::from('"');
        while self.peek(0) == '#' {
            end.push(self.take());
        }
        self.take();
        let mut text = String::new();
        while self.at < self.chars.len() && !text.ends_with(&end) {
            text.push(self.take());
        }
        text.truncate(text.len().saturating_sub(end.len()));
        self.tokens.push(Token { kind: Kind::Text(text), line });
    }

    /// A character is passed over; of a lifetime only the tick is, and its name becomes a word.
    fn quote(&mut self) {
        self.take();
        if self.peek(0) == '\\' {
            self.at += 2;
            while self.at < self.chars.len() && self.take() != '\'' {}
        } else if self.peek(1) == '\'' {
            self.take();
            self.take();
        }
    }

    fn word(&mut self) {
        let line = self.line;
        let mut word = String::new();
        while in_word(self.peek(0)) {
            word.push(self.take());
        }
        let raw = matches!(word.as_str(), "r" | "br" | "cr");
        match (self.peek(0), self.peek(1)) {
            ('"', _) if raw => self.raw_string(),
            ('#', '"' | '#') if raw => self.raw_string(),
            ('#', c) if word == "r" && in_word(c) => drop(self.take()), // a raw identifier: its name comes next
            ('"', _) if matches!(word.as_str(), "b" | "c") => self.string(),
            ('\'', _) if word == "b" => self.quote(),
            _ => self.tokens.push(Token { kind: Kind::Word(word), line }),
        }
    }
}

#[test]
fn reads_words_strings_and_marks_and_nothing_else() {
    let source = concat!(
        "// crate::a\n/* b /* c */ d */ fn f<'a>(x: &'a str) -> char { '\\'' }\n",
        "let s = r#\"raw \"# ; \"es\\\"c\\\n   aped\"; b\"by\"; r#type; '\"'; '{'"
    );
    let words: Vec<_> = lex(source).iter().filter_map(|t| t.word().map(str::to_owned)).collect();
    assert_eq!(words, ["fn", "f", "a", "x", "a", "str", "char", "let", "s", "type"].map(String::from));
    let texts: Vec<_> = lex(source).iter().filter_map(|t| t.text().map(str::to_owned)).collect();
    assert_eq!(texts, ["raw ", "es\"caped", "by"].map(String::from));
    let braces = lex(source).iter().filter(|t| t.is('{')).count();
    assert_eq!(braces, 1);
    assert_eq!(lex("a\n\nb \"c\n\" d").iter().map(|t| t.line).collect::<Vec<_>>(), [1, 3, 3, 4]);
}
