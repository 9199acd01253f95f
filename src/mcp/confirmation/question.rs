//! What a person is asked, in the language of the business. Our sentences are made of numbers, dates and amounts; whom it
//! concerns is somebody's text, and stands in a field of its own.

use crate::domain::codes;

/// The languages in which questions are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Language {
    Es,
    En,
}

impl From<codes::Language> for Language {
    fn from(language: codes::Language) -> Self {
        if language.code() == "es" { Self::Es } else { Self::En }
    }
}

/// What would be done, as it would come out.
pub struct Question {
    pub act: Act,
    /// As stored.
    pub client: String,
}

pub enum Act {
    Issue(Invoice),
    Correct {
        corrective: Invoice,
        original: Invoice,
    },
    Cancel(Invoice),
    DeleteDraft(Invoice),
    /// With the sum of the drafts in each currency.
    DeleteClient {
        id: i64,
        drafts: usize,
        sums: Vec<(String, String)>,
    },
    ReversePayment {
        id: i64,
        amount: String,
        invoice: Invoice,
    },
}

/// What is told of an invoice. Amounts are plain decimal numbers, dates YYYY-MM-DD.
pub struct Invoice {
    pub id: i64,
    /// Absent on drafts, and where it came from elsewhere and is somebody's text.
    pub number: Option<String>,
    pub issue_date: String,
    pub due_date: String,
    pub total: String,
    pub payable: String,
    pub outstanding: String,
    pub currency: String,
}

impl Question {
    /// Our own words: what would happen, and that it stands.
    pub fn text(&self, language: Language) -> String {
        match language {
            Language::Es => spanish(&self.act),
            Language::En => english(&self.act),
        }
    }

    /// Whom it concerns, fit to be shown beside our words: short, quoted, and without anything that an interface might take
    /// for more than letters.
    pub fn client_line(&self, language: Language) -> String {
        let name = harmless(&self.client);
        match language {
            Language::Es => format!("Cliente, tal como está guardado: «{name}»"),
            Language::En => format!("Client, as stored: “{name}”"),
        }
    }
}

fn spanish(act: &Act) -> String {
    let named = |invoice: &Invoice| match &invoice.number {
        Some(number) => format!("la factura {number}"),
        None => format!("la factura con id {}", invoice.id),
    };
    let money = |amount: &str, of: &Invoice| format!("{} {}", amount.replace('.', ","), of.currency);
    let total = |invoice: &Invoice| money(&invoice.total, invoice);
    let left = |invoice: &Invoice| match invoice.outstanding.strip_prefix('-') {
        Some(credit) => format!("{} por devolver al cliente", money(credit, invoice)),
        None => format!("{} por cobrar", money(&invoice.outstanding, invoice)),
    };
    match act {
        Act::Issue(invoice) => format!(
            "¿Emitir la factura con el próximo número, ahora {}? Fecha: {}; vencimiento: {}; total: {}; a pagar: {}. Una vez \
             emitida, no se puede modificar ni borrar.",
            number(invoice),
            day(&invoice.issue_date),
            day(&invoice.due_date),
            total(invoice),
            money(&invoice.payable, invoice),
        ),
        Act::Correct { corrective, original } => format!(
            "¿Emitir una rectificativa de {} con el próximo número, ahora {}? Fecha: {}; total: {}. En la rectificativa quedarán {}; \
             en la original, {}. Una vez emitida, no se puede modificar ni borrar.",
            named(original),
            number(corrective),
            day(&corrective.issue_date),
            total(corrective),
            left(corrective),
            left(original),
        ),
        Act::Cancel(invoice) => format!(
            "¿Anular {}, de {}, con fecha {}? Conserva su número y deja de contar. No se puede deshacer.",
            named(invoice),
            total(invoice),
            day(&invoice.issue_date),
        ),
        Act::DeleteDraft(draft) => {
            format!("¿Borrar el borrador {}, de {}? No se puede recuperar.", draft.id, total(draft))
        }
        Act::DeleteClient { id, drafts, sums } => {
            let sums = listed(sums, "y").replace('.', ",");
            let drafts = match drafts {
                0 => String::new(),
                1 => format!(" y su borrador, de {sums}"),
                count => format!(" y sus {count} borradores, que suman {sums}"),
            };
            format!("¿Borrar el cliente {id}{drafts}? Sus datos se eliminan para siempre.")
        }
        Act::ReversePayment { id, amount, invoice } => format!(
            "¿Anular el cobro {id} con un apunte de {}? En {} quedarán {}. El apunte no se puede borrar.",
            money(amount, invoice),
            named(invoice),
            left(invoice),
        ),
    }
}

fn english(act: &Act) -> String {
    let named = |invoice: &Invoice| match &invoice.number {
        Some(number) => format!("invoice {number}"),
        None => format!("the invoice with id {}", invoice.id),
    };
    let money = |amount: &str, of: &Invoice| format!("{amount} {}", of.currency);
    let total = |invoice: &Invoice| money(&invoice.total, invoice);
    let left = |invoice: &Invoice| match invoice.outstanding.strip_prefix('-') {
        Some(credit) => format!("{} to be paid back to the client", money(credit, invoice)),
        None => format!("{} outstanding", money(&invoice.outstanding, invoice)),
    };
    match act {
        Act::Issue(invoice) => format!(
            "Issue the invoice under the next number, now {}? Date: {}; due: {}; total: {}; to pay: {}. Once issued, it can \
             neither change nor be deleted.",
            number(invoice),
            invoice.issue_date,
            invoice.due_date,
            total(invoice),
            money(&invoice.payable, invoice),
        ),
        Act::Correct { corrective, original } => format!(
            "Issue a corrective invoice for {} under the next number, now {}? Date: {}; total: {}. It will leave {}, \
             and the original {}. Once issued, it can neither change nor be deleted.",
            named(original),
            number(corrective),
            corrective.issue_date,
            total(corrective),
            left(corrective),
            left(original),
        ),
        Act::Cancel(invoice) => format!(
            "Cancel {} of {}, dated {}? It keeps its number and counts no more. This cannot be undone.",
            named(invoice),
            total(invoice),
            invoice.issue_date,
        ),
        Act::DeleteDraft(draft) => {
            format!("Delete draft {} of {}? It cannot be brought back.", draft.id, total(draft))
        }
        Act::DeleteClient { id, drafts, sums } => {
            let sums = listed(sums, "and");
            let drafts = match drafts {
                0 => String::new(),
                1 => format!(" and its draft, of {sums}"),
                count => format!(" and its {count} drafts, of {sums} in all"),
            };
            format!("Delete client {id}{drafts}? What is known of it goes for good.")
        }
        Act::ReversePayment { id, amount, invoice } => format!(
            "Reverse payment {id} by an entry of {}? It will leave {} with {}. The entry cannot be deleted.",
            money(amount, invoice),
            named(invoice),
            left(invoice),
        ),
    }
}

/// Amounts with their currencies, the last after `and`.
fn listed(sums: &[(String, String)], and: &str) -> String {
    let told: Vec<_> = sums.iter().map(|(amount, currency)| format!("{amount} {currency}")).collect();
    match told.split_last() {
        Some((last, before)) if !before.is_empty() => format!("{} {and} {last}", before.join("; ")),
        _ => told.concat(),
    }
}

fn number(invoice: &Invoice) -> &str {
    invoice.number.as_deref().unwrap_or("—")
}

/// `2026-11-24` as it is written in Spanish.
fn day(date: &str) -> String {
    date.rsplit('-').collect::<Vec<_>>().join("/")
}

/// The longest name that is shown, in characters.
const SHOWN: usize = 60;

/// Letters by Unicode, and nothing to see: they stand for letters that are missing.
const FILLERS: [char; 6] = ['\u{115F}', '\u{1160}', '\u{17B4}', '\u{17B5}', '\u{3164}', '\u{FFA0}'];

/// A name for eyes: letters, digits and the marks that names have. Hosts may render Markdown, where brackets make links
/// and images, and addresses become links; and nothing in it may close our quotes or begin a line of its own.
fn harmless(name: &str) -> String {
    let is_letter = |c: char| c.is_alphanumeric() && !FILLERS.contains(&c);
    let shown = |c: char| if is_letter(c) || " .,'’&-/()+ºª·".contains(c) { c } else { ' ' };
    let plain: String = name.chars().map(shown).collect();
    // «S.L.» stays, «example.com» does not
    let is_address = |after: &str| after.chars().take(2).filter(|c| c.is_alphanumeric()).count() == 2;
    let parts = plain.split('.').enumerate().map(|(place, part)| match place {
        0 => part.to_owned(),
        _ if is_address(part) => format!(". {part}"),
        _ => format!(".{part}"),
    });
    let plain = parts.collect::<String>();
    let plain = plain.split_whitespace().collect::<Vec<_>>().join(" ");
    match plain.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}…", &plain[..end]),
        None => plain,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn invoice(number: Option<&str>) -> Invoice {
        let text = str::to_owned;
        Invoice {
            id: 7,
            number: number.map(text),
            issue_date: text("2026-11-24"),
            due_date: text("2026-12-09"),
            total: text("1671.49"),
            payable: text("1600.00"),
            outstanding: text("-71.49"),
            currency: text("EUR"),
        }
    }

    #[test]
    fn questions_are_asked_in_two_languages() {
        let text = str::to_owned;
        let ask = |act: Act, language| Question { act, client: String::new() }.text(language);
        let told = ask(Act::Issue(invoice(Some("F-2026-0007"))), Language::Es);
        for part in ["F-2026-0007", "24/11/2026", "09/12/2026", "1671,49 EUR", "1600,00 EUR"] {
            assert!(told.contains(part), "{part} is not in {told}");
        }
        let told = ask(Act::Cancel(invoice(None)), Language::En);
        assert!(told.starts_with("Cancel the invoice with id 7 of 1671.49 EUR, dated 2026-11-24?"), "{told}");
        let told = ask(
            Act::Correct {
                corrective: invoice(Some("R-2026-0001")),
                original: Invoice { outstanding: "0.00".to_owned(), ..invoice(None) },
            },
            Language::Es,
        );
        for part in [
            "En la rectificativa quedarán 71,49 EUR por devolver al cliente",
            "en la original, 0,00 EUR por cobrar",
        ] {
            assert!(told.contains(part), "{part} is not in {told}");
        }
        let delete = |sums: &[(&str, &str)], drafts, language| {
            let sums = sums.iter().map(|(amount, currency)| (text(amount), text(currency))).collect();
            ask(Act::DeleteClient { id: 3, drafts, sums }, language)
        };
        let told = delete(&[], 0, Language::Es);
        assert!(told.starts_with("¿Borrar el cliente 3? "), "{told}");
        let told = delete(&[("1671.49", "EUR")], 1, Language::Es);
        assert!(told.starts_with("¿Borrar el cliente 3 y su borrador, de 1671,49 EUR? "), "{told}");
        let told = delete(&[("10.50", "EUR"), ("20.00", "USD")], 3, Language::Es);
        assert!(
            told.starts_with("¿Borrar el cliente 3 y sus 3 borradores, que suman 10,50 EUR y 20,00 USD? "),
            "{told}"
        );
        let told = delete(&[("10.50", "EUR"), ("20.00", "USD")], 3, Language::En);
        assert!(
            told.starts_with("Delete client 3 and its 3 drafts, of 10.50 EUR and 20.00 USD in all? "),
            "{told}"
        );
    }

    #[test]
    fn a_name_is_shown_as_letters_within_quotes() {
        let shown = |name: &str| {
            let question = Question {
                act: Act::DeleteClient { id: 1, drafts: 0, sums: vec![] },
                client: name.to_owned(),
            };
            question.client_line(Language::En)
        };
        assert_eq!(shown("Peñalver & Asociados, S.L."), "Client, as stored: “Peñalver & Asociados, S.L.”");
        assert_eq!(
            shown("x”\n\n# Yes\u{202E} ![a](https://evil.example/`b`) <b>"),
            "Client, as stored: “x Yes a (https //evil. example/ b ) b”"
        );
        assert_eq!(
            shown("A\u{3164}\u{115F}\u{1160}\u{FFA0}B, www.example.com"),
            "Client, as stored: “A B, www. example. com”"
        );
        assert_eq!(shown(&"ñ".repeat(200)), format!("Client, as stored: “{}…”", "ñ".repeat(60)));
    }
}
