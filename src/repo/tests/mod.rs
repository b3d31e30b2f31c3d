//! The protocols in simulation: every place to stop, every order of two publishers.

mod contents;
mod crashes;
mod forged;
mod indices;
mod mistakes;
mod races;
mod sim;

use std::sync::Arc;

use crate::control::stanza::Stanza;
use crate::control::stanza::StanzaKey;
use crate::repo::apps::Packages;
use crate::repo::contents::keep_list;
use crate::repo::error::Error;
use crate::repo::founding::Change;
use crate::repo::publish::Candidate;
use crate::repo::publish::Wish;
use crate::repo::release::Release;
use crate::repo::session::Session;
use crate::repo::session::Signers;
use crate::repo::settings::Conditions;
use crate::repo::settings::Settings;
use crate::repo::store::Bytes;
use crate::repo::store::Content;
use crate::repo::store::Store;
use crate::repo::tests::sim::RealSigner;
use crate::repo::tests::sim::SimStore;
use crate::repo::tests::sim::Stop;
use crate::repo::tests::sim::World;
use crate::repo::verify;
use crate::repo::verify::Finding;
use crate::types::date::SourceDate;
use crate::types::digest::Sha256;

fn session(store: &dyn Store) -> Session<'_> {
    session_with(store, Conditions::CreateAndReplace)
}

fn session_with(store: &dyn Store, conditions: Conditions) -> Session<'_> {
    let settings = Settings {
        version: 1,
        name: "acme".to_owned(),
        url: None,
        head_ttl: 0,
        contents: false,
        conditions,
        suites: vec!["beta".to_owned(), "stable".to_owned()],
    };
    Session { store, signer: &RealSigner, settings, by: "t@sim".to_owned(), signers: Signers::Keep }
}

/// The same that writes `Contents`, or not.
fn session_of(store: &dyn Store, contents: bool) -> Session<'_> {
    let mut session = session(store);
    session.settings.contents = contents;
    session
}

/// A world with two empty suites.
fn founded() -> Arc<World> {
    let world = World::new();
    let store = SimStore::new(&world, Stop::Never);
    for suite in ["beta", "stable"] {
        session(&store).found(&release(suite), Change::Frozen).expect("founded");
    }
    world
}

fn release(suite: &str) -> Release {
    Release {
        origin: "Acme".to_owned(),
        label: "Acme".to_owned(),
        suite: suite.to_owned(),
        description: None,
        not_automatic: false,
        date: SourceDate::from_seconds(0),
        generation: 0,
        components: vec!["main".to_owned()],
        architectures: vec!["amd64".to_owned()],
        indices: Default::default(),
        contents: Default::default(),
    }
}

/// A package: `name version`, with more fields and other bytes where they are given.
fn publish_with(session: &Session<'_>, words: &str, (fields, bytes): (&str, &[u8])) -> Result<(), Error> {
    let (name, version) = words.split_once(' ').expect("name and version");
    let key =
        StanzaKey { package: name.to_owned(), version: version.to_owned(), architecture: "amd64".to_owned() };
    let control = format!("Package: {name}\nVersion: {version}\nArchitecture: amd64\n{fields}");
    let content = Bytes(bytes);
    let candidate = Candidate {
        key,
        control: Stanza::new(&control),
        source: name.to_owned(),
        content: &content,
        sha256: content.sha256(),
    };
    let wish = Wish { suite: "stable".to_owned(), ..Wish::default() };
    if session.settings.contents {
        keep_list(session.store, &content, words)?;
    }
    session.publish("publish", std::slice::from_ref(&candidate), &wish, &mut |wanted| {
        let put = |(number, path): (&usize, &String)| Ok((*number, session.store.create(path, &content)?));
        wanted.iter().map(put).collect()
    })?;
    Ok(())
}

fn publish(session: &Session<'_>, words: &str) -> Result<(), Error> {
    match session.settings.contents {
        true => publish_with(session, words, ("", &contents::package(words, &[words]))),
        false => publish_with(session, words, ("", words.as_bytes())),
    }
}

/// The packages of a suite, as `name version`.
fn holds(world: &Arc<World>, suite: &str) -> Vec<String> {
    let store = SimStore::new(world, Stop::Never);
    let mut view = session(&store).view(suite).expect("a suite");
    let packages = Packages::read(&mut view).expect("readable");
    packages.rows().iter().map(|row| format!("{} {}", row.key.package, row.key.version)).collect()
}

/// What is wrong with both suites.
fn findings(world: &Arc<World>) -> Vec<Finding> {
    let store = SimStore::new(world, Stop::Never);
    let mut digests = |paths: &[String]| {
        Ok(paths.iter().map(|path| Some(Sha256::of(&world.bytes(path)))).collect::<Vec<_>>())
    };
    let session = session(&store);
    let of = |suite: &str, digests: &mut verify::Digests<'_>| {
        verify::verify(&session, suite, Some(digests)).expect("verified").all
    };
    [of("beta", &mut digests), of("stable", &mut digests)].concat()
}

/// Hosts can update and install: nothing is wrong but what by-hash clients never see.
#[track_caller]
fn hosts_are_well(world: &Arc<World>, what: &str) {
    let wrong: Vec<Finding> = findings(world).into_iter().filter(|finding| !finding.is_warning).collect();
    assert_eq!(wrong, [], "{what}");
}
