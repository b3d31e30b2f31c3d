//! From maintainer scripts to hooks.
//!
//! What a script did before debhelper's part ran before services were started; that is `before-activate`. Scripts run
//! as root, in the release's directory, with the arguments that dpkg would have given them (Policy 6.5).

use std::collections::BTreeSet;

use crate::content::shebang;
use crate::content::shell;
use crate::debhelper::script;
use crate::debhelper::script::Script as Parsed;
use crate::init::Facts;
use crate::init::draft::Draft;
use crate::init::draft::Script;
use crate::init::draft::Source;
use crate::init::draft::Table;
use crate::init::parcel;
use crate::init::prefix::Prefixes;

/// A maintainer script by the path of its file, which is also what remarks call it.
pub(in crate::init) struct Given<'t> {
    /// What dpkg calls it.
    pub(in crate::init) name: &'static str,
    pub(in crate::init) path: String,
    pub(in crate::init) text: &'t str,
}

impl<'t> Given<'t> {
    /// The script that is said at a place; where it is not there, that is told.
    pub(in crate::init) fn find(
        draft: &mut Draft,
        name: &'static str,
        (at, path): (&Source, &str),
        facts: &'t Facts,
    ) -> Option<Self> {
        let path = parcel::relative(path);
        match facts.named.get(&path) {
            Some(text) => Some(Self { name, path, text }),
            None => {
                draft.remark(format!("{at}: `{path}` is not there, and is left out"));
                None
            }
        }
    }
}

/// A maintainer script, the hook that takes its place, and how that starts.
const HOOKS: [(&str, &str, &str); 3] = [
    ("postinst", "before-activate", include_str!("../../templates/init/postinst.sh")),
    ("prerm", "before-remove", include_str!("../../templates/init/prerm.sh")),
    ("postrm", "after-purge", include_str!("../../templates/init/postrm.sh")),
];
/// The release that a hook is about: it need not be the current one yet.
const RELEASE: &str = "${MKDEB_PREFIX}/releases/${MKDEB_RELEASE}";
/// What runs a script that does not say.
const SHELL: &str = "#!/bin/sh";
/// What starts and stops services.
const STARTERS: [&str; 5] = ["systemctl ", "deb-systemd-", "invoke-rc.d ", "update-rc.d ", "service "];

/// Shells that know the lines which a hook starts with.
const SHELLS: [&str; 3] = ["sh", "bash", "dash"];

/// Adds a hook for each script that does something.
pub(in crate::init) fn add(draft: &mut Draft, scripts: &[Given<'_>], prefixes: &Prefixes) {
    let mut table = Table::new("[hooks]");
    let before = draft.scripts.len();
    for (name, hook, start) in HOOKS {
        let Some(given) = scripts.iter().find(|script| script.name == name) else { continue };
        if let Some(script) = taken(draft, given, hook) {
            let path = format!("deploy/{hook}");
            table.set(hook, path.as_str());
            let text = hook_text(&script, start, prefixes);
            unexpanded(draft, &path, &text);
            draft.scripts.push(Script { path, text });
        }
    }
    for Given { path, text, .. } in scripts.iter().filter(|script| script.name == "preinst") {
        if script::parse(text).acts() {
            draft.remark(format!(
                "{path} is left out: `before-activate` runs before a release is switched to"
            ));
        }
    }
    if draft.scripts.len() > before {
        table.noted("run-as", "root", "as maintainer scripts do");
        draft.add(table);
    }
}

/// The script of a file, where it becomes a hook; what of it does not is told.
fn taken(draft: &mut Draft, Given { path, text, .. }: &Given<'_>, hook: &str) -> Option<Parsed> {
    let script = script::parse(text);
    if let Some(program) = foreign(text).filter(|_| script.acts() || script.acts_afterwards()) {
        draft.remark(format!(
            "{path} is left out: `{program}` runs it, and what stands in front of it in a hook would be shell; \
             write a script for `{hook}` in `[hooks]`, in any language"
        ));
        return None;
    }
    if script.acts_afterwards() {
        draft.remark(format!(
            "{path}: what stands behind `#DEBHELPER#` is left out; `after-activate` takes what runs then"
        ));
    }
    if !script.acts() {
        return None;
    }
    if text.contains("debconf") {
        draft.remark(format!("{path}: it asks questions (debconf), which hooks cannot; it is left out"));
        return None;
    }
    if STARTERS.iter().any(|starter| script.before.contains(starter)) {
        draft.remark(format!("deploy/{hook}: it starts or stops services, which mkdeb does; take that out"));
    }
    Some(script)
}

/// The program that runs a script, where that is another one than a shell.
pub(in crate::init) fn foreign(text: &str) -> Option<String> {
    let program = shebang::parse(text.as_bytes())?.program;
    let program = String::from_utf8_lossy(&program).into_owned();
    let name = program.rsplit('/').next().unwrap_or_default();
    (!SHELLS.contains(&name)).then_some(program)
}

/// Tells of the places where a hook's shell leaves the path of the virtualenv as it is written.
fn unexpanded(draft: &mut Draft, path: &str, text: &str) {
    let literal = shell::literal(text);
    let places = text.match_indices(RELEASE).map(|(at, _)| at);
    let places = places.filter(|at| literal.iter().any(|range| range.contains(at)));
    let lines: BTreeSet<usize> = places.map(|at| text[..at].matches('\n').count() + 1).collect();
    for line in lines {
        draft.remark(format!(
            "{path}, line {line}: `{RELEASE}` stands in single quotes or a quoted here-document, where no shell expands \
             it; take it out of that, unless another shell reads the text with the same environment"
        ));
    }
}

fn hook_text(script: &Parsed, start: &str, prefixes: &Prefixes) -> String {
    let shebang = script.shebang.as_deref().unwrap_or(SHELL);
    let body = prefixes.replaced(&script.before, RELEASE);
    format!("{shebang}\n{start}{}\n", body.trim())
}
