//! What the scripts of a package do when, in words: of packages that mkdeb built, whose scripts are known line by line.

use crate::page::Subject;
use crate::page::scripts::Known;
use crate::page::scripts::Values;
use crate::types::plural::counted;

/// What happens at one moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Steps {
    /// When: `On a first install`.
    pub moment: &'static str,
    /// What, in order.
    pub items: Vec<String>,
}

/// What the scripts of one package were made with.
#[derive(Debug, Default)]
pub struct Scripted {
    preinst: Option<Values>,
    postrm: Option<Values>,
    tree: Option<Values>,
    /// What its release was, or that of another package on the page.
    pub activation: Option<Values>,
}

/// Reads the scripts; none where one of them is not mkdeb's.
pub fn scripted(subject: &Subject, all: &[Subject], known: &Known) -> Option<Scripted> {
    let text = |name: &str| {
        let file = subject.deb.control_file(name)?;
        String::from_utf8(file.bytes.clone()).ok().or(Some(String::new()))
    };
    let read = |template: &str, name: &str| text(name).map(|text| known.read(template, &text));
    let [postrm, prerm] =
        ["tree-postrm.sh.hbs", "tree-prerm.sh.hbs"].map(|name| read(name, &name[5..name.len() - 7]));
    if let (Some(Some(postrm)), Some(Some(prerm)), None, None) =
        (postrm, prerm, text("preinst"), text("postinst"))
    {
        let is_same = postrm.word("directory") == prerm.word("directory");
        return is_same.then(|| Scripted { tree: Some(postrm), ..Scripted::default() });
    }
    let preinst = read("preinst.sh.hbs", "preinst")??;
    let postinst = read("postinst.sh.hbs", "postinst")??;
    let prerm = read("prerm.sh.hbs", "prerm")??;
    let postrm = read("postrm.sh.hbs", "postrm")??;
    let path = format!("{}/releases/{}/.mkdeb/activate", postrm.word("prefix"), postrm.word("id"));
    let is_led = [&postinst, &prerm].iter().all(|values| values.word("activate") == path);
    let same = |name| preinst.word(name) == postrm.word(name);
    if !is_led || !["package", "version", "id", "prefix"].into_iter().all(same) {
        return None;
    }
    let texts = |subject: &Subject| subject.holdings.texts.get(&path).cloned();
    let activation = match texts(subject).or_else(|| all.iter().find_map(texts)) {
        Some(text) => Some(known.read("activate.sh.hbs", &text)?),
        None => None,
    };
    Some(Scripted { preinst: Some(preinst), postrm: Some(postrm), tree: None, activation })
}

impl Scripted {
    /// Every moment with its steps.
    pub fn steps(&self) -> Vec<Steps> {
        if let Some(tree) = &self.tree {
            let items = vec![
                format!("prerm takes away the bytecode that Python wrote below {}", tree.word("directory")),
                "postrm makes the top directory anew, which dpkg removes with the last package below it"
                    .to_owned(),
            ];
            let unpacked = "dpkg unpacks the files; no script runs".to_owned();
            return vec![
                Steps { moment: "On install and upgrade", items: vec![unpacked] },
                Steps { moment: "On removal", items },
            ];
        }
        let (Some(preinst), Some(postrm)) = (&self.preinst, &self.postrm) else { return Vec::new() };
        vec![
            Steps { moment: "On a first install", items: self.install(preinst) },
            Steps { moment: "On an upgrade", items: self.upgrade(preinst) },
            Steps { moment: "On removal", items: self.removal(postrm) },
            Steps { moment: "On a purge", items: self.purge(postrm) },
        ]
    }

    fn install(&self, preinst: &Values) -> Vec<String> {
        let (prefix, interpreter) = (preinst.word("prefix"), preinst.word("interpreter"));
        let needs =
            if interpreter.is_empty() { String::new() } else { format!(", or there is no {interpreter}") };
        let mut items = vec![
            format!("preinst refuses where {prefix} belongs to another package{needs}"),
            format!("dpkg unpacks the release {}", preinst.word("id")),
        ];
        items.extend(self.activated(prefix, "enables and starts"));
        items
    }

    fn upgrade(&self, preinst: &Values) -> Vec<String> {
        let prefix = preinst.word("prefix");
        let mut items = vec![
            "preinst refuses a release that failed on this host before, and one at another prefix".to_owned(),
            "dpkg unpacks the new release beside the old one; services run on".to_owned(),
            "postrm of the old package hands over to the new release".to_owned(),
        ];
        items.extend(self.activated(prefix, "enables and starts what is new of"));
        for (what, becomes) in [("restart", "restarted"), ("reload", "reloaded"), ("none", "left alone")] {
            let names = self.units(|unit| unit[2] == what && unit[1] == "service");
            items.extend(names.map(|names| format!("what runs of {names} is {becomes}")));
        }
        items.push(
            "where any of this fails, the switch is taken back, the old release runs on, and dpkg goes back"
                .to_owned(),
        );
        items
    }

    /// What `activate` does, as far as the package says it.
    fn activated(&self, prefix: &str, starts: &str) -> Vec<String> {
        let Some(values) = &self.activation else {
            return vec![format!(
                "activate of the release, which another package brings, switches {prefix}/current to it"
            )];
        };
        let mut items = Vec::new();
        let each =
            |name: &str, least: usize| values.list(name).iter().filter(move |words| words.len() >= least);
        items.extend(
            each("each_account", 1).map(|it| format!("the user {} is made, where there is none", it[0])),
        );
        items.extend(
            each("each_declared", 2)
                .map(|it| format!("{1} of {0}.d is carried out by systemd-{0}", it[0], it[1])),
        );
        items.extend(each("each_directory", 4).map(|it| {
            format!("the directory {} is made, {}:{} {}, where there is none", it[0], it[1], it[2], it[3])
        }));
        items.extend(
            each("each_secret", 3)
                .map(|it| format!("{} is made empty, root:{} {}, where there is none", it[0], it[1], it[2])),
        );
        items.extend(each("each_conffile", 3).map(|it| format!("{} gets root:{} {}", it[0], it[1], it[2])));
        if !values.word("python").is_empty() {
            items.push(format!(
                "preflight, as {}: the release's Python imports what its commands name",
                values.word("service_user")
            ));
        }
        items.extend(self.hook("before-activate"));
        items.push(format!("{prefix}/current leads to the release"));
        let names = self.units(|unit| unit[4] == "now" && unit[3] == "enabled");
        items.extend(names.map(|names| format!("systemd {starts} {names}")));
        for health in each("each_health", 6) {
            let what = if health[4] == "http" { "answers" } else { "is well by" };
            items.push(format!(
                "{} has to be healthy within {}: {what} {}",
                health[0],
                seconds(&health[3]),
                health[5]
            ));
        }
        items.extend(self.hook("after-activate"));
        items
    }

    fn removal(&self, postrm: &Values) -> Vec<String> {
        let mut items: Vec<String> = self.hook("before-remove").into_iter().collect();
        let units: Vec<&str> = postrm.list("each_unit").iter().flatten().map(String::as_str).collect();
        if !units.is_empty() {
            items.push(format!("systemd stops {}", units.join(", ")));
        }
        items.push(format!("{}/current goes", postrm.word("prefix")));
        if postrm.word("split") == "true" {
            items.push("releases and virtualenvs stay: they are packages of their own".to_owned());
        } else {
            items.push("dpkg removes the release; configuration and data stay".to_owned());
        }
        items
    }

    fn purge(&self, postrm: &Values) -> Vec<String> {
        let mut items: Vec<String> = self.hook("after-purge").into_iter().collect();
        let data = postrm.list("each_datum").iter().flatten();
        items.extend(data.map(|path| format!("{path} is deleted, where this package made it")));
        items.push(format!(
            "dpkg removes conffiles; /var/lib/mkdeb/{0} and the log /var/log/mkdeb/{0}.log go",
            postrm.word("package")
        ));
        items
    }

    /// The names of some units; none where there is none.
    fn units(&self, is: impl Fn(&[String]) -> bool) -> Option<String> {
        let units = self.activation.as_ref().map(|values| values.list("each_unit")).unwrap_or_default();
        let names = units.iter().filter(|unit| unit.len() == 5 && is(unit)).map(|unit| unit[0].as_str());
        let names: Vec<&str> = names.collect();
        (!names.is_empty()).then(|| names.join(", "))
    }

    fn hook(&self, event: &str) -> Option<String> {
        let hooks = self.activation.as_ref()?.list("each_hook");
        let hook = hooks.iter().find(|hook| hook.len() == 4 && hook[0] == event)?;
        Some(format!("the hook {event} runs as {}:{}, {} at most", hook[1], hook[2], seconds(&hook[3])))
    }
}

fn seconds(text: &str) -> String {
    match text.parse::<u64>() {
        Ok(seconds) if seconds >= 120 && seconds.is_multiple_of(60) => counted(seconds / 60, "minutes"),
        Ok(seconds) => counted(seconds, "seconds"),
        Err(_) => text.to_owned(),
    }
}
