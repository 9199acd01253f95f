//! Roles on servers of the test's own: where they cannot be made, where many make them at once, and what the private server does.

use std::fs;
use std::process::{Command, Output};

use facturo::database::private_server::PrivateServer;
use serde_json::json;
use tokio_postgres::{Client, NoTls};

use crate::scratch::{FACTURO, Scratch, assert_served_by, connect, host, is_up};
use crate::support::session::{Era, Session, facturo, facturo_with};

/// As `DATABASE_URL`, of a database on the server of a scratch directory.
fn url(scratch: &Scratch, login: &str, database: &str) -> String {
    let socket = scratch.data().join("socket").display().to_string().replace('/', "%2F");
    format!("postgresql://{login}@{socket}:5432/{database}")
}

fn run(arguments: &[&str], url: &str) -> Command {
    let mut command = facturo();
    command.args(arguments).env("DATABASE_URL", url);
    command
}

#[track_caller]
fn well(output: &Output) -> (String, String) {
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    let (told, complained) = (text(&output.stdout), text(&output.stderr));
    assert!(output.status.success(), "{told}{complained}");
    (told, complained)
}

async fn value(client: &Client, sql: &str) -> String {
    client.query_one(sql, &[]).await.unwrap().try_get(0).unwrap()
}

#[tokio::test]
async fn many_databases_are_migrated_at_once_on_one_server() {
    let scratch = Scratch::new("roles-many");
    let server = PrivateServer::start(&scratch.settings).await.unwrap();
    let admin = connect(&server).await;
    let mut migrations = Vec::new();
    for database in ["a", "b", "c"] {
        admin.batch_execute(&format!("CREATE DATABASE {database}")).await.unwrap();
        for _ in 0..2 {
            let mut command = run(&["migrate"], &url(&scratch, "postgres", database));
            migrations.push(std::thread::spawn(move || command.output().unwrap()));
        }
    }
    for migration in migrations {
        let (_, said) = well(&migration.join().unwrap());
        assert!(said.contains("facturo_app and facturo_read hold"), "{said}");
    }
    let again = run(&["migrate"], &url(&scratch, "postgres", "a")).output().unwrap();
    assert!(well(&again).1.contains("The schema is current"));
    let groups = "SELECT string_agg(rolname || rolcanlogin, ' ' ORDER BY rolname) FROM pg_roles WHERE rolname LIKE 'facturo%'";
    assert_eq!(value(&admin, groups).await, "facturo_appfalse facturo_readfalse");
}

#[tokio::test]
async fn where_roles_cannot_be_made_the_owner_migrates_and_serves_all_the_same() {
    let scratch = Scratch::new("roles-none");
    let server = PrivateServer::start(&scratch.settings).await.unwrap();
    let admin = connect(&server).await;
    admin.batch_execute("CREATE ROLE owner LOGIN").await.unwrap();
    admin.batch_execute("CREATE DATABASE books OWNER owner").await.unwrap();
    let owner = url(&scratch, "owner", "books");
    let (_, said) = well(&run(&["migrate"], &owner).output().unwrap());
    assert!(said.contains("could not be made") && said.contains("The schema is current"), "{said}");
    Session::start(run(&[], &owner).env("FACTURO_LOG", "info"), Era::Handshake)
        .call("create_client", json!({"name": "Ana"}));
    let refused = run(&["roles", "add", "ana"], &owner).output().unwrap();
    let said = String::from_utf8(refused.stderr).unwrap();
    assert!(!refused.status.success() && said.contains("may not make the role ana"), "{said}");

    // what it says is what an administrator has to run, and it is enough
    let (_, said) = well(&run(&["migrate"], &owner).output().unwrap());
    let statements = said.split("run ").nth(1).unwrap().split(" and migrate again").next().unwrap();
    admin.batch_execute(statements).await.unwrap();
    admin.batch_execute("CREATE ROLE ana LOGIN; GRANT facturo_read TO ana").await.unwrap();
    assert!(well(&run(&["migrate"], &owner).output().unwrap()).1.contains("hold what a login needs"));
    let (told, said) = well(&run(&["roles", "add", "ana", "--read-only"], &owner).output().unwrap());
    assert!(told.is_empty() && said.contains("keeps its password"), "{told}{said}");
    let mut ana = Session::start(&mut run(&[], &url(&scratch, "ana", "books")), Era::Handshake);
    assert_eq!(ana.call("find_clients", json!({"query": "ana"}))["items"].as_array().unwrap().len(), 1);
    ana.refuse("create_client", json!({"name": "Eva"}));
}

#[tokio::test]
async fn a_role_that_may_do_more_than_a_login_should_is_not_let_in() {
    let scratch = Scratch::new("roles-more");
    let server = PrivateServer::start(&scratch.settings).await.unwrap();
    let admin = connect(&server).await;
    admin
        .batch_execute("CREATE ROLE owner LOGIN CREATEROLE; CREATE ROLE owners; GRANT owners TO owner")
        .await
        .unwrap();
    admin.batch_execute("CREATE DATABASE books OWNER owner").await.unwrap();
    let owner = url(&scratch, "owner", "books");
    well(&run(&["roles", "add", "ana"], &owner).output().unwrap());
    for (name, rights) in [
        ("makes_roles", "CREATE ROLE makes_roles LOGIN CREATEROLE"),
        ("replicates", "CREATE ROLE replicates LOGIN REPLICATION"),
        (
            "runs_programs",
            "CREATE ROLE runs_programs LOGIN; GRANT pg_execute_server_program TO runs_programs",
        ),
        ("writes_all", "CREATE ROLE writes_all LOGIN; GRANT pg_write_all_data TO writes_all"),
        ("becomes_owner", "CREATE ROLE becomes_owner LOGIN NOINHERIT; GRANT owner TO becomes_owner"),
        ("makes_schemas", "CREATE ROLE makes_schemas LOGIN; GRANT CREATE ON DATABASE books TO makes_schemas"),
        ("becomes_ana", "CREATE ROLE becomes_ana LOGIN; GRANT ana TO becomes_ana"),
    ] {
        admin.batch_execute(rights).await.unwrap();
        let refused = run(&["roles", "add", name], &owner).output().unwrap();
        let said = String::from_utf8(refused.stderr).unwrap();
        assert!(
            !refused.status.success() && said.contains("may do more than a login should"),
            "{name}: {said}"
        );
        let listed = well(&run(&["roles"], &owner).output().unwrap()).0;
        assert!(!listed.contains(name), "{listed}");
    }
    admin.batch_execute("CREATE ROLE takes_nothing LOGIN NOINHERIT").await.unwrap();
    let refused = run(&["roles", "add", "takes_nothing"], &owner).output().unwrap();
    let said = String::from_utf8(refused.stderr).unwrap();
    assert!(!refused.status.success() && said.contains("ALTER ROLE takes_nothing INHERIT"), "{said}");
}

#[tokio::test]
async fn what_keeps_a_login_from_being_added_is_said() {
    let scratch = Scratch::new("roles-said");
    let server = PrivateServer::start(&scratch.settings).await.unwrap();
    let admin = connect(&server).await;
    admin
        .batch_execute("CREATE ROLE owner LOGIN CREATEROLE; CREATE ROLE replicates LOGIN REPLICATION")
        .await
        .unwrap();
    admin.batch_execute("CREATE DATABASE books OWNER owner").await.unwrap();
    admin.batch_execute("CREATE DATABASE more OWNER owner").await.unwrap();
    let owner = url(&scratch, "owner", "books");
    let add = |url: &str, name: &str| {
        let mut command = run(&["roles", "add", name], url);
        command.env("FACTURO_ROLE_PASSWORD", "given");
        command
    };
    let refused = |command: &mut Command, words: &[&str]| {
        let output = command.output().unwrap();
        let said = String::from_utf8(output.stderr).unwrap();
        assert!(!output.status.success() && words.iter().all(|word| said.contains(word)), "{said}");
    };
    well(&add(&owner, "ana").output().unwrap());
    let again = well(&add(&owner, "ana").output().unwrap()).1;
    assert!(again.contains("for every database of the server"), "{again}");
    let verifier = "SELECT rolpassword FROM pg_authid WHERE rolname = 'ana'";
    let before = value(&admin, verifier).await;
    let more = url(&scratch, "owner", "more");
    refused(
        &mut add(&more, "ana"),
        &["role ana on this server already", "wherever else", "unset FACTURO_ROLE_PASSWORD"],
    );
    assert_eq!(value(&admin, verifier).await, before);
    assert!(well(&run(&["roles", "add", "ana"], &more).output().unwrap()).1.contains("keeps its password"));

    refused(add(&owner, "eva").args(["--business", "2"]), &["--business", "no business 2", "the first"]);
    refused(&mut add(&owner, "replicates"), &["replicate the server", "Take another name"]);
    let anas = url(&scratch, "ana", "books");
    for command in ["add", "remove"] {
        let words =
            ["ana does not own the database", &format!("facturo roles {command}"), "owner's DATABASE_URL"];
        refused(&mut run(&["roles", command, "eva"], &anas), &words);
    }
}

/// By itself PostgreSQL looks first into a schema of the role's own name.
#[tokio::test]
async fn tables_that_somebody_put_before_facturo_s_are_not_looked_into() {
    let scratch = Scratch::new("roles-shadow");
    let server = PrivateServer::start(&scratch.settings).await.unwrap();
    let admin = connect(&server).await;
    admin.batch_execute("CREATE ROLE owner LOGIN CREATEROLE; CREATE ROLE prov LOGIN").await.unwrap();
    admin.batch_execute("CREATE DATABASE books OWNER owner").await.unwrap();
    let owner = url(&scratch, "owner", "books");
    well(&run(&["roles", "add", "ana"], &owner).output().unwrap());
    admin.batch_execute("GRANT CREATE ON DATABASE books TO prov").await.unwrap();
    let (prov, connection) = {
        let mut config = server.config();
        config.user("prov").dbname("books").connect(NoTls).await.unwrap()
    };
    tokio::spawn(connection);
    for role in ["owner", "ana"] {
        let named = url(&scratch, role, "books");
        prov.batch_execute(&format!(
            "CREATE SCHEMA {role}; GRANT USAGE ON SCHEMA {role} TO public;
             CREATE FUNCTION {role}.run() RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN RAISE 'it ran'; END $$;
             CREATE VIEW {role}.schema_migrations AS SELECT 1 AS version, '' AS name, ''::bytea AS checksum WHERE {role}.run();
             GRANT SELECT ON {role}.schema_migrations TO public"
        ))
        .await
        .unwrap();
        for command in ["check", "migrate", "backup"] {
            let mut command = run(&[command], &named);
            if command.get_args().any(|argument| argument == "backup") {
                command.arg(scratch.data().join("books.backup"));
            }
            let refused = command.output().unwrap();
            let said = String::from_utf8(refused.stderr).unwrap();
            let words = format!("schema {role} before facturo's own, and that belongs to prov");
            assert!(!refused.status.success() && said.contains(&words) && !said.contains("it ran"), "{said}");
        }
        let told = Session::start(&mut run(&[], &named), Era::Handshake).refuse("get_business", json!({}));
        assert!(told.contains("belongs to prov") && told.contains("dropped"), "{told}");
        prov.batch_execute(&format!("DROP SCHEMA {role} CASCADE")).await.unwrap();
        assert!(well(&run(&["check"], &named).output().unwrap()).0.contains("All is well"));
    }
}

#[tokio::test]
async fn a_login_enters_with_the_password_that_it_was_given_and_no_log_has_it() {
    let scratch = Scratch::new("roles-pass");
    let server = PrivateServer::start(&scratch.settings).await.unwrap();
    let admin = connect(&server).await;
    // an owner who may make roles, as managed servers have it
    admin.batch_execute("CREATE ROLE owner LOGIN CREATEROLE").await.unwrap();
    admin.batch_execute("CREATE DATABASE books OWNER owner").await.unwrap();
    admin.batch_execute("ALTER SYSTEM SET log_statement = 'all'").await.unwrap();
    let rules = "local all postgres trust\nlocal all owner trust\nlocal all all scram-sha-256\n";
    fs::write(scratch.data().join("postgres/pg_hba.conf"), rules).unwrap();
    admin.query_one("SELECT pg_reload_conf()", &[]).await.unwrap();
    let owner = url(&scratch, "owner", "books");

    let mut add = run(&["roles", "add", "ana"], &owner);
    let (anas, said) = well(&add.env("FACTURO_LOG", "debug").output().unwrap());
    let password = anas.split([':', '@']).nth(2).unwrap().to_owned();
    assert!(password.len() >= 32 && !said.contains(&password), "{said}");
    assert!(scratch.log().contains("CREATE ROLE ana") && !scratch.log().contains(&password));
    Session::start(&mut run(&[], anas.trim()), Era::Handshake).call("get_business", json!({}));
    let wrong = anas.replace(&password, "wrong");
    let told = Session::start(&mut run(&[], wrong.trim()), Era::Handshake).refuse("get_business", json!({}));
    assert!(told.contains("password authentication failed") && !told.contains("wrong"), "{told}");

    // a password of one's own, which a second run changes, is told nobody
    for given in ["first: it's", "second/@%"] {
        let mut add = run(&["roles", "add", "eva", "--read-only"], &owner);
        let (told, _) = well(&add.env("FACTURO_ROLE_PASSWORD", given).output().unwrap());
        assert_eq!(told, "");
        let mut config: tokio_postgres::Config = owner.parse().unwrap();
        let (client, connection) = config.user("eva").password(given).connect(NoTls).await.unwrap();
        tokio::spawn(connection);
        client.query_one("SELECT business_id FROM businesses", &[]).await.unwrap();
    }
}

#[tokio::test]
async fn the_private_server_is_served_by_a_role_that_owns_nothing() {
    let scratch = Scratch::new("roles-own");
    let server = PrivateServer::start(&scratch.settings).await.unwrap();
    let mut hosts = [(); 6].map(|()| host(&scratch.settings));
    let asked = hosts.each_mut().map(|host| host.send_call("create_client", json!({"name": "Ana"})));
    for (host, asked) in hosts.iter_mut().zip(asked) {
        host.outcome(asked).unwrap();
    }
    let admin = connect(&server).await;
    let serving =
        "SELECT string_agg(DISTINCT usename, ' ') FROM pg_stat_activity WHERE application_name = 'facturo'";
    assert_eq!(value(&admin, serving).await, "business_1");
    assert_eq!(
        value(&admin, "SELECT rolsuper::text FROM pg_roles WHERE rolname = 'business_1'").await,
        "false"
    );
    drop(hosts);
    // as after a restore that left rights and policies out
    admin.batch_execute("DROP OWNED BY facturo_app; DROP POLICY business_1 ON events").await.unwrap();
    is_up(&mut host(&scratch.settings));

    let mut command = facturo_with(FACTURO.as_ref(), &scratch.settings);
    let mut reader = Session::start(command.env("FACTURO_READ_ONLY", "1"), Era::Handshake);
    assert_eq!(reader.call("find_clients", json!({"query": "ana"}))["items"].as_array().unwrap().len(), 6);
    assert_served_by(&admin, "business_1_reader").await;
    let writes = "SELECT has_table_privilege('business_1_reader', 'clients', 'INSERT')::text";
    assert_eq!(value(&admin, writes).await, "false");
}

/// Any login may `ALTER ROLE` itself so. Who serves is rid of it before it connects, and `facturo check` tells.
#[tokio::test]
async fn settings_that_a_login_gave_itself_are_taken_away() {
    let scratch = Scratch::new("roles-settings");
    let server = PrivateServer::start(&scratch.settings).await.unwrap();
    let admin = connect(&server).await;
    admin.batch_execute("CREATE ROLE owner LOGIN CREATEROLE").await.unwrap();
    admin.batch_execute("CREATE DATABASE books OWNER owner").await.unwrap();
    let spoil = async |login: &str, database: &str| {
        let mut config = server.config();
        let (client, connection) = config.user(login).dbname(database).connect(NoTls).await.unwrap();
        tokio::spawn(connection);
        let everywhere =
            ["search_path = 'nope'", "default_transaction_read_only = on", "statement_timeout = 1"];
        let mut sql: String = everywhere.map(|set| format!("ALTER ROLE {login} SET {set};")).concat();
        sql += &format!("ALTER ROLE {login} IN DATABASE {database} SET search_path = 'nope'");
        client.batch_execute(&sql).await.unwrap();
    };
    let told = |login: &str| {
        format!(
            "{login} brings search_path, default_transaction_read_only, statement_timeout, search_path along"
        )
    };

    is_up(&mut host(&scratch.settings));
    let check = || facturo_with(FACTURO.as_ref(), &scratch.settings).arg("check").output().unwrap();
    assert!(!well(&check()).0.contains("along"));
    spoil("business_1", "postgres").await;
    let said = well(&check()).0;
    assert!(said.contains(&told("business_1")) && said.contains("the next start takes that away"), "{said}");
    host(&scratch.settings).call("create_client", json!({"name": "Ana"}));
    assert!(!well(&check()).0.contains("along"));

    let owner = url(&scratch, "owner", "books");
    well(&run(&["roles", "add", "ana"], &owner).output().unwrap());
    spoil("ana", "books").await;
    let anas = url(&scratch, "ana", "books");
    let said = String::from_utf8(run(&["check"], &anas).output().unwrap().stdout).unwrap();
    assert!(said.contains(&told("ana")) && said.contains("`facturo roles add` takes that away"), "{said}");
    well(&run(&["roles", "add", "ana"], &owner).output().unwrap());
    Session::start(&mut run(&[], &anas), Era::Handshake).call("create_client", json!({"name": "Eva"}));
}
