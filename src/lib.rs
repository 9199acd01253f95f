//! facturo: invoicing by conversation. See ARCHITECTURE.md for the map; the modules stand in reading order.

pub mod auth;
pub mod books;
pub mod cli;
pub mod clock;
pub mod config;
pub mod database;
pub mod domain;
pub mod error;
pub mod mcp;
pub mod render;
pub mod repository;
pub mod service;
