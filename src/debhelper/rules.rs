//! `debian/rules`, as far as it tells where dh-virtualenv puts what and how services are started. It is a makefile:
//! nothing of it is run.

use std::collections::BTreeMap;

/// What `debian/rules` says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Rules {
    /// `DH_VIRTUALENV_INSTALL_ROOT`.
    pub install_root: Option<String>,
    /// The options of `dh_virtualenv`, with their values.
    pub virtualenv: BTreeMap<String, String>,
    /// The flags of what starts services (dh_installsystemd(1), dh_systemd_start(1), dh_installinit(1)).
    pub services: Vec<String>,
    /// The overriding targets that do something else.
    pub others: Vec<String>,
}

/// Who starts services.
const STARTERS: [&str; 4] = ["dh_installsystemd", "dh_systemd_start", "dh_systemd_enable", "dh_installinit"];

/// Reads the makefile line by line; lines that end in `\` are joined.
pub fn parse(text: &str) -> Rules {
    let mut rules = Rules::default();
    for line in text.replace("\\\n", " ").lines() {
        let words: Vec<&str> = line.split_whitespace().collect();
        let is_comment = words.first().is_none_or(|word| word.starts_with('#'));
        if is_comment {
            continue;
        }
        if let Some(root) = assigned(line, "DH_VIRTUALENV_INSTALL_ROOT") {
            rules.install_root = Some(root);
        }
        let command = words[0].trim_start_matches(['@', '-']);
        if command == "dh_virtualenv" {
            rules.virtualenv.extend(options(&words[1..]));
        } else if STARTERS.contains(&command) {
            rules.services.extend(words[1..].iter().map(|word| (*word).to_owned()));
        } else if let Some(target) = overridden(line) {
            rules.others.push(target.to_owned());
        }
    }
    rules
}

/// The value of `NAME = value`, however make writes that.
fn assigned(line: &str, name: &str) -> Option<String> {
    let line = line.trim().strip_prefix("export ").unwrap_or(line).trim();
    let rest = line.strip_prefix(name)?.trim_start();
    let value = rest.trim_start_matches([':', '?']).strip_prefix('=')?.trim();
    (!value.is_empty() && !value.contains('$')).then(|| value.trim_end_matches('/').to_owned())
}

/// A target that overrides a step, but for those that are read here.
fn overridden(line: &str) -> Option<&str> {
    let target = line.strip_suffix(':').or_else(|| line.split_once(':').map(|(target, _)| target))?.trim();
    let step = target.strip_prefix("override_").or_else(|| target.strip_prefix("execute_after_"));
    let step = step.or_else(|| target.strip_prefix("execute_before_"))?;
    (step != "dh_virtualenv" && !STARTERS.contains(&step)).then_some(target)
}

/// `--name=value`, `--name value` and `--name`.
fn options(words: &[&str]) -> Vec<(String, String)> {
    let mut options = Vec::new();
    let mut words = words.iter().peekable();
    while let Some(word) = words.next() {
        let Some(option) = word.strip_prefix("--") else { continue };
        let (name, value) = match option.split_once('=') {
            Some((name, value)) => (name, value.to_owned()),
            None => {
                let value = words.next_if(|next| !next.starts_with('-'));
                (option, value.map_or_else(String::new, |value| (*value).to_owned()))
            }
        };
        options.push((name.to_owned(), value.trim_matches(['"', '\'']).to_owned()));
    }
    options
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_of_dh_virtualenv_are_found_wherever_they_stand() {
        let text = "#!/usr/bin/make -f\nexport DH_VIRTUALENV_INSTALL_ROOT=/opt/acme/\n\n%:\n\tdh $@ --with python-virtualenv\n\n\
            override_dh_virtualenv:\n\tdh_virtualenv --python /usr/bin/python3.11 \\\n\t\t--install-suffix=shop --skip-install\n\
            override_dh_installsystemd:\n\tdh_installsystemd --no-start\noverride_dh_auto_build: assets\n\tmake assets\n\
            override_dh_strip:\n# dh_virtualenv --python x\n";
        let rules = parse(text);
        assert_eq!(rules.install_root.as_deref(), Some("/opt/acme"));
        let options: Vec<(&str, &str)> =
            rules.virtualenv.iter().map(|(a, b)| (a.as_str(), b.as_str())).collect();
        let expect = [("install-suffix", "shop"), ("python", "/usr/bin/python3.11"), ("skip-install", "")];
        assert_eq!(options, expect);
        assert_eq!(rules.services, ["--no-start"]);
        assert_eq!(rules.others, ["override_dh_auto_build", "override_dh_strip"]);
        assert_eq!(parse(""), Rules::default());
    }
}
