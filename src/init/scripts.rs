//! From maintainer scripts to hooks.
//!
//! What a script did before debhelper's part ran before services were started; that is `before-activate`. Scripts run
//! as root, in the release's directory, with the arguments that dpkg would have given them (Policy 6.5).

use crate::debhelper::script;
use crate::debhelper::script::Script as Parsed;
use crate::init::debian::Sources;
use crate::init::draft::Draft;
use crate::init::draft::Script;
use crate::init::draft::Table;
use crate::init::prefix::Prefixes;

/// A maintainer script, the hook that takes its place, and how that starts.
const HOOKS: [(&str, &str, &str); 3] = [
    ("postinst", "before-activate", include_str!("../../templates/init/postinst.sh")),
    ("prerm", "before-remove", include_str!("../../templates/init/prerm.sh")),
    ("postrm", "after-purge", include_str!("../../templates/init/postrm.sh")),
];
/// The virtualenv of the release that a hook is about: it need not be the current one yet.
const RELEASE: &str = "${MKDEB_PREFIX}/releases/${MKDEB_RELEASE}/venv";
/// What runs a script that does not say.
const SHELL: &str = "#!/bin/sh";
/// What starts and stops services.
const STARTERS: [&str; 5] = ["systemctl ", "deb-systemd-", "invoke-rc.d ", "update-rc.d ", "service "];

/// Adds a hook for each script that does something.
pub(in crate::init) fn add(draft: &mut Draft, sources: &Sources<'_>, prefixes: &Prefixes) {
    let mut table = Table::new("[hooks]");
    for (name, hook, start) in HOOKS {
        let Some(text) = sources.text(name) else { continue };
        let script = script::parse(text);
        if script.acts_afterwards() {
            draft.remark(format!(
                "debian/{name}: what stands behind `#DEBHELPER#` is left out; `after-activate` takes what runs then"
            ));
        }
        if !script.acts() {
            continue;
        }
        if text.contains("debconf") {
            draft.remark(format!(
                "debian/{name}: it asks questions (debconf), which hooks cannot; it is left out"
            ));
            continue;
        }
        if STARTERS.iter().any(|starter| script.before.contains(starter)) {
            draft.remark(format!(
                "deploy/{hook}: it starts or stops services, which mkdeb does; take that out"
            ));
        }
        let path = format!("deploy/{hook}");
        table.set(hook, path.as_str());
        draft.scripts.push(Script { path, text: hook_text(&script, start, prefixes) });
    }
    if sources.text("preinst").is_some_and(|text| script::parse(text).acts()) {
        draft.remark("debian/preinst is left out: `before-activate` runs before a release is switched to");
    }
    if !draft.scripts.is_empty() {
        table.noted("run-as", "root", "as maintainer scripts do");
        draft.add(table);
    }
}

fn hook_text(script: &Parsed, start: &str, prefixes: &Prefixes) -> String {
    let shebang = script.shebang.as_deref().unwrap_or(SHELL);
    let body = prefixes.replaced(&script.before, RELEASE);
    format!("{shebang}\n{start}{}\n", body.trim())
}
