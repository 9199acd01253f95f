//! All that the demonstration says, in both languages side by side.

use std::fmt::Display;

#[derive(Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(super) enum Lang {
    Es,
    En,
}

pub(super) struct Said {
    es: &'static str,
    en: &'static str,
}

const fn said(es: &'static str, en: &'static str) -> Said {
    Said { es, en }
}

impl Lang {
    pub(super) fn of(self, said: &Said) -> &'static str {
        match self {
            Self::Es => said.es,
            Self::En => said.en,
        }
    }

    pub(super) fn code(self) -> &'static str {
        match self {
            Self::Es => "es",
            Self::En => "en",
        }
    }
}

/// Puts the values where the text has `{}`.
pub(super) fn fill(text: &str, values: &[&dyn Display]) -> String {
    values.iter().fold(text.to_owned(), |text, value| text.replacen("{}", &value.to_string(), 1))
}

// ---- the frame ----

pub(super) const TITLE: Said = said("demostración", "demonstration");
pub(super) const INTRODUCTION: Said = said(
    "Llevar la facturación hablando: un asistente usa las herramientas de facturo por MCP y los datos quedan en \
     PostgreSQL. Lo que va a ver ocurre de verdad, con una base de datos de usar y tirar que se borra al terminar.",
    "Invoicing by conversation: an assistant calls facturo's tools over MCP, and the books are kept in PostgreSQL. What \
     you are about to see really happens, in a throwaway database that is removed at the end.",
);
pub(super) const STARTED: Said = said(
    "En marcha: {} herramientas; base de datos creada y lista en {} s.",
    "Running: {} tools; the database was made and ready in {} s.",
);
pub(super) const END: Said = said("Resumen", "In short");
pub(super) const SHOWN: Said = said(
    "Clientes, facturas, impuestos, cobros, rectificativas, avisos, historial, registros y resúmenes: {} datos \
     comprobados, todos correctos.",
    "Clients, invoices, taxes, payments, corrections, alerts, history, records and summaries: {} answers checked, all of \
     them right.",
);
pub(super) const SPEED: Said = said(
    "{} llamadas; {} s en total, con el arranque; mediana de {} ms por llamada ({}).",
    "{} calls; {} s in all, start-up included; median {} ms per call ({}).",
);
pub(super) const DEBUG_BUILD: Said = said("compilación de desarrollo", "development build");
pub(super) const RELEASE_BUILD: Said = said("compilación optimizada", "release build");
pub(super) const GO_ON: Said = said(
    "Para usarlo con sus datos: copie el fragmento para Claude Desktop de README.es.md (está también en \
     claude_desktop_config.example.json) y pida una factura a su asistente.",
    "To use it with your own data: copy the Claude Desktop snippet from README.md (it is also in \
     claude_desktop_config.example.json), and ask your assistant for an invoice.",
);

// ---- the old books ----

pub(super) const OLD_BOOKS: Said =
    said("1 · Los datos del programa anterior", "1 · The books of the old system");
pub(super) const OLD_BOOKS_INTRODUCTION: Said = said(
    "Primero entra lo que ya había, con una llamada por cada cliente, factura, cobro y anulación, en orden de emisión. \
     Un correo no es válido, y facturo lo dice:",
    "First comes what was there before: one call for each client, invoice, payment and cancellation, in order of issue. \
     One e-mail address is not one, and facturo says so:",
);
pub(super) const BAD_ADDRESS: Said =
    said("Da de alta a {}, de {}; su correo es {}.", "Add {}, from {}; the e-mail address is {}.");
pub(super) const BAD_ADDRESS_GLOSS: Said = said(
    "Ese correo lleva un espacio; el cliente se da de alta sin él. (facturo avisa en inglés; el asistente lo explica en \
     español.)",
    "That address has a space in it; the client comes in without one.",
);
pub(super) const OLD_LINE: Said = said("Según la factura original", "As on the original invoice");
pub(super) const OLD_CANCELLATION: Said =
    said("Anulada en el programa anterior", "Cancelled in the old system");
pub(super) const BROUGHT_IN: Said = said(
    "Han entrado {} clientes, {} facturas, {} cobros y {} anulaciones en {} s.",
    "Brought in: {} clients, {} invoices, {} payments and {} cancellations, in {} s.",
);
pub(super) const HOW_DO_THEY_STAND: Said = said("¿Cómo quedan las cuentas?", "How do the books stand?");

// ---- the conversation: what the person says ----

pub(super) const CONVERSATION: Said = said("2 · Una conversación", "2 · A conversation");
pub(super) const CONVERSATION_INTRODUCTION: Said = said(
    "Usted es Marta y tiene un taller gráfico en Valencia. Primero va lo que dice; debajo, la herramienta a la que llama el \
     asistente y lo que responde facturo. Antes de lo que no tiene vuelta atrás, facturo pregunta y espera su sí.",
    "You are Marta, and you run a print shop in Valencia. What you say comes first; then the tool that the assistant \
     calls, and what facturo answers. Before what cannot be undone, facturo asks, and waits for your yes.",
);
pub(super) const YES: Said = said("Sí.", "Yes.");
pub(super) const DESCRIBE: Said = said(
    "Soy Marta Soler Vidal, NIF 12345678Z, y tengo un taller gráfico en Valencia. Cobro a 30 días, con un IVA del 21 %. \
     Mi cuenta es ES91 2100 0418 4502 0005 1332.",
    "I am Marta Soler Vidal, tax number 12345678Z, and I run a print shop in Valencia. My terms are 30 days, and VAT is \
     21%. My account is ES91 2100 0418 4502 0005 1332.",
);
pub(super) const FIND: Said = said("Busca a Tamy Crus.", "Find Tamy Crus for me.");
pub(super) const NOT_FOUND_BY_WORDS: Said = said(
    "Este PostgreSQL no trae pg_trgm: aquí se busca por palabras exactas.",
    "This PostgreSQL comes without pg_trgm, so search goes by exact words here.",
);
pub(super) const FIND_EXACTLY: Said = said("Bueno, Tammy Cruz.", "All right: Tammy Cruz.");
pub(super) const WHAT_DOES_SHE_OWE: Said = said("¿Cuánto nos debe?", "How much does she owe us?");
pub(super) const NEW_CLIENT: Said = said(
    "Cliente nuevo: Librería Marea Alta, S.L., CIF B12345674, en Cádiz. Correo: hola@mareaalta.example.",
    "A new client: Librería Marea Alta, S.L., tax number B12345674, in Cádiz. Their e-mail is hola@mareaalta.example.",
);
pub(super) const DRAFT: Said = said(
    "Prepárale un borrador: los rótulos del escaparate, 1.200 € con un 10 % de descuento, y 50 libros impresos a \
     18,50 €, estos con un IVA del 4 %.",
    "Draft an invoice for them: shop window signs, €1,200 less 10%, and 50 printed books at €18.50, those with 4% VAT.",
);
pub(super) const SIGNS: Said = said("Rótulos del escaparate", "Shop window signs");
pub(super) const BOOKS: Said = said("Libros impresos", "Printed books");
pub(super) const CORRECT: Said = said("Al final son 60 libros.", "It is 60 books after all.");
pub(super) const DUE_YESTERDAY: Said =
    said("Y que venza ayer, que me corre prisa.", "And make it due yesterday; I am in a hurry.");
pub(super) const DUE_YESTERDAY_GLOSS: Said = said(
    "No puede vencer antes de emitirse. El borrador sigue como estaba.",
    "It cannot fall due before it is issued. The draft stays as it was.",
);
pub(super) const ISSUE_TOO_EARLY: Said =
    said("Vale, entonces a 30 días. Emítela.", "Then 30 days it is. Issue it.");
pub(super) const ISSUE_TOO_EARLY_GLOSS: Said = said(
    "Toda factura lleva la dirección de quien la emite y la de la empresa que la recibe, y faltan las dos. No se ha \
     gastado ningún número.",
    "An invoice bears the address of the business and that of the company it is for, and neither is known yet. No number \
     was used up.",
);
pub(super) const OUR_ADDRESS: Said = said(
    "El taller está en la calle Cuba, 25, código postal 46006.",
    "The print shop is at Calle Cuba, 25; the postcode is 46006.",
);
pub(super) const THEIR_ADDRESS: Said = said(
    "Y la librería, en la calle Ancha, 12, código postal 11001.",
    "And the bookshop is at Calle Ancha, 12, postcode 11001.",
);
pub(super) const ISSUE: Said = said("Ahora sí: emítela.", "Now issue it.");
pub(super) const ISSUE_AGAIN: Said = said(
    "(Se corta la conexión y el asistente repite la llamada con la misma clave.)",
    "(The connection drops, and the assistant repeats the call with the same key.)",
);
pub(super) const PART: Said =
    said("La librería ha pagado 1.000 € a cuenta.", "The bookshop paid €1,000 on account.");
pub(super) const TOO_MUCH: Said = said("Y hoy, 2.000 € más.", "And another €2,000 today.");
pub(super) const TOO_MUCH_GLOSS: Said = said(
    "De la {} solo quedan {} por cobrar. No se ha apuntado nada.",
    "Of {}, only {} is left to pay. Nothing was recorded.",
);
pub(super) const THE_REST: Said = said(
    "Perdón: era justo lo que faltaba, por recibo domiciliado.",
    "Sorry: it was exactly the rest, by direct debit.",
);
pub(super) const BOUNCED: Said =
    said("El banco ha devuelto ese recibo.", "The bank has returned that direct debit.");
pub(super) const BOUNCED_REASON: Said =
    said("Recibo devuelto por el banco", "Direct debit returned by the bank");
pub(super) const RETURNED: Said = said(
    "La librería ha devuelto 10 libros de la {}. Hazle la rectificativa.",
    "The bookshop has sent 10 books of {} back. Correct the invoice.",
);
pub(super) const RETURNED_REASON: Said = said("Devolución de 10 libros", "10 books returned");
pub(super) const THEATRE: Said = said(
    "Otro cliente: Teatro del Puerto, S.L., CIF B99216582, calle del Mar, 3, 46003 Valencia.",
    "Another client: Teatro del Puerto, S.L., tax number B99216582, Calle del Mar, 3, 46003 Valencia.",
);
pub(super) const WITHHELD: Said = said(
    "Factúrale el diseño del cartel de la temporada: 800 € más IVA, con retención del 15 %. Emítela ya.",
    "Invoice them for the design of the season's poster: €800 plus VAT, less 15% income tax that they withhold. Issue it \
     right away.",
);
pub(super) const POSTER_DESIGN: Said =
    said("Diseño del cartel de la temporada", "Design of the season's poster");
pub(super) const STATIONER: Said = said(
    "Y una papelería en recargo de equivalencia: Rosa Ibáñez Gil, NIF 87654321X, calle Mayor, 8, 46800 Xàtiva.",
    "And a stationer under Spain's equivalence surcharge: Rosa Ibáñez Gil, tax number 87654321X, Calle Mayor, 8, 46800 \
     Xàtiva.",
);
pub(super) const SURCHARGED: Said = said(
    "Emítele una factura por 40 libretas a 4,50 € y 20 libros a 12 €, estos con un IVA del 4 %.",
    "Issue her an invoice for 40 notebooks at €4.50 and 20 books at €12, those with 4% VAT.",
);
pub(super) const NOTEBOOKS: Said = said("Libretas", "Notebooks");
pub(super) const BY_HAND: Said = said(
    "A Taylor Peláez le hice a mano la factura M-17 hace 45 días, a 30 días: unos carteles, 480 € más IVA.",
    "I wrote Taylor Peláez invoice M-17 by hand 45 days ago, due in 30: some posters, €480 plus VAT.",
);
pub(super) const POSTERS: Said = said("Carteles", "Posters");
pub(super) const BOOKMARKS: Said = said("Marcapáginas", "Bookmarks");
pub(super) const ISSUE_AT_ONCE: Said = said(
    "Hazle y emite otra a la librería: marcapáginas, 150 € más IVA, que venza en 5 días.",
    "Make the bookshop another and issue it: bookmarks, €150 plus VAT, due in 5 days.",
);
pub(super) const ISSUE_TWICE: Said = said(
    "Y otra a la librería: marcapáginas, 150 €, emitida.",
    "And one more for the bookshop: bookmarks, €150, issued.",
);
pub(super) const CANCEL: Said =
    said("Esa estaba repetida: anula la {}.", "That was the same one again: cancel {}.");
pub(super) const CANCEL_REASON: Said = said("Duplicada de la {}", "Duplicate of {}");
pub(super) const LEAVE_DRAFT: Said = said(
    "Deja en borrador 300 € más IVA de tarjetas de visita para Erika Martin.",
    "Keep a draft for Erika Martin: business cards, €300 plus VAT.",
);
pub(super) const CARDS: Said = said("Tarjetas de visita", "Business cards");
pub(super) const WHAT_IS_URGENT: Said =
    said("¿Qué tengo pendiente esta semana?", "What needs my attention this week?");
pub(super) const HISTORY: Said = said("¿Qué ha pasado con la {}?", "What has happened to {}?");
pub(super) const CLIENT_TOTALS: Said =
    said("¿Cómo va la cuenta de la librería?", "How does the bookshop's account stand?");
pub(super) const PART_PAID: Said =
    said("¿Qué facturas están cobradas a medias?", "Which invoices are part-paid?");
pub(super) const BY_MONTH: Said =
    said("¿Cuánto he facturado estos meses?", "How much have I invoiced these months?");
pub(super) const BY_CLIENT: Said =
    said("¿Quiénes son mis cinco mejores clientes?", "Who are my five best clients?");
pub(super) const VERIFY: Said = said(
    "¿Puedo fiarme de que nadie ha tocado los registros?",
    "Can I be sure that nobody has touched the records?",
);
pub(super) const DELETE: Said = said("Borra a Tammy Cruz.", "Delete Tammy Cruz.");
pub(super) const DELETE_GLOSS: Said = said(
    "Tiene facturas emitidas, y esas se conservan: se puede archivar, pero no borrar.",
    "Issued invoices are kept, so this client can be archived but not deleted.",
);
pub(super) const RESOURCE: Said = said(
    "(El asistente también puede abrir la {} como recurso, sin llamar a ninguna herramienta.)",
    "(The assistant can also open {} as a resource, without any tool call.)",
);
pub(super) const IN_THE_END: Said = said("¿Y cómo quedan las cuentas?", "So how do the books stand now?");

// ---- the conversation: how answers are put ----

pub(super) const TERMS: Said = said("IVA {} · vencimiento a {} días · {}", "VAT {} · due in {} days · {}");
pub(super) const INVOICED: Said = said("facturado", "invoiced");
pub(super) const PAID: Said = said("cobrado", "paid");
pub(super) const OUTSTANDING: Said = said("pendiente", "outstanding");
pub(super) const OVERDUE: Said = said("vencido", "overdue");
pub(super) const DRAFT_NAME: Said = said("Borrador {}", "Draft {}");
pub(super) const ISSUED_ON: Said = said("emitida el {}", "issued {}");
pub(super) const DUE_ON: Said = said("vence el {}", "due {}");
pub(super) const DUE_SINCE: Said = said("vencida hace {} días", "{} days overdue");
pub(super) const TAX_BASE: Said = said("base imponible", "before tax");
pub(super) const VAT: Said = said("IVA {}", "VAT {}");
pub(super) const TOTAL: Said = said("total", "total");
pub(super) const SURCHARGE: Said = said("recargo {}", "surcharge {}");
pub(super) const WITHHOLDING: Said = said("retención de IRPF {}", "income tax withheld {}");
pub(super) const TO_PAY: Said = said("a pagar", "to pay");
pub(super) const CORRECTS: Said = said("Rectifica la {}. Motivo: {}.", "Corrects {}. Reason: {}.");
pub(super) const VERIFIED: Said = said(
    "{} registros de facturación encadenados, {} facturas y {} apuntes del historial: todo sigue como se escribió.",
    "{} registration records in one chain, {} invoices and {} entries of the history: all as they were written.",
);
pub(super) const LAST_RECORD: Said = said(
    "El último eslabón es la anulación de la {}. Su huella:",
    "The last link is the cancellation of {}. Its hash:",
);
pub(super) const SAME_ANSWER: Said = said(
    "La misma respuesta: sigue siendo la {}, versión {}. No se ha emitido nada dos veces.",
    "The same answer: it is still {}, at version {}. Nothing was issued twice.",
);
pub(super) const PAYMENT: Said = said("Cobro {}: {} el {}, {}.", "Payment {}: {} on {}, {}.");
pub(super) const REVERSAL: Said =
    said("Apunte {}: {} (anula el cobro {}).", "Entry {}: {} (reverses payment {}).");
pub(super) const STANDING: Said =
    said("{} ({}): cobrado {}, por cobrar {}.", "{} ({}): {} paid, {} outstanding.");
pub(super) const REASON: Said = said("Motivo: {}.", "Reason: {}.");
pub(super) const NUMBER_STAYS: Said = said("El número se conserva.", "It keeps its number.");
pub(super) const TOTAL_PART: Said = said("{}: {} en total", "{}: {} in total");
pub(super) const WITHHELD_PART: Said = said("{} de IRPF retenido", "{} of income tax withheld");
pub(super) const NETTED_PART: Said = said("{} compensado con rectificativas", "{} set off by corrections");
pub(super) const PAID_PART: Said = said("{} cobrado", "{} paid");
pub(super) const OUTSTANDING_PART: Said = said(" = {} pendiente.", " = {} outstanding.");
pub(super) const TIMES_OF: Said = said("Hora local ({}):", "Times of {}:");
pub(super) const ALERT_KINDS: [(&str, Said); 3] = [
    ("overdue", said("vencidas", "overdue")),
    ("due_soon", said("vencen en 7 días", "due within 7 days")),
    ("unissued_draft", said("borradores sin emitir", "drafts not issued")),
];
pub(super) const OLDEST: Said =
    said("La más antigua: {}, {}, {} ({} días).", "The oldest: {}, {}, {} ({} days).");
pub(super) const SOON: Said =
    said("Vence pronto: {}, {}, {} (en {} días).", "Due soon: {}, {}, {} (in {} days).");
pub(super) const STATUSES: [(&str, Said); 4] = [
    ("draft", said("borrador", "draft")),
    ("pending", said("pendiente", "pending")),
    ("paid", said("cobrada", "paid")),
    ("cancelled", said("anulada", "cancelled")),
];
pub(super) const METHODS: [(&str, Said); 2] = [
    ("transfer", said("por transferencia", "by transfer")),
    ("direct_debit", said("por recibo", "by direct debit")),
];
pub(super) const ACTIONS: [(&str, Said); 6] = [
    ("created", said("creada", "created")),
    ("updated", said("modificada", "changed")),
    ("issued", said("emitida", "issued")),
    ("corrected", said("rectificada", "corrected")),
    ("payment_recorded", said("cobro apuntado", "payment recorded")),
    ("payment_reversed", said("cobro anulado", "payment reversed")),
];
pub(super) const INVOICES: Said = said("facturas", "invoices");
pub(super) const STATUS: Said = said("estado", "status");
pub(super) const MONTH: Said = said("mes", "month");
pub(super) const CLIENT: Said = said("cliente", "client");
pub(super) const MONTHS: [Said; 12] = [
    said("enero", "January"),
    said("febrero", "February"),
    said("marzo", "March"),
    said("abril", "April"),
    said("mayo", "May"),
    said("junio", "June"),
    said("julio", "July"),
    said("agosto", "August"),
    said("septiembre", "September"),
    said("octubre", "October"),
    said("noviembre", "November"),
    said("diciembre", "December"),
];

/// What a code of the tools is called; the code itself where it has no other name.
pub(super) fn name(lang: Lang, names: &[(&str, Said)], code: &str) -> String {
    names.iter().find(|(known, _)| *known == code).map_or(code, |(_, name)| lang.of(name)).to_owned()
}
