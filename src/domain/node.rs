//! A record or a document as a tree of named texts: what XML and JSON have in common.

use std::{borrow::Cow, fmt::Write as _};

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Node {
    Text(String),
    Group(Vec<(Cow<'static, str>, Node)>),
    /// The same element several times.
    Many(Vec<Node>),
}

impl Node {
    pub fn text(text: impl Into<String>) -> Self {
        Self::Text(text.into())
    }

    /// What stands under a name.
    pub fn get(&self, name: &str) -> Option<&Self> {
        match self {
            Self::Group(fields) => fields.iter().find(|(known, _)| known == name).map(|(_, node)| node),
            Self::Text(_) | Self::Many(_) => None,
        }
    }

    /// One canonical text: JSON without spaces, fields in the order in which they were put, only what must be escaped
    /// escaped. It is what is kept, and what is sealed.
    pub fn json(&self) -> String {
        let mut out = String::new();
        self.write(&mut out);
        out
    }

    fn write(&self, out: &mut String) {
        match self {
            Self::Text(text) => quote(text, out),
            Self::Group(fields) => {
                out.push('{');
                for (index, (name, node)) in fields.iter().enumerate() {
                    if index > 0 {
                        out.push(',');
                    }
                    quote(name, out);
                    out.push(':');
                    node.write(out);
                }
                out.push('}');
            }
            Self::Many(nodes) => {
                out.push('[');
                for (index, node) in nodes.iter().enumerate() {
                    if index > 0 {
                        out.push(',');
                    }
                    node.write(out);
                }
                out.push(']');
            }
        }
    }
}

/// A group as it is put together, field by field.
#[derive(Default)]
pub struct Fields(Vec<(Cow<'static, str>, Node)>);

impl Fields {
    #[must_use]
    pub fn put(mut self, name: &'static str, node: Node) -> Self {
        self.0.push((name.into(), node));
        self
    }

    #[must_use]
    pub fn maybe(self, name: &'static str, node: Option<Node>) -> Self {
        match node {
            Some(node) => self.put(name, node),
            None => self,
        }
    }

    #[must_use]
    pub fn text(self, name: &'static str, text: impl Into<String>) -> Self {
        self.put(name, Node::text(text))
    }

    /// Those of the texts that are there.
    #[must_use]
    pub fn texts(self, texts: impl IntoIterator<Item = (&'static str, Option<String>)>) -> Self {
        texts.into_iter().fold(self, |fields, (name, text)| fields.maybe(name, text.map(Node::Text)))
    }

    pub fn group(self) -> Node {
        Node::Group(self.0)
    }
}

fn quote(text: &str, out: &mut String) {
    out.push('"');
    for c in text.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            c if c < ' ' => {
                let _ = write!(out, "\\u{:04x}", u32::from(c)); // a String takes all that is written to it
            }
            c => out.push(c),
        }
    }
    out.push('"');
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn the_canonical_text_is_json(name in ".*", text in ".*") {
            let node = Node::Group(vec![
                (name.clone().into(), Node::text(text.clone())),
                ("many".into(), Node::Many(vec![Node::text("a"), Node::text(text.clone())])),
            ]);
            let read: serde_json::Value = serde_json::from_str(&node.json()).unwrap();
            if name != "many" {
                prop_assert_eq!(read[&name].as_str(), Some(text.as_str()));
            }
            prop_assert_eq!(read["many"][1].as_str(), Some(text.as_str()));
        }
    }
}
