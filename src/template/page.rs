//! The page that people see of a repository. A value is text there and never markup.

use handlebars::Handlebars;
use serde::Serialize;

use crate::template::Error;
use crate::template::report::escaped;
use crate::types::digest::Sha256;

/// `page.html.hbs`.
#[derive(Debug, Clone, Serialize)]
pub struct Page {
    /// Whose packages they are.
    pub title: String,
    /// What the style sheet has to have for a browser to take it.
    pub style_digest: String,
    /// The keys that sign, grouped for people.
    pub fingerprints: Vec<String>,
    /// The suites.
    pub suites: Vec<SuiteView>,
}

/// A suite on the page.
#[derive(Debug, Clone, Default, Serialize)]
pub struct SuiteView {
    /// Its name.
    pub name: String,
    /// A word on it.
    pub description: Option<String>,
    /// Its components.
    pub components: String,
    /// What hosts it is for.
    pub architectures: String,
    /// Its generation.
    pub generation: u64,
    /// When that was made.
    pub date: String,
    /// The same for machines.
    pub date_iso: String,
    /// Commands that make a host take packages from it.
    pub install: Vec<String>,
    /// What is not shown, where something is not.
    pub omitted: Option<String>,
    /// The applications.
    pub apps: Vec<AppView>,
    /// Whether there are virtualenvs.
    pub has_virtualenvs: bool,
    /// Virtualenvs that releases share.
    pub virtualenvs: Vec<VirtualenvView>,
    /// Whether there are other packages.
    pub has_packages: bool,
    /// Packages that are no applications.
    pub packages: Vec<PackageView>,
}

/// An application on the page.
#[derive(Debug, Clone, Serialize)]
pub struct AppView {
    /// Its name.
    pub name: String,
    /// What it is.
    pub summary: String,
    /// Its address, where that is one of the web.
    pub homepage: Option<String>,
    /// Its versions, the newest first.
    pub versions: Vec<VersionView>,
}

/// A version of an application.
#[derive(Debug, Clone, Serialize)]
pub struct VersionView {
    /// The version.
    pub version: String,
    /// Its architecture.
    pub architecture: String,
    /// When it was published.
    pub date: String,
    /// Its size with what it needs of its own.
    pub size: String,
    /// The key of its virtualenv.
    pub venv_key: Option<String>,
    /// Which Python distributions are others than in the version before.
    pub changes: String,
    /// How many hosts get it, where that is not all.
    pub rollout: Option<String>,
}

/// A virtualenv on the page.
#[derive(Debug, Clone, Serialize)]
pub struct VirtualenvView {
    /// Its key.
    pub key: String,
    /// Its size.
    pub size: String,
    /// The versions that share it.
    pub releases: String,
}

/// A package on the page.
#[derive(Debug, Clone, Serialize)]
pub struct PackageView {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
    /// Its architecture.
    pub architecture: String,
    /// When it was published.
    pub date: String,
    /// Its size.
    pub size: String,
    /// What it is.
    pub summary: String,
}

/// The names of the templates.
const PAGE: &str = "page.html.hbs";
/// The style sheet, which is a part of the page: it is one file.
const STYLE: &str = "page/style.html.hbs";
const TEXTS: [(&str, &str); 2] = [
    (PAGE, include_str!("../../templates/page.html.hbs")),
    (STYLE, include_str!("../../templates/page/style.html.hbs")),
];

/// The page's text. `style_digest` is filled in here.
pub fn render(page: &Page) -> Result<String, Error> {
    let mut registry = Handlebars::new();
    registry.set_strict_mode(true);
    registry.register_escape_fn(escaped);
    for (name, text) in TEXTS {
        let syntax = |error: handlebars::TemplateError| Error::Syntax {
            name: name.to_owned(),
            reason: error.to_string(),
        };
        registry.register_template_string(name, text).map_err(syntax)?;
    }
    // A browser takes the one style sheet whose digest the page names (CSP 3), so that no other can come in.
    let style = TEXTS[1].1;
    let style_digest = format!("{}=", Sha256::of(style.as_bytes()).urlsafe_base64());
    let page = Page { style_digest, ..page.clone() };
    let failed =
        |error: handlebars::RenderError| Error::Render { name: PAGE.to_owned(), reason: error.to_string() };
    registry.render(PAGE, &page).map_err(failed)
}
