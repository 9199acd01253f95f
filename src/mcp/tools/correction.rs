use schemars::JsonSchema;
use serde::Deserialize;

use super::{
    content::{ContentArgs, TaxArgs},
    invoice::{Target, details, exchange_rate},
};
use crate::{
    auth::scope::Scope,
    domain::{
        correction::{Code, Method, NewCorrection},
        text,
    },
    error::{Error, Result},
    mcp::{
        args::{And, Number, Text, VersionArgs, day, given},
        tool::{About, Ask, Entry, Write},
        views::invoice::CorrectionAndOriginal,
    },
    repository,
    service::{self, Act},
};

pub fn tools() -> Vec<Entry> {
    vec![Entry::write::<CorrectInvoice>()]
}

#[derive(Deserialize, JsonSchema)]
struct CorrectInvoice {
    /// Why; it stands on the corrective invoice.
    reason: Text,
    /// difference (where absent): lines are what to add or, with negative quantities, to take back; without lines all that
    /// is left is taken back. substitution: lines are all that is right.
    method: Option<Text>,
    /// R1 returns, discounts, legal error; R2 insolvency, R3 uncollectable (without lines: what is unpaid); R4 other; R5
    /// simplified. Follows from the method where absent.
    cause: Option<Text>,
    /// YYYY-MM-DD, not in the future; today where absent.
    issue_date: Option<Text>,
    /// Code of a corrective series.
    series: Option<Text>,
    /// Printed on the document.
    notes: Option<Text>,
    /// Euros for one unit of a foreign currency. Only by substitution, or where the original has none.
    exchange_rate: Option<Number>,
}

impl Write for CorrectInvoice {
    const ABOUT: About = About {
        name: "correct_invoice",
        title: "Correct an invoice",
        description: "Issue a corrective invoice for an issued one, by difference or by substitution. It gets a number of \
                      its own series; the original keeps its number, lines and status. What is taken back first lowers \
                      what is still owed; the rest is a credit that record_payment pays back.",
        scopes: &[Scope::InvoicesIssue],
    };
    const DESTRUCTIVE: bool = true;
    type Args = And<And<Target, Self>, And<And<ContentArgs, TaxArgs>, VersionArgs>>;
    type View = CorrectionAndOriginal;

    fn asks(_: &Self::Args) -> Option<Ask<CorrectionAndOriginal>> {
        Some(CorrectionAndOriginal::ask)
    }

    async fn call(
        act: &Act<'_>,
        And(And(target, args), And(And(content, tax), version)): Self::Args,
    ) -> Result<CorrectionAndOriginal> {
        let id = target.id(act.tx, act.business.id).await?;
        let original = repository::invoice::get(act.tx, act.business.id, id).await?;
        let other_currency = content.currency()?.is_some_and(|currency| currency != original.currency);
        if other_currency || content.scheme()?.is_some_and(|scheme| scheme != original.scheme) {
            let field = if other_currency { "currency" } else { "tax_scheme" };
            return Err(Error::invalid(
                field,
                "is not the original's",
                "nothing; a correction keeps the original's",
            ));
        }
        let method = given(args.method.as_ref()).map(|name| Method::parse("method", name)).transpose()?;
        let new = NewCorrection {
            method: method.unwrap_or(Method::Difference),
            reason: text::line("reason", &args.reason.0, 500)?,
            code: given(args.cause.as_ref()).map(|code| Code::parse("cause", code)).transpose()?,
            content: content.content(tax, original.currency, act.business.details.language)?,
            issue_date: day("issue_date", args.issue_date.as_ref())?,
            series: given(args.series.as_ref()).map(str::to_owned),
            exchange_rate: exchange_rate(args.exchange_rate.as_ref())?.flatten(),
            notes: given(args.notes.as_ref()).map(|text| text::note("notes", text)).transpose()?,
        };
        let (corrective, original) = service::correction::create(act, id, version.expected(), new).await?;
        Ok(CorrectionAndOriginal {
            invoice: details(act, corrective).await?,
            original: details(act, original).await?,
        })
    }
}
