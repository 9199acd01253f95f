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
    read_only: bool,
}

impl Caller {
    /// The owner of the machine, who may do everything, unless they themselves have made it read-only.
    pub fn owner(read_only: bool) -> Self {
        Self { actor: Actor::local(), scopes: Scopes::all(), read_only }
    }

    pub fn may(&self, scope: Scope) -> bool {
        self.scopes.contain(scope)
    }

    /// # Errors
    /// [`Error::Forbidden`] names the scope that is missing.
    pub fn must(&self, scope: Scope) -> Result<()> {
        if self.may(scope) {
            return Ok(());
        }
        let problem = format!("This needs the scope {}, which this session does not have.", scope.name());
        Err(Error::forbidden(problem, "Whoever set facturo up can grant it."))
    }

    /// # Errors
    /// [`Error::Forbidden`] where nothing may be changed, whatever the scopes.
    pub fn must_write(&self) -> Result<()> {
        if !self.read_only {
            return Ok(());
        }
        let next = "Whoever set facturo up can change that.";
        Err(Error::forbidden("This session is read-only (FACTURO_READ_ONLY), and nothing was changed.", next))
    }
}
