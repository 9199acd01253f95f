//! How a row is read.

use facturo::error::Error;
use facturo::repository::sql;

use crate::support::transaction::with_transaction;

#[tokio::test]
async fn a_column_is_found_by_its_name_wherever_it_stands() {
    with_transaction(async |act| {
        let statement = "SELECT 'a' AS one, 'b' AS two, 'c' AS three";
        let read = sql::query_one(act.tx, statement, &[], |row| {
            Ok([row.get::<String>("three")?, row.get("one")?, row.get("two")?])
        });
        assert_eq!(read.await.unwrap(), ["c", "a", "b"]);
        let missing = sql::query_one(act.tx, statement, &[], |row| row.get::<String>("four")).await;
        assert!(matches!(missing, Err(Error::Internal { .. })));
    })
    .await;
}
