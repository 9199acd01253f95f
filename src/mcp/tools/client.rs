use schemars::JsonSchema;
use serde::Deserialize;

use super::contact::ContactArgs;
use crate::{
    auth::scope::Scope,
    domain::{client::ClientDetails, codes::Language, contact, ids::ClientId, tax_id, text},
    error::Result,
    mcp::{
        args::{And, ClearableInt, Flag, Int, PageArgs, Text, VersionArgs, patch, searched},
        tool::{About, Ask, Desk, Entry, Read, Write},
        views::{
            List,
            client::{ClientDeleted, ClientDetails as ClientDetailsView, ClientView},
            event::EventView,
        },
    },
    repository::{self, client::Filter},
    service::{self, Act},
};

pub fn tools() -> Vec<Entry> {
    vec![
        Entry::write::<CreateClient>(),
        Entry::write::<UpdateClient>(),
        Entry::read::<GetClient>(),
        Entry::read::<FindClients>(),
        Entry::write::<ArchiveClient>(),
        Entry::write::<DeleteClient>(),
        Entry::read::<GetClientHistory>(),
    ]
}

#[derive(Deserialize, JsonSchema)]
struct Target {
    client_id: Int,
}

impl Target {
    fn id(&self) -> ClientId {
        ClientId(self.client_id.0)
    }
}

/// What is known of a client beside its name and contact data.
#[derive(Deserialize, JsonSchema)]
struct DetailArgs {
    /// NIF, CIF, NIE or VAT number; or the tax number of another country.
    tax_id: Option<Text>,
    /// ISO 639-1, such as es.
    language: Option<Text>,
    /// Days from issue to due date, 0 to 365; the business's where absent.
    payment_terms_days: Option<ClearableInt>,
    /// A consumer: nothing is withheld, and no tax number is asked for.
    private_person: Option<Flag>,
    /// A retailer in recargo de equivalencia.
    surcharge: Option<Flag>,
    /// Never printed.
    notes: Option<Text>,
}

impl DetailArgs {
    fn apply(&self, details: &mut ClientDetails) -> Result<()> {
        patch(&mut details.tax_id, &self.tax_id, |id| tax_id::plain("tax_id", id))?;
        patch(&mut details.language, &self.language, |code| Language::parse("language", code))?;
        patch(&mut details.notes, &self.notes, |notes| text::note("notes", notes))?;
        details.private_person = self.private_person.as_ref().map_or(details.private_person, |flag| flag.0);
        details.surcharge = self.surcharge.as_ref().map_or(details.surcharge, |flag| flag.0);
        if let Some(ClearableInt(days)) = self.payment_terms_days {
            let checked = days.map(|days| contact::payment_terms_days("payment_terms_days", days));
            details.payment_terms_days = checked.transpose()?;
        }
        Ok(())
    }
}

#[derive(Deserialize, JsonSchema)]
struct CreateClient {
    /// 1 to 200 characters.
    name: Text,
}

impl Write for CreateClient {
    const ABOUT: About = About {
        name: "create_client",
        title: "Create a client",
        description: "Create a client. Only the name is required; look with find_clients first whether it exists already.",
        scopes: &[Scope::ClientsWrite],
    };
    type Args = And<Self, And<ContactArgs, DetailArgs>>;
    type View = ClientView;

    async fn call(act: &Act<'_>, And(args, And(contact, detail)): Self::Args) -> Result<ClientView> {
        let mut details = ClientDetails::named(text::line("name", &args.name.0, text::NAME_MAX)?);
        contact.apply(&mut details.contact)?;
        detail.apply(&mut details)?;
        Ok(service::client::create(act, details).await?.into())
    }
}

#[derive(Deserialize, JsonSchema)]
struct UpdateClient {
    client_id: Int,
    /// 1 to 200 characters.
    name: Option<Text>,
}

impl Write for UpdateClient {
    const ABOUT: About = About {
        name: "update_client",
        title: "Change a client",
        description: "Change a client. Only what is given changes; an empty string clears an optional field.",
        scopes: &[Scope::ClientsWrite],
    };
    type Args = And<And<Self, VersionArgs>, And<ContactArgs, DetailArgs>>;
    type View = ClientView;

    async fn call(
        act: &Act<'_>,
        And(And(args, version), And(contact, detail)): Self::Args,
    ) -> Result<ClientView> {
        let id = ClientId(args.client_id.0);
        let changed = service::client::update(act, id, version.expected(), |details| {
            if let Some(name) = &args.name {
                details.name = text::line("name", &name.0, text::NAME_MAX)?;
            }
            contact.apply(&mut details.contact)?;
            detail.apply(details)
        });
        Ok(changed.await?.into())
    }
}

struct GetClient;

impl Read for GetClient {
    const ABOUT: About = About {
        name: "get_client",
        title: "Show a client",
        description: "A client with what was invoiced, paid, is outstanding and overdue, per currency.",
        scopes: &[Scope::ClientsRead],
    };
    type Args = Target;
    type View = ClientDetailsView;

    async fn call(desk: &Desk<'_>, target: Target) -> Result<ClientDetailsView> {
        read(desk, target.id()).await
    }
}

/// A client and how it stands.
pub(in crate::mcp) async fn read(desk: &Desk<'_>, id: ClientId) -> Result<ClientDetailsView> {
    let client = repository::client::get(desk.client, desk.business, id);
    let balances = repository::client::balances(desk.client, desk.business, id, desk.today);
    let (client, balances) = tokio::try_join!(client, balances)?;
    Ok(ClientDetailsView::new(client, balances))
}

#[derive(Deserialize, JsonSchema)]
struct FindClients {
    /// Words of the name, city, e-mail or tax number; case, accents and typos do not matter. All clients where absent.
    query: Option<Text>,
    city: Option<Text>,
    include_archived: Option<Flag>,
}

impl Read for FindClients {
    const ABOUT: About = About {
        name: "find_clients",
        title: "Find clients",
        description: "Look clients up by words, or list them all page by page. Take this to get the client_id that other \
                      tools want.",
        scopes: &[Scope::ClientsRead],
    };
    type Args = And<Self, PageArgs>;
    type View = List<ClientView>;

    async fn call(desk: &Desk<'_>, And(args, page): Self::Args) -> Result<List<ClientView>> {
        let filter = Filter {
            query: searched("query", args.query.as_ref())?,
            city: searched("city", args.city.as_ref())?,
            include_archived: args.include_archived.is_some_and(|flag| flag.0),
        };
        let found =
            repository::client::find(desk.client, desk.business, &filter, &page.into(), desk.trigrams)
                .await?;
        Ok(List::of(found, ClientView::from))
    }
}

#[derive(Deserialize, JsonSchema)]
struct ArchiveClient {
    client_id: Int,
    /// false brings it back; true where absent.
    archived: Option<Flag>,
}

impl Write for ArchiveClient {
    const ABOUT: About = About {
        name: "archive_client",
        title: "Archive a client",
        description: "Take a client out of find_clients and new invoices, or bring it back. Its invoices stay as they are.",
        scopes: &[Scope::ClientsWrite],
    };
    type Args = And<Self, VersionArgs>;
    type View = ClientView;

    async fn call(act: &Act<'_>, And(args, version): Self::Args) -> Result<ClientView> {
        let archived = args.archived.is_none_or(|flag| flag.0);
        let id = ClientId(args.client_id.0);
        Ok(service::client::archive(act, id, version.expected(), archived).await?.into())
    }
}

struct DeleteClient;

impl Write for DeleteClient {
    const ABOUT: About = About {
        name: "delete_client",
        title: "Delete a client",
        description: "Delete a client that has no issued invoices, and its drafts with it. Its personal data goes for good. \
                      With issued invoices, archive_client instead.",
        scopes: &[Scope::ClientsDelete],
    };
    const DESTRUCTIVE: bool = true;
    type Args = And<Target, VersionArgs>;
    type View = ClientDeleted;

    fn asks(_: &Self::Args) -> Option<Ask<ClientDeleted>> {
        Some(ClientDeleted::ask)
    }

    async fn call(act: &Act<'_>, And(target, version): Self::Args) -> Result<ClientDeleted> {
        let client_id = target.id();
        let deleted = service::client::delete(act, client_id, version.expected()).await?;
        Ok(ClientDeleted::new(client_id, deleted))
    }
}

struct GetClientHistory;

impl Read for GetClientHistory {
    const ABOUT: About = About {
        name: "get_client_history",
        title: "Show a client's history",
        description: "Who changed what and when, of a client and of its invoices, newest first.",
        scopes: &[Scope::ClientsRead, Scope::InvoicesRead],
    };
    type Args = And<Target, PageArgs>;
    type View = List<EventView>;

    async fn call(desk: &Desk<'_>, And(target, page): Self::Args) -> Result<List<EventView>> {
        let found =
            repository::event::of_client(desk.client, desk.business, target.id(), &page.into()).await?;
        if found.items.is_empty() {
            // an id that never was, unless a page ran out
            repository::client::get(desk.client, desk.business, target.id()).await?;
        }
        Ok(List::of(found, EventView::from))
    }
}
