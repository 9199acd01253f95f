use schemars::JsonSchema;
use serde::Deserialize;

use super::invoice::find;
use crate::{
    auth::scope::Scope,
    clock,
    error::Result,
    mcp::{
        args::InvoiceRef,
        tool::{About, Desk, Entry, Read},
        views::verification::VerificationView,
    },
    service,
};

pub fn tools() -> Vec<Entry> {
    vec![Entry::read::<VerifyRecords>()]
}

#[derive(Deserialize, JsonSchema)]
struct VerifyRecords {
    /// Id or legal number; everything where absent.
    invoice_id: Option<InvoiceRef>,
}

/// A read, so that an accountant or an auditor who may only look can verify too: the alarm tells of the books and changes nothing
/// in them.
impl Read for VerifyRecords {
    const ABOUT: About = About {
        name: "verify_records",
        title: "Verify the records",
        description: "Check that registration records, issued documents and the history are as they were written. The first \
                      broken link of each is named, and raises an alarm that stays in list_alerts.",
        scopes: &[Scope::RecordsRead],
    };
    type Args = Self;
    type View = VerificationView;

    async fn call(desk: &Desk<'_>, args: Self) -> Result<VerificationView> {
        let invoice = match &args.invoice_id {
            Some(reference) => Some(find(desk.client, desk.business, reference).await?),
            None => None,
        };
        Ok(service::verification::verify(desk.client, desk.business, invoice, clock::now()).await?.into())
    }
}
