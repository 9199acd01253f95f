//! Every statement that the product sends fits the schema.

use std::fs;

use crate::support::database::Database;
use crate::support::wait;

#[test]
fn every_query_file_prepares() {
    let database = Database::new();
    let mut files: Vec<_> = fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/sql/queries"))
        .unwrap()
        .flat_map(|room| fs::read_dir(room.unwrap().path()).unwrap())
        .map(|file| file.unwrap().path())
        .collect();
    files.sort();
    assert!(files.len() > 30, "{files:?}");
    wait(async {
        let client = database.client().await;
        for file in files {
            let sql = fs::read_to_string(&file).unwrap();
            client.prepare(&sql).await.unwrap_or_else(|error| panic!("{}: {error:?}", file.display()));
        }
    });
}
