//! What goes to stdout and stderr: MCP and nothing else on the one, nothing private on the other.

use serde_json::json;

use crate::support::database::Database;
use crate::support::office::{DESCRIBED, Office, id};
use crate::support::session::{Era, Session, facturo};

const NAME: &str = "Zacarías Quintanilla";
const EMAIL: &str = "zacarias@quintanilla.example";
const PASSWORD: &str = "swordfish";

/// A session with good calls, refusals, lines that are no MCP, and a lost connection.
fn session(database: &Database, era: Era, level: &str) -> String {
    database.rows(DESCRIBED);
    let url = database.url().replacen('@', &format!(":{PASSWORD}@"), 1);
    assert!(url.contains(PASSWORD), "{url}");
    let mut session = Session::start(facturo().env("DATABASE_URL", url).env("FACTURO_LOG", level), era);
    let client =
        json!({"name": NAME, "email": EMAIL, "phone": "600 123 123", "notes": NAME, "private_person": true});
    let client = id(&session.call("create_client", client));
    let new = json!({"client_id": client, "net_amount": 1, "description": NAME, "issue": true, "idempotency_key": format!("{era:?}")});
    let invoice = id(&session.call("create_invoice", new));
    session.call("find_clients", json!({"query": NAME}));
    session.refuse("update_client", json!({"client_id": client, "email": "zacarias quintanilla"}));
    session.refuse("delete_client", json!({"client_id": client}));
    session.read_resource("facturo://alerts").unwrap();
    session.read_resource("facturo://nothing").unwrap_err();
    session.request("nothing/at_all", json!({"name": NAME}));
    session.host.write(format!("{NAME}, no JSON\n"));
    database.cut_connections();
    session.call("record_payment", json!({"invoice_id": invoice, "reference": NAME}));
    // every line that was read was JSON, or reading it would have failed; so are those that are left
    let end = session.close();
    assert_eq!((end.code, end.answers.len()), (Some(0), 0), "{}", end.log);
    end.log
}

#[test]
fn stdout_carries_mcp_only_with_everything_logged() {
    let database = Database::new();
    for era in [Era::Handshake, Era::Stateless] {
        let log = session(&database, era, "trace,rmcp=trace,tokio_postgres=trace");
        assert!(log.contains("TRACE") && log.contains("DEBUG"), "nothing was logged: {log}");
        assert!(!log.contains(PASSWORD), "{log}");
    }
}

#[test]
fn the_log_holds_no_secret_and_nobody_s_data() {
    let database = Database::new();
    for era in [Era::Handshake, Era::Stateless] {
        let log = session(&database, era, "info");
        assert!(log.contains("WARN"), "the lost connection or the bad line is told: {log}");
        for private in [PASSWORD, NAME, EMAIL, "Zacar", "quintanilla", "600 123"] {
            assert!(!log.contains(private), "{private} in {log}");
        }
    }
}

#[test]
fn the_log_names_what_postgresql_said_and_quotes_no_row() {
    let mut office = Office::open();
    office.database.rows("ALTER TABLE clients ADD CONSTRAINT not_here CHECK (name NOT LIKE 'Zac%')");
    office.refuse("create_client", json!({"name": NAME}));
    let name = office.database.value("SELECT current_database()");
    office.database.rows(&format!("ALTER DATABASE {name} SET default_transaction_read_only = on"));
    office.database.cut_connections();
    let text = office.refuse("create_client", json!({"name": "Ana"}));
    assert!(!text.contains("25006"), "{text}");
    office.read_resource("facturo://business").unwrap();
    let log = office.host.log();
    for told in ["23514", "not_here", "25006", "read-only"] {
        assert!(log.contains(told), "{told} is not in {log}");
    }
    assert!(!log.contains(NAME) && !log.contains("Failing row"), "{log}");
}

#[test]
fn a_command_that_fails_inside_says_why_on_stderr() {
    let database = Database::empty();
    database.rows("CREATE TABLE schema_migrations (something text)");
    for command in ["migrate", "check"] {
        let output = facturo().arg(command).env("DATABASE_URL", database.url()).output().unwrap();
        let told = String::from_utf8(output.stderr).unwrap();
        assert!(!output.status.success() && told.contains("inside facturo"), "{told}");
        assert!(told.contains("42703") && told.contains("version"), "{told}");
    }
    // so does a server, whoever asks first
    let mut session = Session::on(&database);
    session.refuse("get_business", json!({}));
    let end = session.close();
    assert!(end.log.contains("42703"), "{}", end.log);
}

#[test]
fn a_log_that_nobody_reads_holds_nothing_up() {
    let database = Database::new();
    let mut command = facturo();
    command.env("DATABASE_URL", database.url()).env("FACTURO_LOG", "trace,rmcp=trace,tokio_postgres=trace");
    let mut session = Session::start_unread(&mut command, Era::Handshake);
    let name = "Ana ".repeat(30);
    for _ in 0..100 {
        session.call("create_client", json!({"name": name}));
    }
    // a reader that comes late is told that something is missing
    let log = session.host.child.stderr.take().unwrap();
    let read = std::thread::spawn(move || std::io::read_to_string(log).unwrap());
    std::thread::sleep(std::time::Duration::from_millis(200));
    session.call("get_business", json!({}));
    assert_eq!(session.close().code, Some(0));
    let read = read.join().unwrap();
    assert!(read.contains("lines are missing here"), "{read}");
}
