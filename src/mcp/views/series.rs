use schemars::JsonSchema;
use serde::Serialize;

use super::Item;
use crate::{mcp::tool::View, repository::series::Progress};

#[derive(Serialize, JsonSchema)]
pub struct SeriesView {
    code: String,
    /// standard, simplified or corrective.
    kind: String,
    number_format: String,
    yearly_restart: bool,
    /// Taken where no series is named.
    is_default: bool,
    /// The number that the next invoice of this year gets.
    next: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_issue_date: Option<String>,
}

impl SeriesView {
    pub fn new(progress: Progress, year: i32) -> Self {
        let Progress { series, last_number, last_issue_date } = progress;
        Self {
            next: series.format.write(year, last_number.unwrap_or(0) + 1),
            code: series.code,
            kind: series.kind.name().to_owned(),
            number_format: series.format.to_string(),
            yearly_restart: series.yearly,
            is_default: series.is_default,
            last_issue_date: last_issue_date.map(|date| date.to_string()),
        }
    }
}

impl Item for SeriesView {
    const ONE: &'static str = "series";
    const MANY: &'static str = "series";
}

impl View for SeriesView {
    fn summary(&self) -> String {
        format!("Series {}: the next number is {}.", self.code, self.next)
    }
}
