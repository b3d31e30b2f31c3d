//! What is done to packages that are published: promoted, removed, pruned, rolled out by parts, restored.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use crate::control::stanza::Stanza;
use crate::control::stanza::StanzaKey;
use crate::repo::apps::Packages;
use crate::repo::apps::Retention;
use crate::repo::apps::Wanted;
use crate::repo::edit::Collision;
use crate::repo::edit::Edit;
use crate::repo::error::Error;
use crate::repo::gc::Condemned;
use crate::repo::publish::PUBLISHED;
use crate::repo::session::Session;
use crate::repo::view::Head;
use crate::repo::view::View;

/// The field by which apt upgrades some hosts first (`apt_preferences(5)`, phased updates).
pub const PHASED: &str = "Phased-Update-Percentage";

/// The packages of one suite that go into another: with all they need, at the time they go.
///
/// With a percentage, those that were named reach only so many of a hundred hosts.
pub fn promotion(
    session: &Session<'_>,
    from: &str,
    (wanted, percent): (&[Wanted], Option<u8>),
) -> Result<Edit, Error> {
    let packages = Packages::read(&mut session.view(from)?)?;
    let mut roots = Vec::new();
    for wanted in wanted {
        roots.extend(packages.find(wanted, from)?);
    }
    let now = session.store.now()?.to_string();
    let mut edit = Edit { collision: Collision::Refuse, ..Edit::default() };
    let named: BTreeSet<usize> = roots.iter().copied().collect();
    for number in packages.with_parts(roots) {
        let row = &packages.rows()[number];
        // How far it is rolled out is a matter of each suite.
        let percent = percent.filter(|_| named.contains(&number));
        let stanza = phased(&row.stanza, percent.unwrap_or(100)).with(PUBLISHED, &now);
        edit.put(&row.component, row.key.clone(), stanza);
    }
    Ok(edit)
}

/// Takes packages out, and those parts that only they needed.
pub fn removal(view: &mut View<'_>, wanted: &[Wanted]) -> Result<Edit, Error> {
    let packages = Packages::read(view)?;
    let mut removed = BTreeSet::new();
    for wanted in wanted {
        let found = match wanted.version {
            Some(_) => packages.find(wanted, view.suite())?,
            // All versions: the newest is only what tells whether there are any.
            None => {
                packages.find(wanted, view.suite())?;
                let rows = packages.rows().iter().enumerate();
                rows.filter(|(_, row)| row.key.package == wanted.name).map(|(number, _)| number).collect()
            }
        };
        removed.extend(found);
    }
    let others = (0..packages.rows().len())
        .filter(|number| !removed.contains(number) && !packages.rows()[*number].is_part());
    let needed = packages.with_parts(others);
    let gone = packages.with_parts(removed.iter().copied());
    Ok(drops(
        &packages,
        gone.into_iter().filter(|number| removed.contains(number) || !needed.contains(number)),
    ))
}

/// Takes out what a rule does not keep.
pub fn pruning(view: &mut View<'_>, rule: &Retention) -> Result<Edit, Error> {
    let packages = Packages::read(view)?;
    // A pin that means nothing would let go what somebody wants to keep.
    for pin in &rule.pins {
        packages.find(pin, view.suite())?;
    }
    let kept = packages.kept(rule);
    let gone: Vec<usize> = (0..packages.rows().len()).filter(|number| !kept.contains(number)).collect();
    Ok(drops(&packages, gone))
}

fn drops(packages: &Packages, gone: impl IntoIterator<Item = usize>) -> Edit {
    let mut edit = Edit::default();
    for number in gone {
        let row = &packages.rows()[number];
        edit.drop(&row.component, row.key.clone());
    }
    edit
}

/// Lets so many of a hundred hosts have the version of a package.
pub fn rollout(view: &mut View<'_>, wanted: &Wanted, percent: u8) -> Result<Edit, Error> {
    let packages = Packages::read(view)?;
    let mut edit = Edit::default();
    for number in packages.find(wanted, view.suite())? {
        let row = &packages.rows()[number];
        let stanza = phased(&row.stanza, percent);
        edit.put(&row.component, row.key.clone(), stanza);
    }
    Ok(edit)
}

/// A paragraph that reaches so many of a hundred hosts.
pub fn phased(stanza: &Stanza, percent: u8) -> Stanza {
    match percent {
        100.. => stanza.without(PHASED),
        _ => stanza.with(PHASED, &percent.to_string()),
    }
}

/// Makes the suite hold again what it held in an earlier generation.
pub fn restoration(session: &Session<'_>, view: &mut View<'_>, generation: u64) -> Result<Edit, Error> {
    let suite = view.suite().to_owned();
    let fail = |reason: String| Error::NoGeneration { suite: suite.clone(), generation, reason };
    let missing = || fail("the journal has no such entry".to_owned());
    let commit = session.entry(&suite, generation)?.ok_or_else(missing)?;
    let release = commit.release(&session.store.spelled(&suite))?;
    let modified = release.date;
    let head = Head { release, inline: commit.inline, version: None, modified };
    let then = everything(&mut View::new(session.store, head, modified));
    let then = then.map_err(|error| match error {
        Error::Damaged { place, .. } => fail(format!("`{place}` was deleted by `gc`")),
        error => error,
    })?;
    let now = everything(view)?;
    // Read before the files are looked at: one that is condemned is as good as gone.
    let condemned = Condemned::read(session.store)?;
    let mut edit = Edit::default();
    for (place, stanza) in &then {
        if now.get(place) == Some(stanza) {
            continue;
        }
        let file = stanza.get("Filename").unwrap_or_default();
        if now.get(place).and_then(|now| now.get("Filename")) != Some(file) {
            let state = match session.store.about(file)? {
                None => Some("was deleted"),
                Some(_) if condemned.holds(file) => Some("is about to be deleted"),
                Some(_) => None,
            };
            if let Some(state) = state {
                let (suite, file) = (suite.clone(), file.to_owned());
                return Err(Error::Gone { suite, generation, file, state });
            }
        }
        edit.put(&place.0, place.1.clone(), stanza.clone());
    }
    for place in now.keys().filter(|place| !then.contains_key(place)) {
        edit.drop(&place.0, place.1.clone());
    }
    Ok(edit)
}

/// The paragraphs of a suite by component and key.
fn everything(view: &mut View<'_>) -> Result<BTreeMap<(String, StanzaKey), Stanza>, Error> {
    let mut found = BTreeMap::new();
    view.each(&mut |component, text| {
        let stanza = Stanza::new(text);
        found.extend(stanza.key().map(|key| ((component.to_owned(), key), stanza)));
        Ok(())
    })?;
    Ok(found)
}
