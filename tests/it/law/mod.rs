//! The law of invoices in Spain, and the arithmetic of EN 16931: each rule through the real binary, named by its article.
//! Articles without another name are those of RD 1619/2012.

mod arithmetic;
mod buyers;
mod categories;
mod correcting;
mod credits;
mod currencies;
mod days;
mod drafts;
mod frozen;
mod records;
mod requirements;
mod series;
mod simplified;
mod surcharge;
mod taking_back;
mod tampering;
mod uncorrectable;
mod unpaid;
mod withholding;
mod writing_off;

use serde_json::{Value, json};

use crate::support::office::{Office, id, with};

const NIF: &str = "B12345674";

impl Office {
    /// A company in Spain, by its id: one that the law wants named in full.
    fn company(&mut self, more: Value) -> i64 {
        let plain = json!({
            "name": "Cliente, S.L.", "tax_id": NIF, "street": "Gran Vía 2", "postal_code": "28013", "city": "Madrid",
            "country": "ES",
        });
        id(&self.call("create_client", with(plain, more)))
    }

    /// A retailer in the regime of equivalence, by its id: a natural person, as art. 148 LIVA has it.
    fn retailer(&mut self) -> i64 {
        self.company(json!({"name": "Rosa Ibáñez", "tax_id": "87654321X", "surcharge": true}))
    }

    /// A company in another country, by its id.
    fn abroad(&mut self, country: &str, tax_id: &str) -> i64 {
        self.company(json!({"country": country, "tax_id": tax_id}))
    }

    /// An invoice at the usual rate, issued today.
    #[track_caller]
    fn sold(&mut self, client: i64, net_amount: &str, more: Value) -> Value {
        let plain =
            json!({"client_id": client, "net_amount": net_amount, "description": "Work", "issue": true});
        self.call("create_invoice", with(plain, more))
    }

    /// An invoice of these lines, issued today.
    #[track_caller]
    fn sold_lines(&mut self, client: i64, lines: Value, more: Value) -> Value {
        let plain = json!({"client_id": client, "lines": lines, "issue": true});
        self.call("create_invoice", with(plain, more))
    }

    /// Refuses to issue, in these words, and writes nothing.
    #[track_caller]
    fn sells_not(&mut self, client: i64, more: Value, words: &[&str]) {
        let plain = json!({"client_id": client, "net_amount": 100, "description": "Work", "issue": true});
        self.refuses("create_invoice", with(plain, more), words);
    }

    /// The corrective invoice, and the original after it.
    #[track_caller]
    fn corrected(&mut self, invoice: &Value, more: Value) -> (Value, Value) {
        let plain = json!({"invoice_id": invoice["id"], "reason": "Returned"});
        let answer = self.call("correct_invoice", with(plain, more));
        (answer["invoice"].clone(), answer["original"].clone())
    }

    #[track_caller]
    fn corrects_not(&mut self, invoice: &Value, more: Value, words: &[&str]) {
        let plain = json!({"invoice_id": invoice["id"], "reason": "Returned"});
        self.refuses("correct_invoice", with(plain, more), words);
    }

    /// What a column of the breakdown comes to in all records: in euros.
    fn recorded(&self, column: &str) -> String {
        self.database.value(&format!(
            "SELECT coalesce(sum((detail ->> '{column}')::numeric), 0) FROM registration_records
             CROSS JOIN LATERAL json_array_elements(record::json #> '{{RegistroAlta,Desglose,DetalleDesglose}}') AS detail"
        ))
    }

    fn look(&mut self, invoice: &Value) -> Value {
        self.get(id(invoice))
    }
}
