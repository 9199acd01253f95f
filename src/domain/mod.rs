//! The business itself: pure rules. No async, SQL, MCP, clock or environment; today and now come in as arguments.

pub mod alert;
pub mod business;
pub mod client;
pub mod codes;
pub mod contact;
pub mod correction;
pub mod date;
pub mod decimal;
pub mod document;
pub mod event;
#[cfg(test)]
mod fixtures;
pub mod ids;
pub mod invoice;
pub mod line;
pub mod mentions;
pub mod money;
pub mod node;
pub mod payment;
pub mod place;
pub mod record;
pub mod report;
pub mod requirements;
pub mod series;
pub mod tax;
pub mod tax_id;
pub mod text;
pub mod verification;
