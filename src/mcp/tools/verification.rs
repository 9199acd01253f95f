use schemars::JsonSchema;
use serde::Deserialize;

use super::invoice::find;
use crate::{
    auth::scope::Scope,
    error::Result,
    mcp::{
        args::InvoiceRef,
        tool::{About, Entry, Write},
        views::verification::VerificationView,
    },
    service::{self, Act},
};

pub fn tools() -> Vec<Entry> {
    vec![Entry::write::<VerifyRecords>()]
}

#[derive(Deserialize, JsonSchema)]
struct VerifyRecords {
    /// Id or legal number; everything where absent.
    invoice_id: Option<InvoiceRef>,
}

impl Write for VerifyRecords {
    const ABOUT: About = About {
        name: "verify_records",
        title: "Verify the records",
        description: "Check that registration records, issued documents and the history are as they were written. The first \
                      broken link of each is named, and raises an alarm that stays in list_alerts.",
        scope: Scope::RecordsRead,
    };
    type Args = Self;
    type View = VerificationView;

    async fn call(act: &Act<'_>, args: Self) -> Result<VerificationView> {
        let invoice = match &args.invoice_id {
            Some(reference) => Some(find(act.tx, act.business.id, reference).await?),
            None => None,
        };
        Ok(service::verification::verify(act, invoice).await?.into())
    }
}
