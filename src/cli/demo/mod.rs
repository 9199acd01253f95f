//! `facturo demo`: a real server on scratch data, the books of the system that facturo replaces, and a conversation
//! as a person would have it; every figure that comes back is checked.

mod figures;
mod legacy;
mod paper;
mod scratch;
mod session;
mod show;
mod stage;
mod story;
mod words;

use std::time::Instant;

use self::{paper::Paper, scratch::Scratch, session::Session, stage::Stage, words::Lang};
use crate::{
    config::Config,
    error::{Error, Result},
};

#[derive(clap::Args)]
pub(super) struct Args {
    /// The language of the conversation
    #[arg(long, value_enum, default_value = "en")]
    lang: Lang,
}

/// Plays it all, and takes everything away again: also when a figure is off, or the person has seen enough.
pub(super) async fn run(config: Config, args: Args) -> Result<()> {
    let interrupted = super::interrupted()?;
    let scratch = Scratch::new(config.temp_dir.as_deref())?;
    let mut session = None;
    let played = tokio::select! {
        played = play(&config, args.lang, &scratch, &mut session) => played,
        () = interrupted => Err(Error::conflict("Interrupted.", "The scratch data is removed.")),
    };
    if let Some(session) = session {
        session.end().await;
    }
    scratch.remove().await;
    played
}

async fn play(config: &Config, lang: Lang, scratch: &Scratch, session: &mut Option<Session>) -> Result<()> {
    let begun = Instant::now();
    let mut paper = Paper::new(!config.no_color);
    paper.title(&format!("facturo {} · {}", env!("CARGO_PKG_VERSION"), lang.of(&words::TITLE)));
    paper.paragraph(lang.of(&words::INTRODUCTION));
    let session = session.insert(Session::start(config, scratch).await?);
    let mut stage = Stage::new(session, paper, lang);
    stage.open(begun).await?;
    let clients = legacy::replay(&mut stage).await?;
    story::play(&mut stage, &clients).await?;
    stage.close(begun);
    Ok(())
}
