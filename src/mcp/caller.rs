//! Who calls, and what they may do.

use crate::{
    auth::scope::{Scope, Scopes},
    domain::event::Actor,
    error::{Error, Result},
};

pub struct Caller {
    /// As the history names them.
    pub actor: Actor,
    scopes: Scopes,
}

impl Caller {
    /// The owner of the machine, who may do everything.
    pub fn owner() -> Self {
        Self { actor: Actor::local(), scopes: Scopes::all() }
    }

    pub fn may(&self, scope: Scope) -> bool {
        self.scopes.contain(scope)
    }

    /// # Errors
    /// [`Error::Forbidden`] names the scope that is missing.
    pub fn must(&self, scope: Scope) -> Result<()> {
        if self.may(scope) { Ok(()) } else { Err(Error::Forbidden { scope: scope.name() }) }
    }
}
