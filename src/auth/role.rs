//! Roles: sets of scopes that people hand out by name.

use super::scope::{Scope, Scopes};

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Role {
    /// Looks at everything but the registration records, and changes nothing
    Reader,
    /// Keeps clients and drafts; what was drafted, somebody else issues
    Drafter,
    /// Looks at everything, the reports and the registration records too, and changes nothing
    Accountant,
    /// May do everything
    Owner,
}

impl Role {
    pub fn scopes(self) -> Scopes {
        use Scope::{
            BusinessRead, ClientsRead, ClientsWrite, InvoicesRead, InvoicesWrite, PaymentsRead, RecordsRead,
            ReportsRead,
        };
        let reads = [BusinessRead, ClientsRead, InvoicesRead, PaymentsRead, ReportsRead];
        match self {
            Self::Reader => reads.into_iter().collect(),
            Self::Drafter => {
                [BusinessRead, ClientsRead, ClientsWrite, InvoicesRead, InvoicesWrite].into_iter().collect()
            }
            Self::Accountant => reads.into_iter().chain([RecordsRead]).collect(),
            Self::Owner => Scopes::all(),
        }
    }
}
