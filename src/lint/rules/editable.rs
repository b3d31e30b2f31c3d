//! A distribution that is imported from its source directory, which is not on the host.
//!
//! `pip install -e`, and `uv sync` without `--no-editable`, leave a `.pth` file or a finder that leads to the checkout. Install it
//! properly: `pip install .`, `uv sync --no-editable`.

use crate::content::pth;
use crate::content::pth::Line;
use crate::lint::Findings;
use crate::lint::Rule;
use crate::lint::Severity;
use crate::lint::facts::Facts;

pub(in crate::lint) const RULE: Rule =
    Rule { name: "editable", severity: Severity::Error, source: include_str!("editable.rs"), check };

fn check(facts: &Facts, found: &mut Findings<'_>) {
    for (path, origin) in facts.origins() {
        if origin.is_editable() {
            found.say(path, "it is installed in editable mode");
        }
    }
    for (path, file) in facts.ending(".pth") {
        for (_, line) in pth::lines(file.text.as_deref().unwrap_or_default()) {
            let Line::Path(target) = line else { continue };
            let target = String::from_utf8_lossy(target).into_owned();
            if target.starts_with('/') && !facts.files.contains_key(target.trim_end_matches('/')) {
                found.say(path, format!("it leads to `{target}`, which is not in the package"));
            }
        }
    }
}
