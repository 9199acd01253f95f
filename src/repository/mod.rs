//! SQL in, domain types out. A read takes any client, a write of several statements a transaction; nothing here opens a
//! transaction or decides anything. One statement a file, under `sql/queries`.

pub mod alarm;
pub mod alert;
pub mod business;
pub mod client;
mod contact;
pub mod document;
pub mod event;
pub mod idempotency;
pub mod invoice;
pub mod page;
pub mod payment;
pub mod record;
pub mod report;
pub mod series;
pub mod sql;
pub mod unprepared;

pub use self::sql::together;
