//! `facturo records export`: the registration records of the business as files for others.

use std::{
    io::Write as _,
    path::{Path, PathBuf},
};

use clap::{Subcommand, ValueEnum};

use super::unfinished::Unfinished;
use crate::{
    auth::caller::Callers,
    auth::scope::Scope,
    books::Books,
    config::Config,
    domain::{
        ids::BusinessId,
        record::{Record, chain::Link, issued, party::Issuer},
    },
    error::{Error, Result},
    render::verifactu,
    repository::{self, sql::Connection},
};

#[derive(Subcommand)]
pub(super) enum Records {
    /// Write the records as the VERI*FACTU schema has them; they are neither signed nor sent
    Export(Export),
}

#[derive(clap::Args)]
pub(super) struct Export {
    #[arg(long, value_enum, default_value = "xml")]
    format: Format,
    /// The first record, by its place in the chain
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(i64).range(1..))]
    from: i64,
    /// The last record; all that there are where it is not said
    #[arg(long, value_parser = clap::value_parser!(i64).range(1..))]
    to: Option<i64>,
    /// Where to write; stdout where it is not said. More than 1000 records go to FILE-2, FILE-3 and so on as well
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Replace the files where they are there already
    #[arg(long, requires = "out")]
    replace: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    Xml,
    Json,
}

pub(super) async fn run(config: Config, records: Records) -> Result<()> {
    let Records::Export(export) = records;
    let caller = Callers::new(&config).current()?;
    caller.must(Scope::RecordsRead)?;
    let books = Books::open(&config).await?;
    caller.must_see(books.business)?;
    let client = books.client().await?;
    let business = repository::business::get(&client, books.business).await?;
    let issuer = issued::issuer(&business.details)?;
    let (mut next, mut files, mut written) = (Some(export.from), Vec::new(), 0);
    while let Some(from) = next {
        let records = page(&client, books.business, from, export.to).await?;
        if records.is_empty() {
            break;
        }
        next = (records.len() == verifactu::RECORDS_MAX).then(|| from.saturating_add(page_size()));
        if export.out.is_none()
            && let Some(next) = next
            && !page(&client, books.business, next, export.to).await?.is_empty()
        {
            return Err(too_many_for_stdout());
        }
        let document = export.document(&issuer, &records)?;
        match &export.out {
            Some(out) => files.push(export.file(&numbered(out, files.len() + 1), &document)?),
            None => to_stdout(&document)?,
        }
        written += records.len();
    }
    if written == 0 {
        return Err(Error::conflict(
            "There are no such records.",
            "Each invoice of a business in Spain has one from its issue on.",
        ));
    }
    for file in files {
        file.finish(|_| Ok(()))?; // once all of them are whole
    }
    super::say(&format!("{written} records, beginning with {}.", export.from));
    Ok(())
}

fn page_size() -> i64 {
    i64::try_from(verifactu::RECORDS_MAX).unwrap_or(i64::MAX)
}

/// As many records as one document holds. What is not there leaves no gap unnoticed: places follow one another.
async fn page(
    client: &impl Connection,
    business: BusinessId,
    from: i64,
    to: Option<i64>,
) -> Result<Vec<Record>> {
    let links = repository::record::list(client, business, from, page_size()).await?;
    let wanted = links.into_iter().take_while(|link| to.is_none_or(|to| link.place <= to));
    (from..).zip(wanted).map(|(place, link)| read(place, &link)).collect()
}

fn read(place: i64, link: &Link) -> Result<Record> {
    let form = link.form.as_ref().filter(|_| link.place == place);
    form.and_then(|form| Record::from_form(place, form)).ok_or_else(|| {
        Error::conflict(
            format!("Record {place} is missing or cannot be read."),
            "verify_records says what is broken; --from and --to leave it out.",
        )
    })
}

impl Export {
    fn document(&self, issuer: &Issuer, records: &[Record]) -> Result<Vec<u8>> {
        match self.format {
            Format::Xml => {
                verifactu::xml(issuer, records).map_err(|error| Error::internal("writing XML", error))
            }
            Format::Json => Ok(verifactu::json(issuer, records)),
        }
    }

    fn file(&self, path: &Path, document: &[u8]) -> Result<Unfinished> {
        let mut unfinished = Unfinished::new("--out", path, self.replace)?;
        unfinished.file.write_all(document).map_err(|error| unfinished.unwritable(&error))?;
        Ok(unfinished)
    }
}

fn to_stdout(document: &[u8]) -> Result<()> {
    let mut stdout = std::io::stdout().lock();
    let done = stdout.write_all(document).and_then(|()| stdout.flush());
    done.map_err(|error| Error::internal("writing to stdout", error))
}

/// Two documents on one stream would be none.
fn too_many_for_stdout() -> Error {
    Error::invalid(
        "--out",
        format!("is missing, and there are more than {} records", verifactu::RECORDS_MAX),
        "a file, or a shorter stretch by --from and --to",
    )
}

/// `records.xml`, `records-2.xml`, `records-3.xml` …
fn numbered(path: &Path, part: usize) -> PathBuf {
    if part == 1 {
        return path.to_owned();
    }
    let stem = path.file_stem().unwrap_or_default().to_string_lossy();
    let name = match path.extension() {
        Some(extension) => format!("{stem}-{part}.{}", extension.to_string_lossy()),
        None => format!("{stem}-{part}"),
    };
    path.with_file_name(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn later_parts_are_numbered_before_the_extension() {
        let of = |path: &str, part| numbered(Path::new(path), part).display().to_string();
        assert_eq!(of("out/records.xml", 1), "out/records.xml");
        assert_eq!(of("out/records.xml", 2), "out/records-2.xml");
        assert_eq!(of("records", 3), "records-3");
    }
}
