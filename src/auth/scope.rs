//! Scopes: what a caller may be allowed, an operation each.

use std::fmt::{self, Display, Formatter};

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

    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|scope| scope.name() == name)
    }
}

/// A set of scopes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Scopes(u16);

impl Scopes {
    pub fn all() -> Self {
        Scope::ALL.into_iter().collect()
    }

    /// Names with spaces between, as RFC 8693 §4.2 writes them. None where there is none, or one that nobody knows.
    pub fn parse(names: &str) -> Option<Self> {
        let scopes: Self = names.split_ascii_whitespace().map(Scope::named).collect::<Option<_>>()?;
        (scopes.0 != 0).then_some(scopes)
    }

    pub fn contain(self, scope: Scope) -> bool {
        self.0 & Self::bit(scope) != 0
    }

    fn bit(scope: Scope) -> u16 {
        1 << scope as u16
    }
}

/// Names with spaces between.
impl Display for Scopes {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let names: Vec<_> =
            Scope::ALL.into_iter().filter(|scope| self.contain(*scope)).map(Scope::name).collect();
        f.write_str(&names.join(" "))
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
            assert_eq!(Scopes::parse(scope.name()), Some(only));
        }
        assert_eq!(Scopes::parse(&Scopes::all().to_string()), Some(Scopes::all()));
    }

    #[test]
    fn what_nobody_knows_is_no_scope() {
        for names in
            ["", " ", "clients", "clients:read invoices:reed", "Clients:read", "clients:read,invoices:read"]
        {
            assert_eq!(Scopes::parse(names), None, "{names:?}");
        }
    }
}
