//! What a person can do by talking to an assistant, through the real binary, a file per theme.

mod arguments;
mod business;
mod clients;
mod external;
mod figures;
mod finding;
mod history;
mod idempotency;
mod invoices;
mod listing;
mod payments;
mod resources;
mod versions;
