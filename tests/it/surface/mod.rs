//! What hosts and models see of all tools at once.

mod answers;
mod logs;
mod panics;
mod tools;
