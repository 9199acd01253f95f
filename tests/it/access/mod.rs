//! Who may do what, through the real binary.

mod read_only;
