//! What an invoice must say besides its figures (RD 1619/2012, art. 6.1.j to m; Directive 2006/112/EC, art. 226).

use super::{
    business::BusinessDetails,
    client::ClientDetails,
    date,
    invoice::Invoice,
    line::Line,
    tax::{
        category::{Category, Exemption, Scheme},
        treatment::Treatment,
    },
};

/// That an invoice is in the regime of cash accounting, in Spanish and in English.
pub const CASH_ACCOUNTING: [&str; 2] = ["Régimen especial del criterio de caja", "Cash accounting"];

/// The mentions, in the business's language, each once and in the order of the lines.
pub fn of(
    business: &BusinessDetails,
    client: &ClientDetails,
    invoice: &Invoice,
    lines: &[Line],
) -> Vec<String> {
    let spanish = business.language.code() == "es";
    let say = |es: &str, en: &str| if spanish { es.to_owned() } else { en.to_owned() };
    // each law is cited where it is that law's tax
    let of_directive = invoice.scheme == Scheme::Iva;
    let of_liva = of_directive && business.contact.is_in_spain();
    let cited = |text: String, articles: &str| match articles {
        articles if of_liva && !articles.is_empty() => format!("{text} ({articles} LIVA)"),
        _ => text,
    };
    let reverse_charge = || say("Inversión del sujeto pasivo", "Reverse charge");
    let mut mentions = Vec::new();
    if let Some(correction) = &invoice.correction {
        let (number, issued, reason) =
            (&correction.original_number, correction.original_issue_date, &correction.reason);
        mentions.push(if spanish {
            format!("Factura rectificativa de la {number}, de {}: {reason}", date::spanish(issued))
        } else {
            format!("Corrective invoice for {number} of {issued}: {reason}")
        });
    }
    for line in lines {
        let basis = line.treatment.exemption;
        let mention = match line.treatment.category {
            Category::Standard | Category::Reduced | Category::Zero => continue,
            Category::ReverseCharge => reverse_charge(),
            Category::IntraEu => say(
                &cited("Entrega intracomunitaria exenta".into(), "art. 25"),
                "Intra-Community supply, exempt (art. 138 Directive 2006/112/EC)",
            ),
            Category::Export => {
                let article = if basis == Some(Exemption::E3) { "art. 22" } else { "art. 21" };
                let directive = if of_directive { " (art. 146 Directive 2006/112/EC)" } else { "" };
                say(&cited("Exportación exenta".into(), article), &format!("Export, exempt{directive}"))
            }
            Category::Exempt => {
                let article = basis.and_then(|basis| exempt_article(invoice.scheme, basis));
                cited(say("Operación exenta", "Exempt"), article.unwrap_or_default())
            }
            Category::OutsideScope => {
                let articles = if basis == Some(Exemption::N2) { "arts. 68 a 70" } else { "arts. 7 y 14" };
                say(&cited("Operación no sujeta".into(), articles), "Outside the scope of the tax")
            }
        };
        let mut add = |mention: String| {
            if !mentions.contains(&mention) {
                mentions.push(mention);
            }
        };
        add(mention);
        if basis == Some(Exemption::N2) && of_directive && is_accounted_for_abroad(business, client) {
            add(reverse_charge());
        }
    }
    let is_taxed = lines.iter().any(|line| line.treatment.category.is_taxed());
    if business.cash_accounting && is_taxed {
        let [spanish, english] = CASH_ACCOUNTING;
        mentions.push(say(spanish, english));
    }
    mentions
}

/// Arts. 44, 196 and 226.11a of the Directive: of a service between businesses of two member states the client accounts for
/// the tax, and the invoice says so.
fn is_accounted_for_abroad(business: &BusinessDetails, client: &ClientDetails) -> bool {
    let (Some(here), Some(there)) = (business.contact.country, client.contact.country) else { return false };
    here.is_in_union() && there.is_in_union() && here != there && !client.private_person
}

/// Whether the notes have to say why a line is exempt, since nothing else names an article (RD 1619/2012, art. 6.1.j).
pub fn are_left_to_notes(scheme: Scheme, treatment: &Treatment) -> bool {
    let article = treatment.exemption.and_then(|basis| exempt_article(scheme, basis));
    treatment.category == Category::Exempt && article.is_none()
}

/// The articles of the LIVA that a basis of exemption stands for. None where its code names none, nor where the tax is
/// another law's.
fn exempt_article(scheme: Scheme, basis: Exemption) -> Option<&'static str> {
    match (scheme, basis) {
        (Scheme::Iva, Exemption::E1) => Some("art. 20"),
        (Scheme::Iva, Exemption::E3) => Some("art. 22"),
        (Scheme::Iva, Exemption::E4) => Some("arts. 23, 24"),
        _ => None,
    }
}
