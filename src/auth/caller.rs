//! Who calls, and what they may do.

use std::fmt::{self, Display, Formatter};

use time::{OffsetDateTime, macros::format_description};

use super::{
    gate::{Gate, Settings},
    scope::{Scope, Scopes},
    token::{Expected, Grant},
};
use crate::{
    clock,
    config::{Config, Secret},
    domain::{event::Actor, ids::BusinessId},
    error::{Error, Result},
};

pub struct Caller {
    /// As the history names them.
    pub actor: Actor,
    scopes: Scopes,
    read_only: bool,
    /// The only business that they may see, and until when, where a token says so.
    limits: Option<(BusinessId, OffsetDateTime)>,
}

/// Where callers come from. Without token and key it is the owner of the machine; with either, only a token counts.
pub struct Callers {
    gate: Option<Gate>,
    read_only: bool,
}

impl Callers {
    pub fn new(config: &Config) -> Self {
        // whoever said whose tokens count means that a token is wanted
        let names_tokens = config.token_issuer.is_some() || config.token_audience.is_some();
        let guarded =
            names_tokens || config.token.is_some() || config.jwks.is_some() || config.token_secret.is_some();
        Self { gate: guarded.then(|| Gate::new(settings(config))), read_only: config.read_only }
    }

    /// Who calls at this moment.
    ///
    /// # Errors
    /// [`Error::Forbidden`] where nobody may, and why.
    pub fn current(&self) -> Result<Caller> {
        let read_only = self.read_only;
        match &self.gate {
            None => Ok(Caller::owner(read_only)),
            Some(gate) => Ok(Caller::with(gate.grant(clock::now())?, read_only)),
        }
    }
}

/// What the environment says of tokens.
fn settings(config: &Config) -> Settings {
    let text = |secret: &Option<Secret>| secret.as_ref().map(|secret| secret.0.clone());
    Settings {
        token: text(&config.token),
        jwks: config.jwks.clone(),
        secret: text(&config.token_secret),
        expected: Expected::of(config.token_issuer.as_deref(), config.token_audience.as_deref()),
    }
}

impl Caller {
    /// The owner of the machine, who may do everything, unless they themselves have made it read-only.
    fn owner(read_only: bool) -> Self {
        Self { actor: Actor::local(), scopes: Scopes::all(), read_only, limits: None }
    }

    fn with(grant: Grant, read_only: bool) -> Self {
        let limits = Some((BusinessId(grant.business), grant.until));
        Self { actor: Actor(grant.subject), scopes: grant.scopes, read_only, limits }
    }

    /// A token binds them to one business.
    pub fn is_bound(&self) -> bool {
        self.limits.is_some()
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

    /// # Errors
    /// [`Error::Forbidden`] where the token is for another business.
    pub fn must_see(&self, business: BusinessId) -> Result<()> {
        if self.limits.is_none_or(|(theirs, _)| theirs == business) {
            return Ok(());
        }
        let next = "Whoever set facturo up can issue one for this business, or set FACTURO_BUSINESS.";
        Err(Error::forbidden("FACTURO_TOKEN is for another business than the one served here.", next))
    }
}

/// In the words of `facturo check`.
impl Display for Caller {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match &self.limits {
            None => write!(f, "the owner of this machine, who may do everything")?,
            Some((business, until)) => {
                let minute = format_description!("[year]-[month]-[day] [hour]:[minute] UTC");
                let until = until.format(minute).map_err(|_| fmt::Error)?;
                let (actor, scopes) = (&self.actor.0, self.scopes);
                write!(f, "{actor}, for business {business}, until {until}, with the scopes {scopes}")?;
            }
        }
        if self.read_only { f.write_str("; read-only, so nothing can be changed") } else { Ok(()) }
    }
}
