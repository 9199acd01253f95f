//! From the form of a record back to the record.

use std::str::FromStr as _;

use rust_decimal::Decimal;
use time::{Date, OffsetDateTime};

use super::{
    Act, Correction, DATE, InvoiceRef, Kind, MOMENT, Pointer, Record, Registration, Replaced,
    breakdown::{Detail, Nature, Regime, Surcharge, scheme_code},
    form::{CANCELLATION, REGISTRATION},
    party::{Buyer, BuyerId, IdKind, Software},
};
use crate::domain::{
    node::Node,
    tax::category::{Exemption, Scheme},
};

impl Record {
    /// Reads what [`Record::form`] wrote; none where anything is missing, unknown or left over.
    pub fn from_form(place: i64, form: &Node) -> Option<Self> {
        let (act, fields, invoice) = match (form.get(REGISTRATION), form.get(CANCELLATION)) {
            (Some(fields), None) => {
                let registration = Act::Registration(Box::new(registration(fields)?));
                (registration, fields, invoice(fields.get("IDFactura")?, "")?)
            }
            (None, Some(fields)) => {
                (Act::Cancellation, fields, invoice(fields.get("IDFactura")?, "Anulada")?)
            }
            _ => return None,
        };
        let record = Self {
            place,
            invoice,
            act,
            previous: previous(fields.get("Encadenamiento")?)?,
            software: software(fields.get("SistemaInformatico")?)?,
            generated_at: OffsetDateTime::parse(text(fields, "FechaHoraHusoGenRegistro")?, MOMENT).ok()?,
            hash: text(fields, "Huella")?.to_owned(),
        };
        // whatever was not understood would not be written again
        (record.form() == *form).then_some(record)
    }
}

fn text<'n>(node: &'n Node, name: &str) -> Option<&'n str> {
    match node.get(name)? {
        Node::Text(text) => Some(text),
        Node::Group(_) | Node::Many(_) => None,
    }
}

fn number(node: &Node, name: &str) -> Option<Decimal> {
    Decimal::from_str(text(node, name)?).ok()
}

/// An amount that may be missing: outer none where it is there and cannot be read.
fn optional<T>(node: Option<&Node>, read: impl FnOnce(&Node) -> Option<T>) -> Option<Option<T>> {
    node.map_or(Some(None), |node| read(node).map(Some))
}

fn many<'n>(node: &'n Node, name: &str) -> Option<&'n [Node]> {
    match node.get(name)? {
        Node::Many(nodes) => Some(nodes),
        Node::Text(_) | Node::Group(_) => None,
    }
}

fn date(text: &str) -> Option<Date> {
    Date::parse(text, DATE).ok()
}

fn invoice(node: &Node, suffix: &str) -> Option<InvoiceRef> {
    Some(InvoiceRef {
        issuer: text(node, &format!("IDEmisorFactura{suffix}"))?.to_owned(),
        number: text(node, &format!("NumSerieFactura{suffix}"))?.to_owned(),
        date: date(text(node, &format!("FechaExpedicionFactura{suffix}"))?)?,
    })
}

fn previous(link: &Node) -> Option<Option<Pointer>> {
    if text(link, "PrimerRegistro") == Some("S") {
        return Some(None);
    }
    let before = link.get("RegistroAnterior")?;
    Some(Some(Pointer { invoice: invoice(before, "")?, hash: text(before, "Huella")?.to_owned() }))
}

fn registration(node: &Node) -> Option<Registration> {
    let code = text(node, "TipoFactura")?;
    let kind = Kind::ALL.into_iter().find(|kind| kind.code() == code)?;
    let operation = |node: &Node| if let Node::Text(text) = node { date(text) } else { None };
    Some(Registration {
        issuer_name: text(node, "NombreRazonEmisor")?.to_owned(),
        kind,
        correction: optional(node.get("TipoRectificativa"), |_| correction(kind, node))?,
        operation_date: optional(node.get("FechaOperacion"), operation)?,
        description: text(node, "DescripcionOperacion")?.to_owned(),
        qualified: text(node, "FacturaSimplificadaArt7273") == Some("S"),
        unidentified: text(node, "FacturaSinIdentifDestinatarioArt61d") == Some("S"),
        buyer: optional(node.get("Destinatarios"), |buyers| buyer(buyers.get("IDDestinatario")?))?,
        breakdown: many(node.get("Desglose")?, "DetalleDesglose")?
            .iter()
            .map(detail)
            .collect::<Option<_>>()?,
        tax: number(node, "CuotaTotal")?,
        total: number(node, "ImporteTotal")?,
    })
}

fn correction(kind: Kind, node: &Node) -> Option<Correction> {
    let corrected = |node: &Node| -> Option<Vec<InvoiceRef>> {
        many(node, "IDFacturaRectificada")?.iter().map(|node| invoice(node, "")).collect()
    };
    let replaced = |node: &Node| {
        let surcharge =
            optional(node.get("CuotaRecargoRectificado"), |_| number(node, "CuotaRecargoRectificado"))?;
        Some(Replaced {
            base: number(node, "BaseRectificada")?,
            tax: number(node, "CuotaRectificada")?,
            surcharge: surcharge.unwrap_or_default(),
        })
    };
    Some(Correction {
        code: kind.cause(),
        corrected: optional(node.get("FacturasRectificadas"), corrected)?.unwrap_or_default(),
        replaced: optional(node.get("ImporteRectificacion"), replaced)?,
    })
}

fn buyer(node: &Node) -> Option<Buyer> {
    let id = match (node.get("NIF"), node.get("IDOtro")) {
        (Some(_), None) => BuyerId::Nif(text(node, "NIF")?.to_owned()),
        (None, Some(other)) => {
            let code = text(other, "IDType")?;
            BuyerId::Other {
                country: text(other, "CodigoPais").map(str::to_owned),
                kind: IdKind::ALL.into_iter().find(|kind| kind.code() == code)?,
                id: text(other, "ID")?.to_owned(),
            }
        }
        _ => return None,
    };
    Some(Buyer { name: text(node, "NombreRazon")?.to_owned(), id })
}

fn detail(node: &Node) -> Option<Detail> {
    let code = text(node, "Impuesto")?;
    let scheme = Scheme::ALL.into_iter().find(|scheme| scheme_code(*scheme) == code)?;
    let code = text(node, "ClaveRegimen")?;
    let regime = Regime::ALL.into_iter().find(|regime| regime.code() == code)?;
    let basis = |code: &str| Exemption::ALL.into_iter().find(|exemption| exemption.code() == code);
    let nature = match (text(node, "CalificacionOperacion"), text(node, "OperacionExenta")) {
        (Some("S1"), None) => Nature::Taxed {
            rate: number(node, "TipoImpositivo")?.normalize(),
            amount: number(node, "CuotaRepercutida")?,
            surcharge: optional(node.get("TipoRecargoEquivalencia"), |_| {
                Some(Surcharge {
                    rate: number(node, "TipoRecargoEquivalencia")?.normalize(),
                    amount: number(node, "CuotaRecargoEquivalencia")?,
                })
            })?,
        },
        (Some("S2"), None) => Nature::ReverseCharge,
        (Some(code), None) => Nature::OutsideScope(basis(code)?),
        (None, Some(code)) => Nature::Exempt(basis(code)?),
        _ => return None,
    };
    Some(Detail { scheme, regime, nature, base: number(node, "BaseImponibleOimporteNoSujeto")? })
}

fn software(node: &Node) -> Option<Software> {
    let owned = |name: &str| text(node, name).map(str::to_owned);
    let yes = |name: &str| text(node, name).map(|said| said == "S");
    Some(Software {
        producer_name: owned("NombreRazon")?,
        producer_nif: owned("NIF")?,
        name: owned("NombreSistemaInformatico")?,
        id: owned("IdSistemaInformatico")?,
        version: owned("Version")?,
        installation: owned("NumeroInstalacion")?,
        sending_only: yes("TipoUsoPosibleSoloVerifactu")?,
        for_several: yes("TipoUsoPosibleMultiOT")?,
        serves_several: yes("IndicadorMultiplesOT")?,
    })
}
