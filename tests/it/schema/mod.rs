//! The schema itself: its shape, what it refuses, how it came to be, and that every statement fits it.

mod catalog;
mod citus;
mod contradictions;
mod migrations;
mod queries;
