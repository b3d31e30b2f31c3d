//! What people and hosts get besides packages: the page, and the files that tell apt of a suite.

use crate::command::failure::Failure;
use crate::command::repo::Access;
use crate::openpgp::certificate;
use crate::repo::apps::Packages;
use crate::repo::layout;
use crate::repo::page;
use crate::repo::release::Release;
use crate::repo::session::Session;
use crate::repo::settings::Settings;
use crate::repo::store::Bytes;
use crate::repo::verify;
use crate::repo::view::View;
use crate::template::page::Page;

/// Where hosts find a repository: what its owner said, else the place itself.
pub fn url(settings: &Settings, session: &Session<'_>) -> String {
    let place = session.store.spelled("");
    settings
        .url
        .clone()
        .unwrap_or_else(|| if place.starts_with('/') { format!("file:{place}") } else { place })
}

/// What applications need and their suite does not have, in words.
pub fn unmet(view: &mut View<'_>) -> Result<Vec<String>, Failure> {
    if !page::is_readable(&view.head.release) {
        return Ok(Vec::new());
    }
    let suite = view.suite().to_owned();
    let words = |(package, need): (String, String)| {
        format!("`{package}` needs `{need}`, which `{suite}` does not have")
    };
    Ok(verify::unmet(&Packages::read(view)?).into_iter().map(words).collect())
}

/// Writes the page anew. `known` is a suite that was just changed; the others are read.
pub fn put_page(access: &Access, session: &Session<'_>, known: &mut View<'_>) -> Result<(), Failure> {
    let settings = &session.settings;
    let url = url(settings, session);
    let mut suites = Vec::new();
    let mut title = known.head.release.origin.clone();
    for suite in &settings.suites {
        if suite == known.suite() {
            suites.push(page::suite(known, settings, &url)?);
        } else if let Ok(mut view) = session.view(suite) {
            // A suite that cannot be read is no reason not to show the others.
            title.clone_from(&view.head.release.origin);
            suites.extend(page::suite(&mut view, settings, &url));
        }
    }
    let fingerprints = access.keys.certificates().iter().map(|key| key.fingerprint().grouped()).collect();
    let page = Page { title, style_digest: String::new(), fingerprints, suites };
    let text = crate::template::page::render(&page)?;
    session.store.replace(layout::PAGE, &Bytes(text.as_bytes()), None)?;
    Ok(())
}

/// Writes the file that makes a host take packages from a suite, with the keys in it.
pub fn put_sources(access: &Access, session: &Session<'_>, release: &Release) -> Result<(), Failure> {
    let text = sources(access, session, release)?;
    let path = layout::sources(&session.settings.name, &release.suite);
    session.store.replace(&path, &Bytes(text.as_bytes()), None)?;
    Ok(())
}

/// One file that is all a host needs (sources.list(5), deb822 style).
pub fn sources(access: &Access, session: &Session<'_>, release: &Release) -> Result<String, Failure> {
    let armored = certificate::armored(access.keys.certificates())?;
    let key: String = armored
        .lines()
        .map(|line| if line.is_empty() { " .\n".to_owned() } else { format!(" {line}\n") })
        .collect();
    Ok(format!(
        "Types: deb\nURIs: {}\nSuites: {}\nComponents: {}\nArchitectures: {}\nSigned-By:\n{key}",
        url(&session.settings, session),
        release.suite,
        release.components.join(" "),
        release.architectures.join(" "),
    ))
}
