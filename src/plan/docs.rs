//! What Policy 12 wants of every package: copyright and changelog; and what lintian has to be told.

use std::io::Write;

use crate::package::blob::Blob;
use crate::package::tree::Node;
use crate::package::tree::NodeKind;
use crate::plan::Error;
use crate::plan::draft::Draft;
use crate::template::docs::Changelog;
use crate::template::docs::Copyright;
use crate::template::docs::LintianOverrides;
use crate::types::date::SourceDate;
use crate::types::mode::Mode;
use crate::types::name::PackageName;
use crate::types::version::DebVersion;

/// Tags that a package of an application with its own dependencies raises by design.
const OVERRIDES: &[&str] = &[
    "dir-or-file-in-opt *",
    "embedded-library *",
    "executable-not-elf-or-script *",
    "extra-license-file *",
    "hardening-no-bindnow *",
    "hardening-no-fortify-functions *",
    "initial-upload-closes-no-bugs *",
    "missing-dependency-on-libc *",
    "no-manual-page *",
    "package-contains-documentation-outside-usr-share-doc *",
    "package-installs-python-pycache-dir *",
    "python3-script-but-no-python3-dep *",
    "script-not-executable *",
    "undeclared-elf-prerequisites *",
    "unstripped-binary-or-object *",
    "unusual-interpreter *",
    "uses-dpkg-database-directly *",
    "wrong-path-for-interpreter *",
];

/// Whom documents are about.
pub(in crate::plan) struct Subject<'a> {
    pub(in crate::plan) name: &'a PackageName,
    pub(in crate::plan) version: &'a DebVersion,
    pub(in crate::plan) date: SourceDate,
}

/// Adds `/usr/share/doc/NAME` and the overrides of the application's package.
pub(in crate::plan) fn add(draft: &mut Draft<'_>) -> Result<(), Error> {
    let package = &draft.recipe.package;
    add_for(draft, &Subject { name: &package.name, version: &package.version, date: draft.date })
}

/// Adds `/usr/share/doc/NAME` and the overrides of a package.
pub(in crate::plan) fn add_for(draft: &mut Draft<'_>, subject: &Subject<'_>) -> Result<(), Error> {
    let package = &draft.recipe.package;
    let name = subject.name.as_str();
    let license = package.license.as_deref();
    let copyright = Copyright {
        name,
        homepage: package.homepage.as_deref(),
        year: subject.date.year(),
        maintainer: &package.maintainer,
        license_name: &license.unwrap_or("unstated").split_whitespace().collect::<Vec<_>>().join("-"),
        license_text: license
            .unwrap_or("No license was stated; all rights remain with the copyright holder."),
    };
    let copyright = draft.render("copyright.txt.hbs", &copyright)?;
    draft.write(format!("/usr/share/doc/{name}/copyright").parse()?, Mode::PLAIN, copyright)?;
    add_changelog(draft, subject)?;
    let overrides = LintianOverrides { package: name, prefix: draft.place.prefix.as_str(), tags: OVERRIDES };
    let overrides = draft.render("lintian-overrides.txt.hbs", &overrides)?;
    draft.write(format!("/usr/share/lintian/overrides/{name}").parse()?, Mode::PLAIN, overrides)
}

fn add_changelog(draft: &mut Draft<'_>, subject: &Subject<'_>) -> Result<(), Error> {
    let package = &draft.recipe.package;
    let text = match &package.changelog {
        Some(source) if *subject.name == package.name => draft.file_text(source)?.to_vec(),
        _ => {
            let data = Changelog {
                package: subject.name.as_str(),
                version: &subject.version.to_string(),
                maintainer: &package.maintainer,
                date: &subject.date.rfc5322(),
            };
            draft.render("changelog.txt.hbs", &data)?.into_bytes()
        }
    };
    // Policy 12.7: a native package's changelog is upstream's own.
    let file = if subject.version.has_revision() { "changelog.Debian.gz" } else { "changelog.gz" };
    let path = format!("/usr/share/doc/{}/{file}", subject.name).parse()?;
    let kind = NodeKind::File { blob: Blob::Inline(gzip(&text).into()), mode: Mode::PLAIN, conffile: false };
    Ok(draft.tree.insert(path, Node { kind, origin: "mkdeb".to_owned(), mtime: None })?)
}

/// `gzip -9n`: no name and no time inside (Policy 12.3).
fn gzip(text: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::GzBuilder::new().mtime(0).write(Vec::new(), flate2::Compression::best());
    // A vector takes every byte.
    let written = encoder.write_all(text).and_then(|()| encoder.finish());
    written.unwrap_or_default()
}
