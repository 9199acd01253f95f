//! Registration records as files: the XML of the VERI*FACTU schema (`RegFactuSistemaFacturacion`, version 1.0), and JSON of
//! the same names in the same order. Neither is signed or sent.

use std::io;

use quick_xml::{
    Writer,
    events::{BytesDecl, BytesEnd, BytesStart, BytesText, Event},
};

use crate::domain::{
    node::{Fields, Node},
    record::{Record, party::Issuer},
};

/// `RegistroFactura` may stand so many times in one document (`SuministroLR.xsd`): more records make more documents.
pub const RECORDS_MAX: usize = 1_000;

/// The root with its header and records. They have a namespace of their own; all below them is of the other.
const ROOT: &str = "sum:RegFactuSistemaFacturacion";
const NAMESPACES: [(&str, &str); 2] = [
    (
        "xmlns:sum",
        "https://www2.agenciatributaria.gob.es/static_files/common/internet/dep/aplicaciones/es/aeat/tike/cont/ws/SuministroLR.xsd",
    ),
    (
        "xmlns:sum1",
        "https://www2.agenciatributaria.gob.es/static_files/common/internet/dep/aplicaciones/es/aeat/tike/cont/ws/SuministroInformacion.xsd",
    ),
];

/// One document with up to [`RECORDS_MAX`] records; the schema wants at least one.
///
/// # Errors
/// None in practice: memory takes all that is written to it.
pub fn xml(issuer: &Issuer, records: &[Record]) -> io::Result<Vec<u8>> {
    let mut writer = Writer::new_with_indent(Vec::new(), b' ', 2);
    writer.write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))?;
    let root = BytesStart::new(ROOT).with_attributes(NAMESPACES);
    writer.write_event(Event::Start(root))?;
    element(&mut writer, "sum:", "Cabecera", &header(issuer))?;
    for record in records {
        element(&mut writer, "sum:", "RegistroFactura", &record.form())?;
    }
    writer.write_event(Event::End(BytesEnd::new(ROOT)))?;
    let mut document = writer.into_inner();
    document.push(b'\n');
    Ok(document)
}

/// The same as [`xml`] as JSON: elements that may be repeated are arrays, all else objects and strings.
pub fn json(issuer: &Issuer, records: &[Record]) -> Vec<u8> {
    let records = Node::Many(records.iter().map(Record::form).collect());
    let root = Fields::default().put("Cabecera", header(issuer)).put("RegistroFactura", records).group();
    let mut document = Fields::default().put("RegFactuSistemaFacturacion", root).group().json().into_bytes();
    document.push(b'\n');
    document
}

fn header(issuer: &Issuer) -> Node {
    let person = Fields::default().text("NombreRazon", &*issuer.name).text("NIF", &*issuer.nif).group();
    Fields::default().put("ObligadoEmision", person).group()
}

fn element(writer: &mut Writer<Vec<u8>>, prefix: &str, name: &str, node: &Node) -> io::Result<()> {
    if let Node::Many(nodes) = node {
        return nodes.iter().try_for_each(|node| element(writer, prefix, name, node));
    }
    let name = format!("{prefix}{name}");
    writer.write_event(Event::Start(BytesStart::new(&*name)))?;
    match node {
        Node::Text(text) => writer.write_event(Event::Text(BytesText::new(text)))?,
        Node::Group(fields) => {
            fields.iter().try_for_each(|(name, node)| element(writer, "sum1:", name, node))?;
        }
        Node::Many(_) => {}
    }
    writer.write_event(Event::End(BytesEnd::new(&*name)))
}

#[cfg(test)]
mod tests {
    use std::{fs, path::Path};

    use super::*;
    use crate::domain::record::samples;

    #[test]
    fn marks_of_xml_in_texts_are_escaped() {
        let issuer = samples::issuer();
        let text = String::from_utf8(xml(&issuer, &samples::all()).unwrap()).unwrap();
        assert!(text.starts_with(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<sum:RegFactuSistemaFacturacion xmlns:sum="
        ));
        assert!(text.contains("<sum1:NombreRazon>Muñoz &amp; Hijas &lt;Diseño&gt; "), "{text}");
        assert_eq!(text.matches("<sum:RegistroFactura>").count(), samples::all().len());
        assert_eq!(text.matches("<sum1:DetalleDesglose>").count(), 21);
    }

    #[test]
    fn json_has_the_names_of_the_schema() {
        let read: serde_json::Value =
            serde_json::from_slice(&json(&samples::issuer(), &samples::all())).unwrap();
        let root = &read["RegFactuSistemaFacturacion"];
        assert_eq!(root["Cabecera"]["ObligadoEmision"]["NIF"], "89890001K");
        let first = &root["RegistroFactura"][0]["RegistroAlta"];
        assert_eq!(first["Desglose"]["DetalleDesglose"][1]["TipoImpositivo"], "10.00");
        assert_eq!(
            root["RegistroFactura"][18]["RegistroAnulacion"]["IDFactura"]["NumSerieFacturaAnulada"],
            "F-2026-0010"
        );
    }

    /// For `scripts/check-records.sh`, which has the schema and others' checkers read them.
    #[test]
    #[ignore = "writes files"]
    fn write_samples() {
        let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/records/samples");
        fs::create_dir_all(&directory).unwrap();
        let (issuer, records) = (samples::issuer(), samples::all());
        fs::write(directory.join("all.xml"), xml(&issuer, &records).unwrap()).unwrap();
        fs::write(directory.join("all.json"), json(&issuer, &records)).unwrap();
        // a later part of the chain, which begins with what came before
        fs::write(directory.join("part.xml"), xml(&issuer, &records[5..]).unwrap()).unwrap();
    }
}
