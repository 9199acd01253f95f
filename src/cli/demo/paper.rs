//! What the demonstration is printed on: 80 columns, and a little colour where a person looks at it.

use std::io::{IsTerminal as _, Write as _, stdout};

const WIDTH: usize = 80;
/// Where answers begin.
pub(super) const INDENT: usize = 5;

#[derive(Clone, Copy)]
pub(super) enum Style {
    Plain,
    Bold,
    Dim,
    Tool,
    Good,
    Bad,
}

impl Style {
    fn code(self) -> &'static str {
        match self {
            Self::Plain => "",
            Self::Bold => "\x1b[1m",
            Self::Dim => "\x1b[2m",
            Self::Tool => "\x1b[36m",
            Self::Good => "\x1b[32m",
            Self::Bad => "\x1b[33m",
        }
    }
}

/// Which way a column leans: `l` or `r`, one letter each.
pub(super) type Lean<'a> = &'a str;

pub(super) struct Paper {
    colour: bool,
    /// Nobody reads any more: the other end of the pipe is closed.
    pub(super) torn: bool,
}

impl Paper {
    pub(super) fn new(colour_allowed: bool) -> Self {
        Self { colour: colour_allowed && stdout().is_terminal(), torn: false }
    }

    pub(super) fn line(&mut self, style: Style, text: &str) {
        let text = text.trim_end();
        let (on, off) = match style.code() {
            on if self.colour && !on.is_empty() && !text.is_empty() => (on, "\x1b[0m"),
            _ => ("", ""),
        };
        self.torn |= writeln!(stdout(), "{on}{text}{off}").is_err();
    }

    pub(super) fn blank(&mut self) {
        self.line(Style::Plain, "");
    }

    pub(super) fn title(&mut self, text: &str) {
        self.blank();
        self.line(Style::Bold, text);
        self.line(Style::Dim, &"─".repeat(WIDTH));
    }

    /// Text from the left edge on.
    pub(super) fn paragraph(&mut self, text: &str) {
        self.wrapped(Style::Plain, text, "", "");
    }

    /// An answer, indented.
    pub(super) fn answer(&mut self, style: Style, text: &str) {
        let indent = " ".repeat(INDENT);
        self.wrapped(style, text, &indent, &indent);
    }

    /// Text broken at spaces: `first` stands before its first line, `rest` before the others.
    pub(super) fn wrapped(&mut self, style: Style, text: &str, first: &str, rest: &str) {
        for line in wrap(text, first, rest) {
            self.line(style, &line);
        }
    }

    /// Rows in columns; answers how wide they are.
    pub(super) fn table(&mut self, lean: Lean<'_>, rows: &[Vec<String>]) -> usize {
        let widths: Vec<usize> = (0..lean.len())
            .map(|column| rows.iter().filter_map(|row| row.get(column)).map(|cell| width(cell)).max())
            .map(Option::unwrap_or_default)
            .collect();
        for row in rows {
            let cells = row.iter().zip(&widths).zip(lean.chars()).map(|((cell, width), lean)| {
                let blank = " ".repeat(width - self::width(cell));
                if lean == 'r' { blank + cell } else { cell.clone() + &blank }
            });
            let line = cells.filter(|cell| !cell.is_empty()).collect::<Vec<_>>().join("  ");
            self.line(Style::Plain, &(" ".repeat(INDENT) + &line));
        }
        let filled = widths.iter().filter(|width| **width > 0);
        filled.clone().sum::<usize>() + 2 * filled.count().saturating_sub(1)
    }
}

/// Columns of a text; what is printed here has no letters of more than one column.
pub(super) fn width(text: &str) -> usize {
    text.chars().count()
}

/// A space that no line breaks at.
const TIED: &str = "\u{a0}";
/// Signs and units that stay beside their number.
const UNITS: [&str; 5] = [" €", " %", " s ", " s.", " ms "];

fn wrap(text: &str, first: &str, rest: &str) -> Vec<String> {
    let kept = |text: String, unit: &&str| text.replace(unit, &unit.replacen(' ', TIED, 1));
    let text = UNITS.iter().fold(text.to_owned(), kept);
    let mut lines = vec![];
    let mut line = first.to_owned();
    let mut begun = false;
    for word in text.split(' ') {
        if begun && width(&line) + 1 + width(word) > WIDTH {
            lines.push(std::mem::replace(&mut line, rest.to_owned()));
        } else if begun {
            line.push(' ');
        }
        line.push_str(word);
        begun = true;
    }
    lines.push(line);
    lines.into_iter().map(|line| line.replace(TIED, " ")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_breaks_at_spaces_and_keeps_its_words() {
        let text = "una palabra tras otra ".repeat(9);
        let lines = wrap(text.trim_end(), "  «", "   ");
        assert!(lines.len() > 2 && lines.iter().all(|line| width(line) <= WIDTH), "{lines:?}");
        let words: Vec<&str> = lines.iter().flat_map(|line| line.split_whitespace()).collect();
        assert_eq!(words.join(" "), format!("«{}", text.trim_end()));
        let amount = wrap(&format!("{} 1.461,20 € más", "x".repeat(70)), "", "");
        assert_eq!(amount[1], "1.461,20 € más");
    }
}
