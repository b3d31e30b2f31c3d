//! Unit files (systemd.syntax(7)): sections of directives, in order.

/// A unit file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct UnitFile {
    /// Section, directive and value of each line, continued lines as one.
    directives: Vec<(String, String, String)>,
}

impl UnitFile {
    /// Reads a unit. Lines that are neither a section nor a directive are nothing.
    pub fn parse(text: &str) -> Self {
        let (mut section, mut directives) = (String::new(), Vec::new());
        for line in joined(text) {
            let line = line.trim();
            if let Some(name) = line.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
                section = name.to_owned();
            } else if let Some((name, value)) = line.split_once('=') {
                directives.push((section.clone(), name.trim().to_owned(), value.trim().to_owned()));
            }
        }
        Self { directives }
    }

    /// The values of a directive; an empty one takes back those before it.
    pub fn all(&self, section: &str, name: &str) -> Vec<&str> {
        let mut values = Vec::new();
        for (_, _, value) in self.directives.iter().filter(|(s, n, _)| s == section && n == name) {
            if value.is_empty() {
                values.clear();
            } else {
                values.push(value.as_str());
            }
        }
        values
    }

    /// The last value of a directive.
    pub fn get(&self, section: &str, name: &str) -> Option<&str> {
        self.all(section, name).pop()
    }

    /// Every directive of a section, in order.
    pub fn section<'u>(&'u self, section: &'u str) -> impl Iterator<Item = (&'u str, &'u str)> {
        let own = self.directives.iter().filter(move |(s, _, _)| s == section);
        own.map(|(_, name, value)| (name.as_str(), value.as_str()))
    }
}

/// Lines without comments; a backslash at the end joins the next one, comments between them fall out.
fn joined(text: &str) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    let mut is_open = false;
    for line in text.lines() {
        if line.trim_start().starts_with(['#', ';']) {
            continue;
        }
        let (part, continues) = match line.strip_suffix('\\') {
            Some(part) => (part, true),
            None => (line, false),
        };
        match lines.last_mut().filter(|_| is_open) {
            Some(last) => {
                last.push(' ');
                last.push_str(part.trim_start());
            }
            None => lines.push(part.to_owned()),
        }
        is_open = continues;
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn directives_keep_their_section_and_their_order() {
        let unit = UnitFile::parse(
            "[Unit]\nDescription=x\n[Service]\nExecStart=/bin/a \\\n# why\n  --b\nEnvironment=A=1\n\
             Environment=\nEnvironment=B=2\n; no\nOdd\n[Install]\nWantedBy=multi-user.target\n",
        );
        assert_eq!(unit.get("Service", "ExecStart"), Some("/bin/a  --b"));
        assert_eq!(unit.all("Service", "Environment"), ["B=2"]);
        assert_eq!(unit.get("Unit", "ExecStart"), None);
        assert_eq!(unit.section("Unit").collect::<Vec<_>>(), [("Description", "x")]);
        assert_eq!(UnitFile::parse("a=b").get("", "a"), Some("b"));
    }
}
