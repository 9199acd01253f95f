//! The document: all that stood on an invoice at its issue, as one canonical text. It is frozen, so that a later change of
//! the client or the business does not reach it.

use sha2::{Digest as _, Sha256};

use super::{
    business::BusinessDetails,
    client::ClientDetails,
    contact::Contact,
    event::{self, Hash},
    invoice::Invoice,
    line::{self, Line},
    mentions, money,
    node::{Fields, Node},
    tax::TaxGroup,
};

/// An invoice with all that is to stand on its document.
#[derive(Debug, Clone, Copy)]
pub struct Papers<'a> {
    pub business: &'a BusinessDetails,
    pub client: &'a ClientDetails,
    /// Issued already: it has its number and day.
    pub invoice: &'a Invoice,
    pub lines: &'a [Line],
}

/// A frozen document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Frozen {
    pub text: String,
    /// SHA-256 of the text.
    pub digest: Hash,
}

impl Frozen {
    /// As the history of the invoice names it, so that the one cannot be changed without the other.
    pub fn field(&self) -> (&'static str, Option<String>) {
        let hex = self.digest.iter().map(|byte| format!("{byte:02x}"));
        ("document", Some(hex.collect()))
    }
}

impl Papers<'_> {
    pub fn freeze(&self) -> Frozen {
        let text = self.node().json();
        let digest = Sha256::digest(&text).into();
        Frozen { text, digest }
    }

    fn node(&self) -> Node {
        let Self { business, client, invoice, lines } = *self;
        let seller = party(
            business.legal_name.clone(),
            business.tax_id.clone(),
            &business.contact,
            business.iban.clone(),
        );
        let buyer = party(Some(client.name.clone()), client.tax_id.clone(), &client.contact, None);
        let mentions = mentions::of(business, client, invoice, lines).into_iter().map(Node::Text).collect();
        layout(invoice, lines, seller, buyer, Node::Many(mentions))
    }
}

/// Whether a frozen document, read as `form`, still says what the invoice's own rows say.
pub fn agrees(frozen: &Frozen, form: &Node, invoice: &Invoice, lines: &[Line]) -> bool {
    let part = |name: &str| form.get(name).cloned();
    let parts = part("seller").zip(part("buyer")).zip(part("mentions"));
    let whole = Hash::from(Sha256::digest(&frozen.text)) == frozen.digest;
    let buyer = form.get("buyer").and_then(|buyer| buyer.get("name"));
    whole
        && buyer == Some(&Node::text(&*invoice.client_name))
        && parts.is_some_and(|((seller, buyer), mentions)| {
            layout(invoice, lines, seller, buyer, mentions).json() == frozen.text
        })
}

/// The buyer's tax number on a frozen document.
pub fn buyer_tax_id(form: &Node) -> Option<&str> {
    match form.get("buyer")?.get("tax_id")? {
        Node::Text(number) => Some(number),
        Node::Group(_) | Node::Many(_) => None,
    }
}

/// Whether a frozen document says that it is in the regime of cash accounting.
pub fn is_cash_accounting(form: &Node) -> bool {
    let Some(Node::Many(mentions)) = form.get("mentions") else { return false };
    mentions::CASH_ACCOUNTING.into_iter().any(|said| mentions.contains(&Node::text(said)))
}

/// Whether a frozen document is of a business in Spain, so that its invoice was registered when it was issued.
pub fn is_registered(form: &Node) -> bool {
    let country = form.get("seller").and_then(|seller| seller.get("country"));
    country == Some(&Node::text("ES"))
}

fn layout(invoice: &Invoice, lines: &[Line], seller: Node, buyer: Node, mentions: Node) -> Node {
    let money = |amount| Some(money::display(amount, invoice.currency));
    let issued = invoice.issued();
    let totals = &invoice.totals;
    let groups = line::groups(lines, invoice.currency);
    let line = |line: &Line| Fields::default().texts(line_fields(line, invoice)).group();
    let tax = |group: &TaxGroup| Fields::default().texts(tax_fields(group, invoice)).group();
    Fields::default()
        .texts([
            ("kind", Some(invoice.kind.name().to_owned())),
            ("number", issued.map(|issued| issued.number.clone())),
            ("issue_date", Some(invoice.issue_date().to_string())),
            ("operation_date", invoice.operation_date.map(|date| date.to_string())),
            ("due_date", issued.map(|issued| issued.document_due_date.to_string())),
            ("currency", Some(invoice.currency.to_string())),
            ("exchange_rate", invoice.exchange_rate.map(|rate| rate.normalize().to_string())),
            ("tax_scheme", Some(invoice.scheme.name().to_owned())),
        ])
        .put("seller", seller)
        .put("buyer", buyer)
        .put("lines", Node::Many(lines.iter().map(line).collect()))
        .put("tax_breakdown", Node::Many(groups.iter().map(tax).collect()))
        .texts([
            ("subtotal", money(totals.subtotal)),
            ("tax", money(totals.tax)),
            ("surcharge_total", money(totals.surcharge)),
            ("total", money(totals.total)),
            ("withholding_total", money(totals.withholding)),
            ("payable", money(totals.payable)),
            ("notes", invoice.notes.clone()),
        ])
        .put("mentions", mentions)
        .group()
}

fn party(name: Option<String>, tax_id: Option<String>, contact: &Contact, iban: Option<String>) -> Node {
    Fields::default()
        .texts([("name", name), ("tax_id", tax_id)])
        .texts(contact.fields())
        .texts([("iban", iban)])
        .group()
}

fn line_fields(line: &Line, invoice: &Invoice) -> event::Fields {
    let plain = |number: rust_decimal::Decimal| Some(number.normalize().to_string());
    let money = |amount| Some(money::display(amount, invoice.currency));
    let treatment = &line.treatment;
    vec![
        ("kind", Some(line.kind.name().to_owned())),
        ("description", Some(line.description.clone())),
        ("quantity", plain(line.quantity)),
        ("unit_price", plain(line.unit_price)),
        ("discount_percent", plain(line.discount_percent)),
        ("tax_category", Some(treatment.category.name().to_owned())),
        ("tax_rate", plain(treatment.rate)),
        ("exemption", treatment.exemption.map(|exemption| exemption.code().to_owned())),
        ("surcharge_rate", plain(treatment.surcharge_rate)),
        ("withholding_rate", plain(treatment.withholding_rate)),
        ("net", money(line.net)),
        ("unit_price_with_tax", line.with_tax.and_then(|with_tax| plain(with_tax.unit_price))),
        ("gross", line.with_tax.and_then(|with_tax| money(with_tax.amount))),
    ]
}

fn tax_fields(group: &TaxGroup, invoice: &Invoice) -> event::Fields {
    let money = |amount| Some(money::display(amount, invoice.currency));
    vec![
        ("category", Some(group.key.category.name().to_owned())),
        ("exemption", group.key.exemption.map(|exemption| exemption.code().to_owned())),
        ("rate", Some(group.key.rate.to_string())),
        ("base", money(group.base)),
        ("amount", money(group.amount)),
        ("surcharge_rate", Some(group.key.surcharge_rate.to_string())),
        ("surcharge", money(group.surcharge)),
    ]
}
