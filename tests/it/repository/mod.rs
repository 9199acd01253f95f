//! Repositories and services in a transaction that is rolled back: what a conversation does not reach.

mod columns;
mod pages;
mod rules;
mod together;
