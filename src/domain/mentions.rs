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
    // each law is cited where it is that law's tax
    let of_directive = invoice.scheme == Scheme::Iva;
    let of_liva = of_directive && business.contact.is_in_spain();
    let cited = |text: String, articles: &str| match articles {
        articles if of_liva && !articles.is_empty() => format!("{text} ({articles} LIVA)"),
        _ => text,
    };
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
        let mention = match line.treatment.category {
            Category::Standard | Category::Reduced | Category::Zero => continue,
            Category::ReverseCharge => say("Inversión del sujeto pasivo", "Reverse charge"),
            Category::IntraEu => say(
                &cited("Entrega intracomunitaria exenta".into(), "art. 25"),
                "Intra-Community supply, exempt (art. 138 Directive 2006/112/EC)",
            ),
            Category::Export => {
                let article = if basis == Some(Exemption::E3) { "art. 22" } else { "art. 21" };
                let directive = if of_directive { " (art. 146 Directive 2006/112/EC)" } else { "" };
                say(&cited("Exportación exenta".into(), article), &format!("Export, exempt{directive}"))
            }
            Category::Exempt => cited(say("Operación exenta", "Exempt"), basis.map_or("", exempt_article)),
            Category::OutsideScope => {
                let articles = if basis == Some(Exemption::N2) { "arts. 68 a 70" } else { "arts. 7 y 14" };
                say(&cited("Operación no sujeta".into(), articles), "Outside the scope of the tax")
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
        Exemption::E1 => "art. 20",
        Exemption::E3 => "art. 22",
        Exemption::E4 => "arts. 23, 24",
        _ => "",
    }
}
