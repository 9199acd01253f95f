//! Who may do what.

pub mod scope;
