//! A conversation as a freelancer in Spain would have it. Days count from the business's own today, which the answer
//! to the first draft tells.

mod drafting;
mod paying;
mod reviewing;
mod taxing;
mod voiding;

use time::Date;

use super::{legacy::Clients, stage::Stage, words};
use crate::{
    domain::{codes::TimeZone, date},
    error::Result,
};

/// What later steps know of earlier ones.
struct Told<'a> {
    clients: &'a Clients,
    today: Date,
    /// Where the business is.
    zone: TimeZone,
    bookshop: i64,
    /// The invoice that the story turns around, by its id and its number.
    first: i64,
    number: String,
    /// How many numbers were given so far.
    given: i64,
    /// The invoice that was cancelled, and the hash of the record of it.
    cancelled: (String, String),
}

impl Told<'_> {
    /// A day so far from today, as tools write it.
    fn day(&self, days: i64) -> String {
        date::plus_days(self.today, days).to_string()
    }

    /// The number that the next invoice must get.
    fn next_number(&mut self) -> String {
        self.given += 1;
        format!("F-{}-{:04}", self.today.year(), self.given)
    }
}

pub(super) async fn play(stage: &mut Stage<'_>, clients: &Clients) -> Result<()> {
    stage.paper.title(stage.say(&words::CONVERSATION));
    stage.paper.paragraph(stage.say(&words::CONVERSATION_INTRODUCTION));
    let zone = drafting::describe(stage).await?;
    drafting::find(stage, clients).await?;
    let bookshop = drafting::new_client(stage).await?;
    let mut told = drafting::draft(stage, clients, bookshop, zone).await?;
    drafting::correct(stage, &told).await?;
    drafting::too_early(stage, &told).await?;
    drafting::issue(stage, &mut told).await?;
    paying::in_parts(stage, &told).await?;
    paying::bounced(stage, &told).await?;
    taxing::returned(stage, &told).await?;
    taxing::withheld(stage, &mut told).await?;
    taxing::surcharged(stage, &mut told).await?;
    voiding::by_hand(stage, &told).await?;
    voiding::twice(stage, &mut told).await?;
    reviewing::urgent(stage, &told).await?;
    reviewing::history(stage, &told).await?;
    reviewing::standing(stage, &told).await?;
    reviewing::sums(stage, &told).await?;
    reviewing::verified(stage, &told).await?;
    reviewing::last(stage, &told).await
}
