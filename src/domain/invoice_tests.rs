//! The life of an invoice, transition by transition.

use super::*;
