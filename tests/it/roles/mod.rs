//! Roles: what the database itself keeps from facturo, whatever facturo or a stranger with its login may try.

mod businesses;
mod plans;
mod refusals;
mod restored;
mod servers;
