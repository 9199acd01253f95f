//! Who may do what, through the real binary.

mod commands;
mod forge;
mod hostile;
mod matrix;
mod read_only;
mod sessions;
