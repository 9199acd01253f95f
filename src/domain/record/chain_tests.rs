use time::Duration;

use super::*;
use crate::domain::record::samples;

fn kept() -> (Vec<Link>, Option<Head>) {
    keep(&samples::all())
}

fn keep(records: &[Record]) -> (Vec<Link>, Option<Head>) {
    let mut head = None;
    let links = records.iter().map(|record| {
        let link = Link::new(record, InvoiceId(record.place), head.as_ref());
        head = Some(Head::of(record, &link));
        link
    });
    (links.collect(), head)
}

fn end(head: &Head) -> End {
    let (place, hash) = (head.previous.place, head.previous.pointer.hash.clone());
    End { place, hash, seal: head.seal.clone() }
}

/// Checks a whole chain against its end.
fn verify(links: &[Link], head: Option<&Head>) -> Result<(), Break> {
    let mut walk = Walk::default();
    for link in links {
        walk.step(link)?;
    }
    walk.end(head.map(end).as_ref())
}

/// The chain after `change`, with the form read again as a database would.
fn broken(change: impl FnOnce(&mut Vec<Link>)) -> Break {
    let (mut links, head) = kept();
    change(&mut links);
    verify(&links, head.as_ref()).unwrap_err()
}

/// Replaces a record by another and leaves all else as it was.
fn swap(links: &mut [Link], at: usize, change: impl FnOnce(&mut Record)) {
    let mut record = Record::from_form(links[at].place, links[at].form.as_ref().unwrap()).unwrap();
    change(&mut record);
    links[at].text = record.text();
    links[at].form = Some(record.form());
}

/// RD 1007/2023, art. 8.2: integrity and traceability, checked on demand.
#[test]
fn the_chain_that_was_written_holds() {
    let (links, head) = kept();
    assert_eq!(verify(&links, head.as_ref()), Ok(()));
    assert_eq!(verify(&[], None), Ok(()));

    let (front, back) = links.split_at(7);
    let mut walk = Walk::default();
    let last = front.iter().map(|link| (walk.step(link).unwrap(), link)).last().unwrap();
    let mut later = Walk::after(Head::of(&last.0, last.1));
    assert!(back.iter().all(|link| later.step(link).is_ok()));
    assert_eq!(later.end(head.as_ref().map(end).as_ref()), Ok(()));
}

#[test]
fn a_changed_field_is_found_at_its_place() {
    let found = broken(|links| {
        swap(links, 2, |record| {
            if let Act::Registration(of) = &mut record.act {
                of.total += rust_decimal::Decimal::ONE;
            }
        });
    });
    assert_eq!((found.place, found.number.as_deref()), (3, Some("F-2026-0003")));
    assert!(matches!(found.flaw, Flaw::Hash { .. }), "{found}");
}

#[test]
fn what_the_hash_does_not_cover_is_found_by_the_seal() {
    let renamed = broken(|links| {
        swap(links, 4, |record| {
            if let Act::Registration(of) = &mut record.act {
                of.buyer.as_mut().unwrap().name = "Another".into();
            }
        });
    });
    assert_eq!((renamed.place, renamed.flaw), (5, Flaw::Seal));
    let moved = broken(|links| links[1].invoice_id = InvoiceId(99));
    assert_eq!((moved.place, moved.flaw), (2, Flaw::Seal));
    let spaced = broken(|links| links[1].text.insert(1, ' '));
    assert_eq!((spaced.place, spaced.flaw), (2, Flaw::Seal));
}

#[test]
fn a_record_with_a_new_hash_of_its_own_breaks_the_next() {
    let found = broken(|links| {
        swap(links, 2, |record| {
            record.invoice.number = "F-2026-0099".into();
            record.hash = record.computed_hash();
        });
        let record = Record::from_form(3, links[2].form.as_ref().unwrap()).unwrap();
        links[2].hash = record.hash;
        links[2].seal = seal(Some(&links[1].seal), 3, links[2].invoice_id, &links[2].text);
    });
    assert_eq!((found.place, found.flaw), (4, Flaw::PreviousHash));
}

#[test]
fn removed_moved_and_unreadable_records_are_found() {
    let removed = broken(|links| drop(links.remove(5)));
    assert_eq!((removed.place, removed.flaw), (6, Flaw::Missing));
    let first = broken(|links| drop(links.remove(0)));
    assert_eq!((first.place, first.flaw), (1, Flaw::Missing));
    let last = broken(|links| drop(links.pop()));
    assert_eq!((last.place, last.flaw), (19, Flaw::Missing));
    let all = broken(Vec::clear);
    assert_eq!((all.place, all.flaw), (1, Flaw::Missing));
    let closed_up = broken(|links| {
        links.remove(5);
        for link in &mut links[5..] {
            link.place -= 1;
        }
    });
    assert_eq!((closed_up.place, closed_up.flaw), (6, Flaw::PreviousHash));
    let unreadable = broken(|links| links[3].form = None);
    assert_eq!((unreadable.place, unreadable.flaw), (4, Flaw::Unreadable));
    let kept_hash = broken(|links| links[3].hash = links[2].hash.clone());
    assert!(matches!(kept_hash.flaw, Flaw::Hash { .. }), "{kept_hash}");
}

/// Orden HAC/1177/2024, art. 7: the times of the chain do not run backwards.
#[test]
fn time_that_runs_backwards_is_found() {
    let mut records = samples::all();
    for at in 1..records.len() {
        let earlier = records[0].generated_at - Duration::seconds(1);
        let before = records[at - 1].as_previous().pointer;
        let record = &mut records[at];
        record.previous = Some(before);
        if at == 4 {
            record.generated_at = earlier;
        }
        record.hash = record.computed_hash();
    }
    let (links, head) = keep(&records);
    let found = verify(&links, head.as_ref()).unwrap_err();
    assert_eq!(found.place, 5);
    assert!(matches!(found.flaw, Flaw::Time { .. }), "{found}");
    assert!(
        found.to_string().starts_with("Record 5 (invoice F-2026-0005) was made at 2026-11-24T19:20:29+01:00")
    );
}

#[test]
fn every_record_is_read_as_it_was_written() {
    for record in samples::all() {
        let read = Record::from_form(record.place, &record.form()).unwrap();
        assert_eq!(read.generated_at.offset(), record.generated_at.offset());
        assert_eq!(read, record);
    }
}
