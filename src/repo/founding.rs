//! Making a repository and its suites.

use std::collections::BTreeMap;

use crate::repo::commit::Commit;
use crate::repo::edit::Edit;
use crate::repo::error::Error;
use crate::repo::index::Index;
use crate::repo::layout;
use crate::repo::release::Listed;
use crate::repo::release::Release;
use crate::repo::session::Session;
use crate::repo::settings::Settings;
use crate::repo::store::Bytes;
use crate::repo::store::Put;
use crate::repo::store::Store;
use crate::repo::store::Version;
use crate::repo::view::Head;

/// Whether what hosts compare may change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    /// It is an error.
    Frozen,
    /// Whoever asks for it knows that hosts stop until their admins agree.
    Allowed,
}

/// Writes the settings: new ones, or in the place of those that were read.
pub fn put_settings(store: &dyn Store, settings: &Settings, there: Option<&Version>) -> Result<(), Error> {
    let text = serde_json::to_string_pretty(settings).unwrap_or_default() + "\n";
    let content = Bytes(text.as_bytes());
    let put = match there {
        None => store.create(layout::SETTINGS, &content)?,
        Some(version) => {
            let version = settings.conditions.version(version);
            store.replace(layout::SETTINGS, &content, version.as_ref())?
        }
    };
    if put == Put::Refused { Err(Error::Contended(1)) } else { Ok(()) }
}

impl Session<'_> {
    /// Makes a suite, or changes what it says of itself. None where it says that already.
    pub fn found(&self, wish: &Release, change: Change) -> Result<Option<Commit>, Error> {
        if Head::read(self.store, &wish.suite)?.is_none() {
            if let Some(commit) = self.first(wish)? {
                return Ok(Some(commit));
            }
            self.catch_up(&wish.suite, 1)?;
        }
        self.change("init", &wish.suite, &mut |view| {
            let there = &view.head.release;
            let about = changed(there, wish, change)?;
            let mut edit =
                Edit { about: Some(about.clone()).filter(|about| about != there), ..Edit::default() };
            edit.architectures = wish.architectures.clone();
            Ok(edit)
        })
        .map(|(commit, _)| commit)
    }

    /// The first generation, with nothing in it. None where somebody else made one.
    fn first(&self, wish: &Release) -> Result<Option<Commit>, Error> {
        let suite = &wish.suite;
        let empty = Index::default().marked(0)?;
        let (mut indices, mut known) = (BTreeMap::new(), Vec::new());
        for component in &wish.components {
            for architecture in &wish.architectures {
                let listed = Listed::packages((component, architecture), empty.entry);
                self.store.create(&listed.by_hash(suite), &Bytes(empty.blocks.bytes()))?;
                known.push((listed, empty.blocks.bytes()));
                indices.insert((component.clone(), architecture.clone()), empty.entry);
            }
        }
        let release = Release { date: self.store.now()?, generation: 1, indices, ..wish.clone() };
        let signed = self.signer.sign(&release.text(), release.date).map_err(Error::Sign)?;
        let commit = Commit {
            generation: 1,
            date: release.date.seconds(),
            action: "init".to_owned(),
            by: self.by.clone(),
            added: Vec::new(),
            removed: Vec::new(),
            dropped: Vec::new(),
            inline: signed.inline,
            detached: signed.detached,
        };
        self.store.flush()?;
        match self.store.create(&layout::commit(suite, 1), &Bytes(&commit.bytes()))? {
            Put::Refused => Ok(None),
            Put::Done => {
                self.put_canonical(suite, &commit, &known)?;
                self.settle(suite, &commit, None)?;
                Ok(Some(commit))
            }
        }
    }
}

/// What a suite is to say of itself; what hosts compare is frozen. Components are only ever added.
fn changed(there: &Release, wish: &Release, change: Change) -> Result<Release, Error> {
    let join = |words: &[String]| words.join(" ");
    let components: Vec<String> = there.components.iter().chain(&wish.components).cloned().collect();
    let mut components_there = there.components.clone();
    components_there.extend(components.into_iter().filter(|word| !there.components.contains(word)));
    let compared = [
        ("Origin", &there.origin, &wish.origin),
        ("Label", &there.label, &wish.label),
        ("Components", &join(&there.components), &join(&wish.components)),
    ];
    // What apt pins by default is compared too. Not to say it is to leave it.
    if wish.not_automatic && !there.not_automatic && change == Change::Frozen {
        let (field, suite) = ("NotAutomatic", there.suite.clone());
        return Err(Error::Frozen { field, suite, there: "no".to_owned(), here: "yes".to_owned() });
    }
    for (field, there_is, here) in compared {
        if there_is != here && change == Change::Frozen {
            let (suite, there, here) = (there.suite.clone(), there_is.clone(), here.clone());
            return Err(Error::Frozen { field, suite, there, here });
        }
    }
    Ok(Release {
        origin: wish.origin.clone(),
        label: wish.label.clone(),
        description: wish.description.clone().or_else(|| there.description.clone()),
        not_automatic: wish.not_automatic || there.not_automatic && change == Change::Frozen,
        components: components_there,
        ..there.clone()
    })
}
