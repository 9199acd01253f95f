use schemars::JsonSchema;
use serde::Serialize;

use super::moment;
use crate::{
    domain::verification::{Finding, Verification},
    mcp::tool::View,
    repository::alarm::Alarm,
};

#[derive(Serialize, JsonSchema)]
pub struct VerificationView {
    verified: bool,
    /// How many were looked at.
    records: u64,
    documents: u64,
    events: u64,
    findings: Vec<FindingView>,
    /// Only with findings: whether list_alerts shows them from now on.
    #[serde(skip_serializing_if = "Option::is_none")]
    alarms_kept: Option<bool>,
}

/// The first broken link of a chain.
#[derive(Serialize, JsonSchema)]
pub struct FindingView {
    /// records, documents or events.
    chain: String,
    subject: String,
    finding: String,
}

/// A break that a verification found.
#[derive(Serialize, JsonSchema)]
pub struct AlarmView {
    raised_at: String,
    #[serde(flatten)]
    what: FindingView,
}

impl From<Finding> for FindingView {
    fn from(finding: Finding) -> Self {
        Self { chain: finding.chain.name().to_owned(), subject: finding.subject, finding: finding.what }
    }
}

impl From<Verification> for VerificationView {
    fn from(verification: Verification) -> Self {
        let Verification { records, documents, events, findings, alarms_kept } = verification;
        let findings: Vec<FindingView> = findings.into_iter().map(FindingView::from).collect();
        let (verified, alarms_kept) = (findings.is_empty(), (!findings.is_empty()).then_some(alarms_kept));
        Self { verified, records, documents, events, findings, alarms_kept }
    }
}

impl From<Alarm> for AlarmView {
    fn from(alarm: Alarm) -> Self {
        let Alarm { raised_at, chain, subject, finding } = alarm;
        Self { raised_at: moment(raised_at), what: FindingView { chain, subject, finding } }
    }
}

impl View for VerificationView {
    fn summary(&self) -> String {
        let Self { records, documents, events, .. } = self;
        let seen = format!("{records} records, {documents} documents and {events} events");
        let lost = match self.alarms_kept {
            Some(false) => " This facturo may only read: no alarm was kept.",
            _ => "",
        };
        match self.findings.len() {
            0 => format!("{seen} are as they were written."),
            1 => format!("Something was changed behind facturo's back: see findings.{lost}"),
            count => format!("{count} chains were changed behind facturo's back: see findings.{lost}"),
        }
    }
}
