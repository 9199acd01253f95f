//! Roles: what each may do in this database, and which business it sees.
//!
//! Two groups hold the rights, [`Rights::group`]. They log in nowhere and see no row. A login is a member of one of them, and a
//! policy on each table shows it the rows of one business. Roles belong to the whole server, and policies to a table: a
//! login of another database on the same server sees nothing here.

use tokio_postgres::{
    Client, GenericClient, Row, Transaction,
    error::SqlState,
    types::{ToSql, Type},
};

use super::migrate;
use crate::error::{Error, Result};

/// The one policy that is no login's: it holds for each.
pub const POLICY_FOR_ALL: &str = "facturo_drafts_alone";

const COMPLETE_POLICIES: &str = include_str!("../../sql/queries/role/complete_policies.sql");
const RESET_SETTINGS: &str = include_str!("../../sql/queries/role/reset_settings.sql");
const DROP_POLICIES: &str = include_str!("../../sql/queries/role/drop_policies.sql");

/// What a login is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rights {
    /// All that facturo does: no change of tables, and none of what is append-only.
    Use,
    Read,
}

impl Rights {
    const ALL: [Self; 2] = [Self::Use, Self::Read];

    fn group(self) -> &'static str {
        match self {
            Self::Use => "facturo_app",
            Self::Read => "facturo_read",
        }
    }

    fn grants(self) -> &'static str {
        match self {
            Self::Use => include_str!("../../sql/roles/app.sql"),
            Self::Read => include_str!("../../sql/roles/read.sql"),
        }
    }
}

/// What a role may do in this database.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    Superuser,
    /// Of the tables; or it is exempt from policies.
    Owner,
    /// It may change tables or what is append-only, make schemas, become another role, or read the server's files.
    Excessive,
    Limited(Rights),
    Stranger,
}

impl Standing {
    /// Whether nothing is kept from it, neither by grants nor by policies.
    pub fn owns(self) -> bool {
        matches!(self, Self::Superuser | Self::Owner)
    }

    pub fn writes(self) -> bool {
        !matches!(self, Self::Limited(Rights::Read) | Self::Stranger)
    }
}

#[derive(Debug, Clone)]
pub struct Role {
    pub name: String,
    pub standing: Standing,
}

/// A role that is there; the one that asks where none is named.
pub async fn find(client: &impl GenericClient, name: Option<&str>) -> Result<Option<Role>> {
    let statement = include_str!("../../sql/queries/role/standing.sql");
    let rows = ask(client, statement, &[name]).await?;
    let Some(row) = rows.first() else { return Ok(None) };
    let is = |column: usize| row.try_get::<_, Option<bool>>(column).map(|known| known == Some(true));
    let standing = if is(1)? {
        Standing::Superuser
    } else if is(2)? || is(3)? {
        Standing::Owner
    } else if is(4)? {
        Standing::Excessive
    } else if is(5)? {
        Standing::Limited(Rights::Use)
    } else if is(6)? {
        Standing::Limited(Rights::Read)
    } else {
        Standing::Stranger
    };
    Ok(Some(Role { name: row.try_get(0)?, standing }))
}

/// The role of this connection.
pub async fn current(client: &impl GenericClient) -> Result<Role> {
    find(client, None).await?.ok_or_else(|| Error::internal("roles", "the connection has no role"))
}

/// For a command that only makes sense with the owner's rights.
pub async fn require_owner(client: &impl GenericClient, command: &str) -> Result<()> {
    let role = current(client).await?;
    if role.standing.owns() {
        return Ok(());
    }
    Err(Error::conflict(
        format!("The role {} does not own the database.", role.name),
        format!("Run `{command}` with the owner's DATABASE_URL."),
    ))
}

/// The groups that could not be made, since this user may not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Missing(Vec<&'static str>);

impl Missing {
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// What somebody who may make roles has to run.
    pub fn statements(&self) -> String {
        self.0.iter().map(|group| format!("CREATE ROLE {group} NOLOGIN;")).collect::<Vec<_>>().join(" ")
    }
}

/// Makes the groups, grants them what they need, and has every login's policy on every table. Within a migration's lock.
pub(super) async fn prepare(tx: &mut Transaction<'_>) -> Result<Missing> {
    let mut missing = Vec::new();
    for rights in Rights::ALL {
        if make_group(tx, rights.group()).await? {
            tx.batch_execute(rights.grants()).await?;
        } else {
            missing.push(rights.group());
        }
    }
    run(tx, COMPLETE_POLICIES, &[]).await?;
    Ok(Missing(missing))
}

/// Whether the group is there now. The migrator of another database may be making it at the same moment.
async fn make_group(tx: &mut Transaction<'_>, group: &str) -> Result<bool> {
    let attempt = tx.transaction().await?;
    let made = run(&attempt, include_str!("../../sql/queries/role/create_group.sql"), &[Some(group)]).await;
    match made.as_ref().map_err(tokio_postgres::Error::code) {
        Ok(()) => attempt.commit().await.map(|()| true).map_err(Error::from),
        Err(Some(&SqlState::DUPLICATE_OBJECT | &SqlState::UNIQUE_VIOLATION)) => {
            attempt.rollback().await.map(|()| true).map_err(Error::from)
        }
        Err(Some(&SqlState::INSUFFICIENT_PRIVILEGE)) => {
            attempt.rollback().await.map(|()| false).map_err(Error::from)
        }
        Err(_) => made.map(|()| false).map_err(Error::from),
    }
}

/// A login: a role that sees one business, with these rights.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Login {
    pub name: String,
    pub business: i64,
    pub rights: Rights,
}

/// Makes a login where it is not there just as it should be, whoever else is doing so: what is taken away and made again meanwhile
/// would keep those waiting that use it.
pub async fn ensure(client: &mut Client, login: &Login) -> Result<()> {
    if is_in_order(client, login).await? {
        return Ok(());
    }
    migrate::migrate(client).await?;
    let tx = migrate::lock(client).await?;
    if !is_in_order(&tx, login).await? {
        make(&tx, login, None).await?;
    }
    Ok(tx.commit().await?)
}

/// Whether the login is there just as it should be.
pub async fn is_in_order(client: &impl GenericClient, login: &Login) -> Result<bool> {
    Ok(logins(client).await?.contains(login) && settings(client, &login.name).await?.is_none())
}

/// The names of the settings that a role brings along. It can give itself such as keep facturo from its tables or from writing.
pub async fn settings(client: &impl GenericClient, name: &str) -> Result<Option<String>> {
    let rows = ask(client, RESET_SETTINGS, &[Some(name)]).await?;
    let names = rows.iter().map(|row| row.try_get(1)).collect::<std::result::Result<Vec<String>, _>>()?;
    Ok((!names.is_empty()).then(|| names.join(", ")))
}

/// Makes the login, or makes an existing role into it, and takes settings of its own away. `password` is a verifier; without one,
/// a role that is there keeps its own.
pub async fn admit(client: &mut Client, login: &Login, password: Option<&str>) -> Result<()> {
    let tx = migrate::lock(client).await?;
    make(&tx, login, password).await?;
    Ok(tx.commit().await?)
}

async fn make(tx: &Transaction<'_>, login: &Login, password: Option<&str>) -> Result<()> {
    let name = login.name.as_str();
    let known = find(tx, Some(name)).await?;
    if let Some(role) = &known
        && role.standing.owns()
    {
        return Err(Error::conflict(
            format!("{name} owns the database or is a superuser: nothing can be kept from it."),
            "Take another name.",
        ));
    }
    if known.as_ref().is_some_and(|role| role.standing == Standing::Excessive) {
        return Err(excessive(name));
    }
    if known.is_some() && password.is_some() && !logins(tx).await?.iter().any(|login| login.name == name) {
        return Err(Error::conflict(
            format!(
                "There is a role {name} on this server already, and FACTURO_ROLE_PASSWORD would change its password wherever else it is used."
            ),
            format!(
                "Take another name; or unset FACTURO_ROLE_PASSWORD, and {name} is let in here with the password that it has."
            ),
        ));
    }
    let sql = match (&known, password) {
        (None, _) => Some(include_str!("../../sql/queries/role/create_login.sql")),
        (Some(_), Some(_)) => Some(include_str!("../../sql/queries/role/set_password.sql")),
        (Some(_), None) => None,
    };
    if let Some(sql) = sql {
        let done = run(tx, sql, &[Some(name), password]).await;
        done.map_err(|error| may_not_make(error, name, known.is_some()))?;
    }
    run(tx, RESET_SETTINGS, &[Some(name)]).await.map_err(|error| may_not_reset(error, name))?;
    let group = login.rights.group();
    run(tx, include_str!("../../sql/queries/role/leave_groups.sql"), &[Some(name), Some(group)]).await?;
    run(tx, include_str!("../../sql/queries/role/join_group.sql"), &[Some(name), Some(group)])
        .await
        .map_err(|error| may_not_join(error, login))?;
    run(tx, DROP_POLICIES, &[Some(name)]).await?;
    run(
        tx,
        include_str!("../../sql/queries/role/create_policy.sql"),
        &[Some(name), Some(&login.business.to_string())],
    )
    .await?;
    run(tx, COMPLETE_POLICIES, &[]).await?;
    has_become(tx, login).await
}

/// A role that was there before may bring rights along, or take none from its group.
async fn has_become(tx: &Transaction<'_>, login: &Login) -> Result<()> {
    let name = login.name.as_str();
    match find(tx, Some(name)).await?.map(|role| role.standing) {
        Some(Standing::Limited(rights)) if rights == login.rights => Ok(()),
        Some(Standing::Excessive) => Err(excessive(name)),
        _ => Err(Error::conflict(
            format!("{name} has not just the rights of its group."),
            format!("Run ALTER ROLE {name} INHERIT, or take another name."),
        )),
    }
}

/// Takes a login its business away, and the role where nothing else holds it. True where the role is gone.
pub async fn dismiss(client: &mut Client, name: &str) -> Result<bool> {
    let mut tx = migrate::lock(client).await?;
    if !logins(&tx).await?.iter().any(|login| login.name == name) {
        return Err(Error::conflict(
            format!("There is no login {name} here."),
            "`facturo roles` lists those that are there.",
        ));
    }
    run(&tx, DROP_POLICIES, &[Some(name)]).await?;
    let attempt = tx.transaction().await?;
    let dropped = run(&attempt, include_str!("../../sql/queries/role/drop_login.sql"), &[Some(name)]).await;
    let gone = match dropped {
        Ok(()) => attempt.commit().await.map(|()| true)?,
        // another database needs it, or it is not ours to drop; without a policy it sees nothing here
        Err(error) if error.as_db_error().is_some() => attempt.rollback().await.map(|()| false)?,
        Err(error) => return Err(error.into()),
    };
    tx.commit().await?;
    Ok(gone)
}

/// Those that see a business of this database, by name.
pub async fn logins(client: &impl GenericClient) -> Result<Vec<Login>> {
    let rows = ask(client, include_str!("../../sql/queries/role/logins.sql"), &[]).await?;
    let read = |row: &Row| {
        let rights = if row.try_get(2)? { Rights::Use } else { Rights::Read };
        Ok(Login { name: row.try_get(0)?, business: row.try_get(1)?, rights })
    };
    rows.iter().map(read).collect()
}

/// Runs the statements that a query answers: those that change roles take no parameters, and PostgreSQL itself quotes best.
async fn run(
    client: &impl GenericClient,
    query: &str,
    texts: &[Option<&str>],
) -> std::result::Result<(), tokio_postgres::Error> {
    for row in ask(client, query, texts).await? {
        client.batch_execute(row.try_get(0)?).await?;
    }
    Ok(())
}

/// Unprepared, so that it goes through any pooler.
async fn ask(
    client: &impl GenericClient,
    query: &str,
    texts: &[Option<&str>],
) -> std::result::Result<Vec<Row>, tokio_postgres::Error> {
    let typed: Vec<(&(dyn ToSql + Sync), Type)> =
        texts.iter().map(|text| (text as &(dyn ToSql + Sync), Type::TEXT)).collect();
    client.query_typed(query, &typed).await
}

fn excessive(name: &str) -> Error {
    Error::conflict(
        format!(
            "{name} may do more than a login should: make tables, schemas or roles, become another role, replicate the server, change \
             what is append-only, or get at the server's files."
        ),
        "Take another name. If all may make tables here, as before PostgreSQL 15, run REVOKE CREATE ON SCHEMA public FROM PUBLIC first.",
    )
}

fn may_not_make(error: tokio_postgres::Error, name: &str, is_there: bool) -> Error {
    if error.code() != Some(&SqlState::INSUFFICIENT_PRIVILEGE) {
        return error.into();
    }
    let (problem, next) = if is_there {
        (
            format!("This user may not change the password of {name}."),
            "Change it by your provider's means; and run this again without FACTURO_ROLE_PASSWORD, which takes the role as it is."
                .to_owned(),
        )
    } else {
        (
            format!("This user may not make the role {name}."),
            format!(
                "Make {name} by your provider's means, with a password, and run this again without FACTURO_ROLE_PASSWORD: it then takes \
                 the role as it is."
            ),
        )
    };
    Error::conflict(problem, next)
}

fn may_not_reset(error: tokio_postgres::Error, name: &str) -> Error {
    if error.code() != Some(&SqlState::INSUFFICIENT_PRIVILEGE) {
        return error.into();
    }
    Error::conflict(
        format!("The role {name} brings settings along, which this user may not take away."),
        format!(
            "Have an administrator run ALTER ROLE {name} RESET ALL, in this database too, and run this again."
        ),
    )
}

fn may_not_join(error: tokio_postgres::Error, login: &Login) -> Error {
    let (name, group) = (&login.name, login.rights.group());
    let problem = match error.code() {
        Some(&SqlState::UNDEFINED_OBJECT) => format!("The role {group} is not there."),
        Some(&SqlState::INSUFFICIENT_PRIVILEGE) => {
            format!("This user may not make {name} a member of {group}.")
        }
        _ => return error.into(),
    };
    let next = format!(
        "Run `facturo migrate` as a user who may create roles; or have one run CREATE ROLE {group} NOLOGIN; GRANT {group} TO {name}; and run both again."
    );
    Error::conflict(problem, next)
}
