//! From scripts of fpm to maintainer scripts, of which hooks are made.
//!
//! Where fpm knows upgrades (with `--before-upgrade`, `--after-upgrade` or `--deb-systemd`) it puts each script into a
//! function, and calls that for its own action alone (its `templates/deb/*.sh.erb`).

use crate::debhelper::script;
use crate::init::draft::Draft;
use crate::init::fpm::Spoken;
use crate::init::package::Said;
use crate::init::prefix::Prefixes;
use crate::init::scripts;
use crate::init::scripts::Given;

/// The flags that name scripts.
pub(in crate::init) const FLAGS: [&str; 7] = [
    "--before-install",
    "--after-install",
    "--before-remove",
    "--after-remove",
    "--before-upgrade",
    "--after-upgrade",
    "--deb-after-purge",
];

/// A script of a flag.
struct Script {
    name: &'static str,
    path: String,
    text: String,
}

/// Adds the hooks.
pub(in crate::init) fn add(draft: &mut Draft, spoken: &Spoken<'_>, prefixes: &Prefixes) {
    let mut find = |flag: &str, name: &'static str| script(draft, spoken, (flag, name));
    let before_install = find("--before-install", "preinst");
    let before_upgrade = find("--before-upgrade", "preinst");
    let after_install = find("--after-install", "postinst");
    let after_upgrade = find("--after-upgrade", "postinst");
    let before_remove = find("--before-remove", "prerm");
    let after_remove = find("--after-remove", "postrm");
    let after_purge = find("--deb-after-purge", "postrm");
    let given = |flag: &str| spoken.command.texts(flag).next().is_some();
    let is_aware = ["--before-upgrade", "--after-upgrade", "--deb-systemd"].into_iter().any(given);
    let mut all: Vec<Script> =
        before_install.into_iter().chain(before_upgrade).chain(before_remove).collect();
    let start = if spoken.is_on("--deb-maintainerscripts-force-errorchecks") { "set -e\n" } else { "" };
    if is_aware {
        if after_install.is_some() && !given("--after-upgrade") {
            draft.remark(
                "`--after-install` runs on a first install only, as fpm has it with `--deb-systemd` or \
                 `--before-upgrade`; take the condition out of the hook where upgrades need it too",
            );
        }
        all.extend(joined([("after_install", after_install), ("after_upgrade", after_upgrade)], |names| {
            let call = |name: &str| match name {
                "after_install" => "if [ -z \"$2\" ]; then after_install; fi\n",
                _ => "if [ -n \"$2\" ]; then after_upgrade \"$2\"; fi\n",
            };
            (start, names.iter().map(|name| call(name)).collect())
        }));
    } else {
        all.extend(after_install);
    }
    if is_aware || after_purge.is_some() {
        let call = |names: &[&str]| (start, names.iter().map(|name| format!("{name}\n")).collect());
        all.extend(joined([("after_remove", after_remove), ("after_purge", after_purge)], call));
    } else {
        all.extend(after_remove);
    }
    let given = all.iter().map(|Script { name, path, text }| Given { name, path: path.clone(), text });
    scripts::add(draft, &given.collect::<Vec<_>>(), prefixes);
}

/// The script of a flag, with the values of its template.
fn script(draft: &mut Draft, spoken: &Spoken<'_>, (flag, name): (&str, &'static str)) -> Option<Script> {
    let Said { at, text } = spoken.said(flag)?;
    let Given { path, text, .. } = Given::find(draft, name, (&at, &text), spoken.facts)?;
    let has = |flag: &str| spoken.command.all(flag).next().is_some();
    if !has("--template-scripts") && !has("--template-value") {
        return Some(Script { name, path, text: text.to_owned() });
    }
    let text = filled(draft, spoken, (&path, text))?;
    Some(Script { name, path, text })
}

/// A template of Ruby's ERB whose tags are nothing but names; of another one nothing becomes.
fn filled(draft: &mut Draft, spoken: &Spoken<'_>, (path, text): (&str, &str)) -> Option<String> {
    let mut result = String::new();
    let mut rest = text;
    while let Some((before, tag)) = rest.split_once("<%") {
        result.push_str(before);
        let (tag, behind) = tag.split_once("%>").unwrap_or((tag, ""));
        let name = tag.strip_prefix('=').map(|name| name.trim().trim_end_matches('-').trim());
        match name.and_then(|name| value(draft, spoken, name)) {
            Some(value) => result.push_str(&value),
            None => {
                draft.remark(format!(
                    "{path} is left out: `<%{tag}%>` is Ruby; write what it stands for into the script"
                ));
                return None;
            }
        }
        rest = behind;
    }
    Some(result + rest)
}

/// What a template calls by a name.
fn value(draft: &mut Draft, spoken: &Spoken<'_>, name: &str) -> Option<String> {
    let pairs = spoken.all("--template-value");
    let given = pairs.iter().rev().find_map(|said| {
        let (key, value) = said.text.split_once('=')?;
        (key == name).then(|| value.to_owned())
    });
    let flag = match name {
        "name" => return given.or_else(|| Some(draft.package.clone())),
        "version" if given.is_none() => {
            draft.remark("`<%= version %>` becomes `${MKDEB_VERSION}`, in which the revision is too");
            return Some("${MKDEB_VERSION}".to_owned());
        }
        "description" => "--description",
        "maintainer" => "--maintainer",
        "url" => "--url",
        "license" => "--license",
        "vendor" => "--vendor",
        "category" => "--category",
        _ => return given,
    };
    given.or_else(|| spoken.said(flag).map(|said| said.text))
}

/// One script of two, each as a function that is called where it counts. One that no shell runs stays what it is.
fn joined<'c>(
    scripts: [(&'static str, Option<Script>); 2],
    calls: impl Fn(&[&'static str]) -> (&'c str, String),
) -> Vec<Script> {
    let (mut others, mut names) = (Vec::new(), Vec::new());
    let (mut body, mut paths) = (String::new(), Vec::new());
    let mut kind = "";
    for (function, script) in scripts {
        let Some(script) = script else { continue };
        if scripts::foreign(&script.text).is_some() {
            others.push(script);
            continue;
        }
        let parsed = script::parse(&script.text);
        if parsed.acts() {
            body.push_str(&format!("{function}() {{\n    :\n{}\n}}\n\n", parsed.before.trim_end()));
            names.push(function);
        }
        kind = script.name;
        paths.push(script.path);
    }
    if !names.is_empty() {
        let (start, calls) = calls(&names);
        others.push(Script { name: kind, path: paths.join(", "), text: format!("{start}{body}{calls}") });
    }
    others
}
