//! What a person can do by talking to an assistant, through the real binary, a file per theme.

mod business;
