//! `pyproject.toml`: what a project says of itself, by PEP 621 or in poetry's older way.

use std::collections::BTreeMap;

use toml::Table;
use toml::Value;

/// What a project says of itself.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Pyproject {
    /// Whether `[project]` says it (PEP 621).
    pub is_standard: bool,
    /// The distribution's name.
    pub name: Option<String>,
    /// Its version, where it is written down.
    pub version: Option<String>,
    /// What it is, in a line.
    pub description: Option<String>,
    /// Its license.
    pub license: Option<String>,
    /// Its homepage.
    pub homepage: Option<String>,
    /// `Name <address>` of the first author that has both.
    pub author: Option<String>,
    /// Its commands: names and entry points, without extras.
    pub scripts: BTreeMap<String, String>,
    /// Whether there is a manifest in it already.
    pub has_manifest: bool,
    /// Whether poetry locks its dependencies.
    pub is_poetry: bool,
}

/// Reads the text; why it is not TOML.
pub fn parse(text: &str) -> Result<Pyproject, String> {
    let root: Table = toml::from_str(text).map_err(|error| error.to_string())?;
    let tool = |name: &str| root.get("tool").and_then(|tool| tool.get(name));
    let poetry = tool("poetry").and_then(Value::as_table);
    let project = root.get("project").and_then(Value::as_table);
    let found = match (project, poetry) {
        (Some(project), _) => standard(project),
        (None, Some(poetry)) => older(poetry),
        (None, None) => Pyproject::default(),
    };
    Ok(Pyproject { has_manifest: tool("mkdeb").is_some(), is_poetry: poetry.is_some(), ..found })
}

fn standard(project: &Table) -> Pyproject {
    let license = project.get("license");
    let author = project.get("authors").and_then(Value::as_array).into_iter().flatten().find_map(|author| {
        Some(format!("{} <{}>", author.get("name")?.as_str()?, author.get("email")?.as_str()?))
    });
    let urls = project.get("urls").and_then(Value::as_table);
    let homepage = urls.and_then(|urls| {
        let is_homepage = |label: &&String| label.to_lowercase().replace(['-', ' ', '_'], "") == "homepage";
        urls.get(urls.keys().find(is_homepage)?)?.as_str()
    });
    Pyproject {
        is_standard: true,
        license: license.and_then(|it| it.as_str().or_else(|| it.get("text")?.as_str())).map(str::to_owned),
        homepage: homepage.map(str::to_owned),
        author,
        ..common(project)
    }
}

fn older(poetry: &Table) -> Pyproject {
    let authors = poetry.get("authors").and_then(Value::as_array).into_iter().flatten();
    let author =
        authors.filter_map(Value::as_str).find(|author| author.ends_with('>') && author.contains(" <"));
    let text = |key: &str| Some(poetry.get(key)?.as_str()?.to_owned());
    Pyproject {
        license: text("license"),
        homepage: text("homepage"),
        author: author.map(str::to_owned),
        ..common(poetry)
    }
}

/// What both ways spell alike.
fn common(table: &Table) -> Pyproject {
    let text = |key: &str| Some(table.get(key)?.as_str()?.trim().to_owned()).filter(|text| !text.is_empty());
    let scripts = table.get("scripts").and_then(Value::as_table).into_iter().flatten();
    let scripts = scripts.filter_map(|(name, value)| {
        let target = value.as_str().or_else(|| value.get("callable")?.as_str());
        let target = target.or_else(|| value.get("reference").filter(|_| !is_file(value))?.as_str())?;
        // `module:function [extra]` (Entry points specification).
        let target: String = target.split('[').next().unwrap_or_default().split_whitespace().collect();
        Some((name.clone(), target))
    });
    Pyproject {
        name: text("name"),
        version: text("version"),
        description: text("description"),
        scripts: scripts.collect(),
        ..Pyproject::default()
    }
}

/// Poetry's scripts may be files of the project.
fn is_file(value: &Value) -> bool {
    value.get("type").and_then(Value::as_str) == Some("file")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_ways_to_write_it_are_read() {
        let text = "[project]\nname = 'Word_Count'\ndynamic = ['version']\ndescription = ' counts '\nlicense = { text = 'MIT' }\n\
            authors = [{ name = 'A' }, { name = 'B', email = 'b@example.com' }]\nurls = { Home-Page = 'https://example.com' }\n\
            scripts = { wc = 'wc.cli:main [fast]' }\n[tool.mkdeb.app]\ntarball = 'x'\n";
        let project = parse(text).expect("TOML");
        assert!(project.is_standard && project.has_manifest && !project.is_poetry);
        assert_eq!((project.name.as_deref(), project.version), (Some("Word_Count"), None));
        assert_eq!(project.description.as_deref(), Some("counts"));
        assert_eq!(project.author.as_deref(), Some("B <b@example.com>"));
        assert_eq!(
            (project.license.as_deref(), project.homepage.as_deref()),
            (Some("MIT"), Some("https://example.com"))
        );
        assert_eq!(project.scripts, BTreeMap::from([("wc".to_owned(), "wc.cli:main".to_owned())]));

        let text = "[tool.poetry]\nname = 'x'\nversion = '1'\nlicense = 'MIT'\nauthors = ['nobody', 'A <a@example.com>']\n\
            [tool.poetry.scripts]\na = 'a:main'\nb = { reference = 'bin/b', type = 'file' }\nc = { callable = 'c:run' }\n";
        let project = parse(text).expect("TOML");
        assert!(!project.is_standard && project.is_poetry && !project.has_manifest);
        assert_eq!(
            (project.version.as_deref(), project.author.as_deref()),
            (Some("1"), Some("A <a@example.com>"))
        );
        assert_eq!(project.scripts.into_keys().collect::<Vec<_>>(), ["a", "c"]);

        assert_eq!(parse("[build-system]\nrequires = []\n"), Ok(Pyproject::default()));
        assert!(parse("[project").is_err());
    }
}
