//! What an invoice must say besides its figures (RD 1619/2012, art. 6.1.j to m; Directive 2006/112/EC, art. 226).

use super::{
    business::BusinessDetails,
    invoice::Invoice,
    line::Line,
    tax::category::{Category, Exemption, Scheme},
};

/// The mentions, in the business's language, each once and in the order of the lines.
pub fn of(business: &BusinessDetails, invoice: &Invoice, lines: &[Line]) -> Vec<String> {
    let spanish = business.language.code() == "es";
    let say = |es: &str, en: &str| if spanish { es.to_owned() } else { en.to_owned() };
    let mut mentions = Vec::new();
    if let Some(correction) = &invoice.correction {
        let (number, date, reason) =
            (&correction.original_number, correction.original_issue_date, &correction.reason);
        mentions.push(if spanish {
            format!("Factura rectificativa de la {number}, de {date}: {reason}")
        } else {
            format!("Corrective invoice for {number} of {date}: {reason}")
        });
    }
    for line in lines {
        let basis = line.treatment.exemption;
        let iva = invoice.scheme == Scheme::Iva; // the articles are of its law
        let mention = match line.treatment.category {
            Category::Standard | Category::Reduced | Category::Zero => continue,
            Category::ReverseCharge => say("Inversión del sujeto pasivo", "Reverse charge"),
            Category::IntraEu => say(
                "Entrega intracomunitaria exenta (art. 25 LIVA)",
                "Intra-Community supply, exempt (art. 138 Directive 2006/112/EC)",
            ),
            Category::Export if !iva => say("Exportación exenta", "Export, exempt"),
            Category::Exempt if !iva => say("Operación exenta", "Exempt"),
            Category::OutsideScope if !iva => say("Operación no sujeta", "Outside the scope of the tax"),
            Category::Export => {
                let article = if basis == Some(Exemption::E3) { "22" } else { "21" };
                say(
                    &format!("Exportación exenta (art. {article} LIVA)"),
                    "Export, exempt (art. 146 Directive 2006/112/EC)",
                )
            }
            Category::Exempt => {
                let article = basis.map_or("", exempt_article);
                say(&format!("Operación exenta{article}"), &format!("Exempt{article}"))
            }
            Category::OutsideScope => {
                let articles = if basis == Some(Exemption::N2) { "arts. 68 a 70" } else { "arts. 7 y 14" };
                say(&format!("Operación no sujeta ({articles} LIVA)"), "Outside the scope of the tax")
            }
        };
        if !mentions.contains(&mention) {
            mentions.push(mention);
        }
    }
    let is_taxed = lines.iter().any(|line| line.treatment.category.is_taxed());
    if business.cash_accounting && is_taxed {
        mentions.push(say("Régimen especial del criterio de caja", "Cash accounting"));
    }
    mentions
}

fn exempt_article(basis: Exemption) -> &'static str {
    match basis {
        Exemption::E1 => " (art. 20 LIVA)",
        Exemption::E3 => " (art. 22 LIVA)",
        Exemption::E4 => " (arts. 23 y 24 LIVA)",
        _ => "",
    }
}
