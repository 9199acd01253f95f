//! What calls cost as the books grow: ten invoices for each client, and as many overdue ones in the large books as in the
//! small.

use serde_json::{Value, json};

use crate::{
    Result,
    books::{self, Shape},
    measure::Plan,
    plans,
    report::{Bar, Table, number},
    server::{ADMINISTRATION, Server},
    statistics::{Random, median},
    subject::Subject,
};

const SIZES: [i64; 3] = [10_000, 100_000, 1_000_000];
/// Most in the p50 of the largest against that of the smallest.
const MOST: f64 = 1.5;
/// Calls that a p50 is made of.
const CALLS: usize = 15;
/// What is asked: its name, and tool and arguments.
type Question = (&'static str, fn(&Drawn) -> (&'static str, Value));
const QUESTIONS: [Question; 8] = [
    ("get_client", |drawn| ("get_client", json!({"client_id": drawn.client}))),
    ("create_invoice", |drawn| ("create_invoice", draft(drawn))),
    ("list_invoices, first page", |_| ("list_invoices", json!({"limit": 50}))),
    ("list_invoices, a page in the middle", |drawn| {
        ("list_invoices", json!({"limit": 50, "cursor": drawn.middle}))
    }),
    ("list_invoices, 50 of a client's pending", |drawn| {
        ("list_invoices", json!({"limit": 50, "client_id": drawn.heavy_client, "status": "pending"}))
    }),
    ("list_alerts", |_| ("list_alerts", json!({}))),
    ("find_clients, by words", |drawn| {
        ("find_clients", json!({"query": format!("cliente{}@example.com", drawn.client)}))
    }),
    ("find_clients, with typos", |_| ("find_clients", json!({"query": "Feretria Hidlago"}))),
];

/// The table, that of the plans over the largest books, and the statements whose plan is refused.
pub fn measure(server: &Server, plan: &Plan) -> Result<([Table; 2], Vec<String>)> {
    let mut books: Vec<Books> = SIZES.iter().map(|size| Books::make(server, *size)).collect::<Result<_>>()?;
    server.rows(ADMINISTRATION, "CHECKPOINT")?;
    // of each question, of each size, each round's p50
    let mut p50s = [const { [const { Vec::new() }; SIZES.len()] }; QUESTIONS.len()];
    let mut random = Random::new(1);
    for round in 0..=plan.rounds {
        let turn = |question: usize| (0..SIZES.len()).map(move |size| (question, size));
        let mut turns: Vec<(usize, usize)> = (0..QUESTIONS.len()).flat_map(turn).collect();
        random.shuffle(&mut turns);
        for (question, size) in turns {
            let p50 = books[size].p50(&QUESTIONS[question], &mut random)?;
            if round > 0 {
                p50s[question][size].push(p50); // the first warms up
            }
        }
    }
    let table = table(plan, &p50s);
    let largest = books.last().map(|books| books.database.clone()).unwrap_or_default();
    let (plans, refused) = plans::look(server, &largest)?;
    for books in books {
        books.subject.end()?;
        books::close(server, &books.database)?;
    }
    Ok(([table, plans], refused))
}

fn table(plan: &Plan, p50s: &[[Vec<f64>; SIZES.len()]; QUESTIONS.len()]) -> Table {
    let title = format!("As the books grow (medians of {} rounds)", plan.rounds);
    let columns = ["p50, ms", "10 k invoices", "100 k", "1 M", "1 M against 10 k", "bar", "holds"];
    let mut table = Table::new(&title, &columns);
    for ((what, _), sizes) in QUESTIONS.iter().zip(p50s) {
        let [small, _, large] = sizes;
        let ratio = median(large.iter().zip(small).map(|(large, small)| large / small).collect());
        let mut cells = vec![(*what).to_owned()];
        cells.extend(sizes.iter().map(|p50s| number(median(p50s.clone()), 2)));
        cells.push(number(ratio, 2));
        cells.extend(Bar::AtMost(MOST).cells(ratio));
        table.row(cells);
    }
    table
}

struct Books {
    database: String,
    shape: Shape,
    subject: Subject,
    /// The cursor of a page in the middle.
    middle: String,
}

/// What changes from call to call, and the cursor that does not.
struct Drawn<'a> {
    client: i64,
    heavy_client: i64,
    key: u64,
    middle: &'a str,
}

impl Books {
    fn make(server: &Server, invoices: i64) -> Result<Self> {
        let (shape, database) = (Shape { invoices }, format!("scale_{invoices}"));
        books::make(server, &database, shape)?;
        let mut subject = Subject::spawn(&mut server.facturo(&database))?;
        subject.initialize()?;
        let middle = "SELECT issue_date || '~' || id FROM invoices ORDER BY issue_date DESC, id DESC
                      OFFSET (SELECT count(*) / 2 FROM invoices) LIMIT 1";
        let middle = format!("newest~{}", server.value(&database, middle)?);
        Ok(Self { database, shape, subject, middle })
    }

    /// Milliseconds.
    fn p50(&mut self, (_, question): &Question, random: &mut Random) -> Result<f64> {
        let (heavy, clients) = (self.shape.heavy_clients(), self.shape.clients());
        let mut times = Vec::new();
        for _ in 0..CALLS {
            let (tool, arguments) = question(&Drawn {
                client: random.within(heavy + 1, clients),
                heavy_client: random.within(1, heavy),
                key: random.next(),
                middle: &self.middle,
            });
            let (took, said) = self.subject.ask(tool, &arguments)?;
            let rows = said["items"].as_array().map_or(1, Vec::len);
            if rows == 0 || tool == "list_invoices" && rows != 50 {
                return Err(format!("{tool} {arguments} answered {rows} rows").into());
            }
            times.push(took.as_secs_f64() * 1e3);
        }
        median(times).ok_or_else(|| "no calls".into())
    }
}

fn draft(drawn: &Drawn) -> Value {
    json!({
        "client_id": drawn.client,
        "lines": [
            {"description": "Design hours", "quantity": 10, "unit_price": "45.50"},
            {"description": "Printing and delivery", "quantity": 5, "unit_price": "29.00"},
        ],
        "idempotency_key": drawn.key.to_string(),
    })
}
