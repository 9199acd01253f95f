//! What a person can do by talking to an assistant, through the real binary, a file per theme.

mod business;
mod clients;
mod external;
mod finding;
mod invoices;
mod listing;
