//! Scopes: what a caller may be allowed, an operation each.

/// One kind of operation. Every tool and every resource names the one that it needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    BusinessRead,
    BusinessWrite,
    ClientsRead,
    ClientsWrite,
    ClientsDelete,
    InvoicesRead,
    InvoicesWrite,
    InvoicesIssue,
    InvoicesCancel,
    PaymentsRead,
    PaymentsWrite,
    ReportsRead,
    RecordsRead,
}

impl Scope {
    pub const ALL: [Self; 13] = [
        Self::BusinessRead,
        Self::BusinessWrite,
        Self::ClientsRead,
        Self::ClientsWrite,
        Self::ClientsDelete,
        Self::InvoicesRead,
        Self::InvoicesWrite,
        Self::InvoicesIssue,
        Self::InvoicesCancel,
        Self::PaymentsRead,
        Self::PaymentsWrite,
        Self::ReportsRead,
        Self::RecordsRead,
    ];

    /// As it stands in a token.
    pub fn name(self) -> &'static str {
        match self {
            Self::BusinessRead => "business:read",
            Self::BusinessWrite => "business:write",
            Self::ClientsRead => "clients:read",
            Self::ClientsWrite => "clients:write",
            Self::ClientsDelete => "clients:delete",
            Self::InvoicesRead => "invoices:read",
            Self::InvoicesWrite => "invoices:write",
            Self::InvoicesIssue => "invoices:issue",
            Self::InvoicesCancel => "invoices:cancel",
            Self::PaymentsRead => "payments:read",
            Self::PaymentsWrite => "payments:write",
            Self::ReportsRead => "reports:read",
            Self::RecordsRead => "records:read",
        }
    }
}

/// A set of scopes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Scopes(u16);

impl Scopes {
    pub fn all() -> Self {
        Scope::ALL.into_iter().collect()
    }

    pub fn contain(self, scope: Scope) -> bool {
        self.0 & Self::bit(scope) != 0
    }

    fn bit(scope: Scope) -> u16 {
        1 << scope as u16
    }
}

impl FromIterator<Scope> for Scopes {
    fn from_iter<I: IntoIterator<Item = Scope>>(scopes: I) -> Self {
        Self(scopes.into_iter().fold(0, |set, scope| set | Self::bit(scope)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_set_holds_what_was_put_in_and_nothing_else() {
        for scope in Scope::ALL {
            let only: Scopes = [scope].into_iter().collect();
            let held: Vec<_> = Scope::ALL.into_iter().filter(|other| only.contain(*other)).collect();
            assert_eq!(held, [scope]);
            assert!(Scopes::all().contain(scope));
        }
    }
}
