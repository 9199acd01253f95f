//! Who may do what.

pub mod caller;
mod crypto;
pub mod gate;
pub mod keys;
pub mod role;
pub mod scope;
pub mod signing;
pub mod token;
