//! A record as the schema lays it out: names and order of `RegistroFacturacionAltaType` and
//! `RegistroFacturacionAnulacionType`. [`Record::from_form`] reads it back without loss.

use super::{
    Act, Correction, InvoiceRef, LARGE, Record, Registration,
    breakdown::{Detail, Nature, Surcharge, scheme_code},
    day, euros, moment,
    party::{Buyer, BuyerId, Software},
};
use crate::domain::node::{Fields, Node};

pub(super) const REGISTRATION: &str = "RegistroAlta";
pub(super) const CANCELLATION: &str = "RegistroAnulacion";
/// `TipoHuella` (list L12): SHA-256, the only one there is.
const SHA256: &str = "01";

fn yes(holds: bool) -> Option<Node> {
    holds.then(|| Node::text("S"))
}

impl Record {
    /// `RegistroAlta` or `RegistroAnulacion` with all that stands in it. The place in the chain is not part of it.
    pub fn form(&self) -> Node {
        let (name, fields) = match &self.act {
            Act::Registration(registration) => (REGISTRATION, registered(&self.invoice, registration)),
            Act::Cancellation => (CANCELLATION, cancelled(&self.invoice)),
        };
        let record = fields
            .put("Encadenamiento", self.link())
            .put("SistemaInformatico", software(&self.software))
            .text("FechaHoraHusoGenRegistro", moment(self.generated_at))
            .text("TipoHuella", SHA256)
            .text("Huella", &*self.hash)
            .group();
        Fields::default().put(name, record).group()
    }

    fn link(&self) -> Node {
        match &self.previous {
            None => Fields::default().text("PrimerRegistro", "S").group(),
            Some(previous) => {
                let fields = named(Fields::default(), &previous.invoice).text("Huella", &*previous.hash);
                Fields::default().put("RegistroAnterior", fields.group()).group()
            }
        }
    }
}

fn registered(invoice: &InvoiceRef, of: &Registration) -> Fields {
    let correction = of.correction.as_ref();
    let buyers = of.buyer.as_ref().map(|buyer| Fields::default().put("IDDestinatario", party(buyer)).group());
    let details = Node::Many(of.breakdown.iter().map(detail).collect());
    Fields::default()
        .text("IDVersion", "1.0")
        .put("IDFactura", named(Fields::default(), invoice).group())
        .text("NombreRazonEmisor", &*of.issuer_name)
        .text("TipoFactura", of.kind.code())
        .maybe("TipoRectificativa", correction.map(method))
        .maybe("FacturasRectificadas", correction.and_then(corrected))
        .maybe("ImporteRectificacion", correction.and_then(replaced))
        .maybe("FechaOperacion", of.operation_date.map(|date| Node::text(day(date))))
        .text("DescripcionOperacion", &*of.description)
        .maybe("FacturaSimplificadaArt7273", yes(of.qualified))
        .maybe("FacturaSinIdentifDestinatarioArt61d", yes(of.unidentified))
        .maybe("Macrodato", yes(of.total.abs() >= LARGE))
        .maybe("Destinatarios", buyers)
        .put("Desglose", Fields::default().put("DetalleDesglose", details).group())
        .text("CuotaTotal", euros(of.tax))
        .text("ImporteTotal", euros(of.total))
}

fn cancelled(invoice: &InvoiceRef) -> Fields {
    let InvoiceRef { issuer, number, date } = invoice;
    let id = Fields::default()
        .text("IDEmisorFacturaAnulada", &**issuer)
        .text("NumSerieFacturaAnulada", &**number)
        .text("FechaExpedicionFacturaAnulada", day(*date));
    Fields::default().text("IDVersion", "1.0").put("IDFactura", id.group())
}

fn named(fields: Fields, invoice: &InvoiceRef) -> Fields {
    fields
        .text("IDEmisorFactura", &*invoice.issuer)
        .text("NumSerieFactura", &*invoice.number)
        .text("FechaExpedicionFactura", day(invoice.date))
}

fn method(correction: &Correction) -> Node {
    Node::text(if correction.replaced.is_some() { "S" } else { "I" })
}

fn corrected(correction: &Correction) -> Option<Node> {
    let invoices = correction.corrected.iter().map(|invoice| named(Fields::default(), invoice).group());
    let invoices: Vec<Node> = invoices.collect();
    let some = !invoices.is_empty();
    some.then(|| Fields::default().put("IDFacturaRectificada", Node::Many(invoices)).group())
}

fn replaced(correction: &Correction) -> Option<Node> {
    let replaced = correction.replaced.as_ref()?;
    let surcharge = (!replaced.surcharge.is_zero()).then(|| Node::text(euros(replaced.surcharge)));
    let fields = Fields::default()
        .text("BaseRectificada", euros(replaced.base))
        .text("CuotaRectificada", euros(replaced.tax))
        .maybe("CuotaRecargoRectificado", surcharge);
    Some(fields.group())
}

fn party(buyer: &Buyer) -> Node {
    let fields = Fields::default().text("NombreRazon", &*buyer.name);
    let fields = match &buyer.id {
        BuyerId::Nif(nif) => fields.text("NIF", &**nif),
        BuyerId::Other { country, kind, id } => {
            let other = Fields::default()
                .maybe("CodigoPais", country.as_ref().map(|country| Node::text(&**country)))
                .text("IDType", kind.code())
                .text("ID", &**id);
            fields.put("IDOtro", other.group())
        }
    };
    fields.group()
}

fn detail(detail: &Detail) -> Node {
    let fields = Fields::default()
        .text("Impuesto", scheme_code(detail.scheme))
        .text("ClaveRegimen", detail.regime.code());
    let base = euros(detail.base);
    let of_base = |fields: Fields| fields.text("BaseImponibleOimporteNoSujeto", &*base);
    let fields = match &detail.nature {
        Nature::Taxed { rate, amount, surcharge } => {
            let fields = fields.text("CalificacionOperacion", "S1").text("TipoImpositivo", euros(*rate));
            let fields = of_base(fields).text("CuotaRepercutida", euros(*amount));
            match surcharge {
                None => fields,
                Some(Surcharge { rate, amount }) => fields
                    .text("TipoRecargoEquivalencia", euros(*rate))
                    .text("CuotaRecargoEquivalencia", euros(*amount)),
            }
        }
        Nature::ReverseCharge => {
            let fields = fields.text("CalificacionOperacion", "S2").text("TipoImpositivo", "0.00");
            of_base(fields).text("CuotaRepercutida", "0.00")
        }
        Nature::OutsideScope(basis) => of_base(fields.text("CalificacionOperacion", basis.code())),
        Nature::Exempt(basis) => of_base(fields.text("OperacionExenta", basis.code())),
    };
    fields.group()
}

fn software(software: &Software) -> Node {
    let yes_no = |holds: bool| if holds { "S" } else { "N" };
    Fields::default()
        .text("NombreRazon", &*software.producer_name)
        .text("NIF", &*software.producer_nif)
        .text("NombreSistemaInformatico", &*software.name)
        .text("IdSistemaInformatico", &*software.id)
        .text("Version", &*software.version)
        .text("NumeroInstalacion", &*software.installation)
        .text("TipoUsoPosibleSoloVerifactu", yes_no(software.sending_only))
        .text("TipoUsoPosibleMultiOT", yes_no(software.for_several))
        .text("IndicadorMultiplesOT", yes_no(software.serves_several))
        .group()
}
