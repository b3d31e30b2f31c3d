//! The scripts of a package that brings keys.

use handlebars::Handlebars;
use serde::Serialize;

use crate::template::Error;
use crate::template::quote;

/// `keyring/postinst.sh.hbs` and `keyring/postrm.sh.hbs`.
#[derive(Debug, Clone, Serialize)]
pub struct Keyring {
    /// The package.
    pub package: String,
    /// What it brings.
    pub source: String,
    /// Where apt reads it.
    pub target: String,
}

const POSTINST: (&str, &str) =
    ("keyring/postinst.sh.hbs", include_str!("../../templates/keyring/postinst.sh.hbs"));
const POSTRM: (&str, &str) = ("keyring/postrm.sh.hbs", include_str!("../../templates/keyring/postrm.sh.hbs"));

/// `postinst` and `postrm`.
pub fn render(keyring: &Keyring) -> Result<[String; 2], Error> {
    let mut registry = Handlebars::new();
    registry.set_strict_mode(true);
    registry.register_escape_fn(quote::shell);
    let render = |(name, text): (&str, &str)| {
        let failed = |error: handlebars::RenderError| Error::Render {
            name: name.to_owned(),
            reason: error.to_string(),
        };
        registry.render_template(text, keyring).map_err(failed)
    };
    Ok([render(POSTINST)?, render(POSTRM)?])
}
