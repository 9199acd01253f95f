//! The chain of a business's records as it is kept, and whether it still is what was written (art. 8 of RD 1007/2023:
//! integrity and traceability; art. 7 of the Orden).
//!
//! The hash that the Orden prescribes covers eight fields, so that a changed buyer or rate would go unseen. Each kept
//! record therefore has a seal as well, over all its text, its invoice and the seal before it.

use std::fmt;

use time::OffsetDateTime;

use super::{Act, Previous, Record, moment, sha256};
use crate::domain::{ids::InvoiceId, node::Node};

/// A record as it is kept.
#[derive(Debug, Clone)]
pub struct Link {
    pub place: i64,
    pub invoice_id: InvoiceId,
    /// `registration` or `cancellation`, once more, for those who look for it.
    pub kind: String,
    /// The canonical text of the record's form ([`Record::text`]).
    pub text: String,
    /// `text`, read; none where it is no record.
    pub form: Option<Node>,
    /// The record's hash once more, for those who look for it.
    pub hash: String,
    pub seal: String,
}

/// The last record of the chain, for the one that comes after it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head {
    pub previous: Previous,
    pub seal: String,
}

/// Where a chain should end, as it is kept beside it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct End {
    pub place: i64,
    pub hash: String,
    pub seal: String,
}

/// The first place where the chain does not hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Break {
    pub place: i64,
    /// The invoice that the record speaks of, as far as it can be read.
    pub number: Option<String>,
    pub flaw: Flaw,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Flaw {
    /// The record of this place is not there.
    Missing,
    /// Its text is no record.
    Unreadable,
    /// Its hash is not that of its fields, or not the one kept beside it.
    Hash { written: String, computed: String },
    /// It names another hash than that of the record before.
    PreviousHash,
    /// It names another invoice than that of the record before; or it is the first and names one, or the other way round.
    PreviousInvoice,
    /// It was made before the record before it.
    Time { at: OffsetDateTime, previous: OffsetDateTime },
    /// Something that the hash does not cover was changed: any field, or the invoice it belongs to.
    Seal,
}

impl Record {
    /// What is kept of the record, to the letter.
    pub fn text(&self) -> String {
        self.form().json()
    }
}

/// The seal of a record: SHA-256 over the seal before it, its place, its invoice and its text.
pub fn seal(previous: Option<&str>, place: i64, invoice: InvoiceId, text: &str) -> String {
    sha256(&format!("{}\n{place}\n{invoice}\n{text}", previous.unwrap_or_default()))
}

/// Walks along the chain, record by record, from any place on.
#[derive(Debug, Clone, Default)]
pub struct Walk {
    last: Option<Head>,
}

impl Walk {
    /// Begins behind a record that is known to be right.
    pub fn after(head: Head) -> Self {
        Self { last: Some(head) }
    }

    pub fn step(&mut self, link: &Link) -> Result<Record, Break> {
        let place = self.last.as_ref().map_or(1, |head| head.previous.place + 1);
        let flawed = |number: Option<&str>, flaw| Break { place, number: number.map(str::to_owned), flaw };
        if link.place != place {
            return Err(flawed(None, Flaw::Missing));
        }
        let read = link.form.as_ref().and_then(|form| Record::from_form(place, form));
        let Some(record) = read else { return Err(flawed(None, Flaw::Unreadable)) };
        let last = self.last.as_ref();
        let seal = seal(last.map(|head| head.seal.as_str()), place, link.invoice_id, &link.text);
        let flaw = flaw(&record, last.map(|head| &head.previous), &link.hash);
        let canonical = record.text() == link.text && kind(&record) == link.kind;
        match flaw.or_else(|| (seal != link.seal || !canonical).then_some(Flaw::Seal)) {
            Some(flaw) => Err(flawed(Some(&record.invoice.number), flaw)),
            None => {
                self.last = Some(Head { previous: record.as_previous(), seal });
                Ok(record)
            }
        }
    }

    /// Whether the chain ends where it should; none for a business without records.
    pub fn end(&self, expected: Option<&End>) -> Result<(), Break> {
        let reached = self.last.as_ref().map(|Head { previous, seal }| End {
            place: previous.place,
            hash: previous.pointer.hash.clone(),
            seal: seal.clone(),
        });
        if reached.as_ref() == expected {
            return Ok(());
        }
        let place = reached.map_or(1, |end| end.place + 1);
        match expected {
            Some(end) if end.place >= place => Err(Break { place, number: None, flaw: Flaw::Missing }),
            _ => {
                let last = self.last.as_ref().map(|head| &head.previous);
                let place = last.map_or(0, |last| last.place);
                let number = last.map(|last| last.pointer.invoice.number.clone());
                Err(Break { place, number, flaw: Flaw::Seal })
            }
        }
    }
}

/// What the Orden itself can see.
fn flaw(record: &Record, last: Option<&Previous>, kept_hash: &str) -> Option<Flaw> {
    match (record.previous.as_ref(), last.map(|last| &last.pointer)) {
        (Some(named), Some(last)) if named.hash != last.hash => return Some(Flaw::PreviousHash),
        (named, last) if named != last => return Some(Flaw::PreviousInvoice),
        _ => {}
    }
    let computed = record.computed_hash();
    if record.hash != computed || kept_hash != computed {
        let written = if record.hash == computed { kept_hash } else { &record.hash };
        return Some(Flaw::Hash { written: written.to_owned(), computed });
    }
    let at = record.generated_at;
    last.filter(|last| at < last.generated_at).map(|last| Flaw::Time { at, previous: last.generated_at })
}

impl fmt::Display for Break {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Record {}", self.place)?;
        if let Some(number) = &self.number {
            write!(f, " (invoice {number})")?;
        }
        match &self.flaw {
            Flaw::Missing => f.write_str(" is missing."),
            Flaw::Unreadable => f.write_str(" cannot be read."),
            Flaw::Hash { written, computed } => {
                write!(f, " has the hash {written}, but its fields give {computed}.")
            }
            Flaw::PreviousHash => f.write_str(" names another hash than that of the record before it."),
            Flaw::PreviousInvoice => f.write_str(" names another invoice than that of the record before it."),
            Flaw::Time { at, previous } => {
                write!(
                    f,
                    " was made at {}, before the record before it ({}).",
                    moment(*at),
                    moment(*previous)
                )
            }
            Flaw::Seal => f.write_str(" was changed after it was written."),
        }
    }
}

impl Link {
    /// A record as it is to be kept, behind the end of the chain.
    pub fn new(record: &Record, invoice_id: InvoiceId, head: Option<&Head>) -> Self {
        let text = record.text();
        let seal = seal(head.map(|head| head.seal.as_str()), record.place, invoice_id, &text);
        Self {
            place: record.place,
            invoice_id,
            kind: kind(record).to_owned(),
            text,
            form: Some(record.form()),
            hash: record.hash.clone(),
            seal,
        }
    }
}

fn kind(record: &Record) -> &'static str {
    match record.act {
        Act::Registration(_) => "registration",
        Act::Cancellation => "cancellation",
    }
}

impl Head {
    pub fn of(record: &Record, link: &Link) -> Self {
        Self { previous: record.as_previous(), seal: link.seal.clone() }
    }
}

#[cfg(test)]
#[path = "chain_tests.rs"]
mod tests;
