//! A business at work: a database of its own and a conversation over it, with words for what tests do all the time.

use std::ops::{Deref, DerefMut};

use facturo::clock;
use facturo::domain::codes::TimeZone;
use serde_json::{Value, json};
use time::{Date, Duration};

use super::database::Database;
use super::session::Session;

/// Says of business 1 what a business in Spain has to say before it may issue.
pub(crate) const DESCRIBED: &str =
    "UPDATE businesses SET legal_name = 'Estudio Prueba', tax_id = '12345678Z', street = 'Calle Mayor 1',
                           postal_code = '28001', city = 'Madrid'";

pub(crate) struct Office {
    session: Session,
    pub(crate) database: Database,
}

/// The same for `update_business`.
pub(crate) fn described() -> Value {
    json!({
        "legal_name": "Estudio Prueba", "tax_id": "12345678Z", "street": "Calle Mayor 1", "postal_code": "28001",
        "city": "Madrid",
    })
}

impl Office {
    /// Of a business that may issue invoices.
    pub(crate) fn open() -> Self {
        let database = Database::new();
        database.rows(DESCRIBED);
        Self::of(database)
    }

    /// Of a business that has said nothing of itself yet.
    pub(crate) fn open_undescribed() -> Self {
        Self::of(Database::new())
    }

    /// Of the books in a database.
    pub(crate) fn of(database: Database) -> Self {
        Self { session: Session::on(&database), database }
    }

    /// The conversation and the database by themselves, to end the one before the other.
    pub(crate) fn part(self) -> (Session, Database) {
        (self.session, self.database)
    }

    /// A consumer of this name, by its id: one who needs neither tax number nor address.
    pub(crate) fn client(&mut self, name: &str) -> i64 {
        id(&self.call("create_client", json!({"name": name, "private_person": true})))
    }

    /// An untaxed draft, by its id.
    pub(crate) fn draft(&mut self, client: i64, net_amount: &str) -> i64 {
        self.invoice(client, net_amount, json!({}))
    }

    /// An untaxed invoice issued today, by its id.
    pub(crate) fn issued(&mut self, client: i64, net_amount: &str) -> i64 {
        self.invoice(client, net_amount, json!({"issue": true}))
    }

    /// An untaxed invoice, unless it has a rate, with whatever else is said of it, by its id.
    #[track_caller]
    pub(crate) fn invoice(&mut self, client: i64, net_amount: &str, more: Value) -> i64 {
        let is_taxed = !more["tax_rate"].is_null() && more["tax_rate"] != 0;
        let untaxed = if is_taxed { json!(null) } else { json!("zero") };
        let plain = json!({
            "client_id": client, "net_amount": net_amount, "description": "Work", "tax_category": untaxed,
        });
        id(&self.call("create_invoice", with(plain, more)))
    }

    pub(crate) fn get(&mut self, invoice: i64) -> Value {
        self.call("get_invoice", json!({"invoice_id": invoice}))
    }

    /// Ids of what a list answers, in its order.
    #[track_caller]
    pub(crate) fn ids(&mut self, tool: &str, arguments: Value) -> Vec<i64> {
        self.call(tool, arguments)["items"].as_array().unwrap().iter().map(id).collect()
    }

    /// The call is refused in these words, and the database is as it was.
    #[track_caller]
    pub(crate) fn refuses(&mut self, tool: &str, arguments: Value, words: &[&str]) {
        let told = arguments.to_string();
        let before = self.contents();
        let text = self.refuse(tool, arguments);
        for word in words {
            assert!(text.contains(word), "{tool} {told} was refused without {word:?}: {text}");
        }
        assert_eq!(self.contents(), before, "{tool} {told} was refused, and wrote something");
    }

    /// All rows of all tables, in short.
    pub(crate) fn contents(&self) -> Vec<Vec<String>> {
        let tables = "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace ORDER BY 1";
        let of = |table: &str| {
            format!(
                "SELECT '{table}', count(*), md5(string_agg(t::text, ' ' ORDER BY t::text)) FROM {table} t"
            )
        };
        let each: Vec<_> = self.database.rows(tables).iter().map(|row| of(&row[0])).collect();
        self.database.rows(&each.join(" UNION ALL "))
    }
}

impl Deref for Office {
    type Target = Session;

    fn deref(&self) -> &Session {
        &self.session
    }
}

impl DerefMut for Office {
    fn deref_mut(&mut self) -> &mut Session {
        &mut self.session
    }
}

#[track_caller]
pub(crate) fn id(thing: &Value) -> i64 {
    thing["id"].as_i64().unwrap_or_else(|| panic!("no id in {thing}"))
}

/// One object with the fields of both, the second's before the first's.
pub(crate) fn with(mut object: Value, more: Value) -> Value {
    let Value::Object(more) = more else { panic!("{more} is no object") };
    object.as_object_mut().unwrap().extend(more);
    object
}

/// Today of a new business, and so many days after it.
pub(crate) fn day(offset: i64) -> String {
    (today_in("Europe/Madrid") + Duration::days(offset)).to_string()
}

pub(crate) fn today_in(zone: &str) -> Date {
    clock::day(clock::now(), &TimeZone::parse("time_zone", zone).unwrap())
}

/// The number that our series gives this year.
pub(crate) fn number(place: i64) -> String {
    format!("F-{}-{place:04}", today_in("Europe/Madrid").year())
}

/// Asserts that a JSON object has these fields with these values, whatever else it has.
#[track_caller]
pub(crate) fn assert_fields(object: &Value, expected: Value) {
    for (field, value) in expected.as_object().unwrap() {
        assert_eq!(&object[field], value, "{field} of {object}");
    }
}

/// No ids.
pub(crate) const NONE: [i64; 0] = [];
