//! What dpkg says, as far as a trial goes by it: relations that a root does not satisfy, and the last lines.

/// How many lines of dpkg are told of a step that failed.
const LAST: usize = 20;

/// A relation that a root does not satisfy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lack {
    /// The package that has it.
    pub package: String,
    /// What it asks for: `python3 (>= 3.11)`.
    pub relation: String,
}

impl Lack {
    /// The package that comes first in it.
    pub fn name(&self) -> &str {
        self.relation.split([' ', ':', '(']).next().unwrap_or_default()
    }
}

/// The relations that dpkg found nothing for: not those to a package of the trial itself, which failed on its own.
pub fn lacks(text: &str, own: &[&str]) -> Vec<Lack> {
    let mut found = Vec::new();
    let mut lines = text.lines().peekable();
    while let Some(line) = lines.next() {
        let Some(lack) = relation(line) else { continue };
        let mut is_missing = false;
        while let Some(detail) = lines.next_if(|line| line.starts_with("  ")) {
            is_missing |= ["is not installed.", " on system is ", " is installed, but is version "]
                .iter()
                .any(|words| detail.contains(words));
        }
        if is_missing && !own.contains(&lack.name()) && !found.contains(&lack) {
            found.push(lack);
        }
    }
    found
}

/// ` orders depends on python3 (>= 3.11); however:`, and the like for `Pre-Depends`.
fn relation(line: &str) -> Option<Lack> {
    let line = line.strip_prefix(' ').filter(|rest| !rest.starts_with(' '))?;
    let (package, relation) = line.split_once(" pre-depends on ").or(line.split_once(" depends on "))?;
    let relation = relation.trim_end_matches("; however:").to_owned();
    Some(Lack { package: package.to_owned(), relation })
}

/// The last lines, without those that say nothing.
pub fn last(text: &str) -> Vec<String> {
    let lines: Vec<&str> = text.lines().filter(|line| !line.trim().is_empty()).collect();
    lines[lines.len().saturating_sub(LAST)..].iter().map(|line| (*line).to_owned()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As dpkg 1.21 of Debian 12 and 1.23 of Debian testing say it.
    const DEPENDS: &str = "Unpacking aa (1) ...
dpkg: dependency problems prevent configuration of aa:
 aa depends on nowhere (>= 2); however:
  Package nowhere is not installed.
 aa depends on elsewhere | otherwise; however:
  Package elsewhere is not installed.
  Package otherwise is not installed.
 aa depends on python3:any (>= 99); however:
  Version of python3 on system is 3.11.2-1+b1.

dpkg: error processing package aa (--install):
 dependency problems - leaving unconfigured
";

    #[test]
    fn relations_that_nothing_satisfies_are_read() {
        let found = lacks(DEPENDS, &["aa"]);
        let told: Vec<&str> = found.iter().map(|lack| lack.relation.as_str()).collect();
        assert_eq!(told, ["nowhere (>= 2)", "elsewhere | otherwise", "python3:any (>= 99)"]);
        let names: Vec<&str> = found.iter().map(Lack::name).collect();
        assert_eq!(names, ["nowhere", "elsewhere", "python3"]);
        let before = "dpkg: regarding cc.deb containing cc, pre-dependency problem:\n cc pre-depends on python3 (>= 99)\n  python3 is installed, but is version 3.11.2-1+b1.\n\n cc pre-depends on nowhere\n  nowhere is not installed.\n";
        assert_eq!(lacks(before, &["cc"]).len(), 2);
    }

    #[test]
    fn a_package_of_the_trial_that_failed_is_no_lack_of_the_root() {
        for said in [
            " dd depends on ee; however:\n  Package ee is not configured yet.\n",
            " ff pre-depends on ee\n  ee is unpacked, but has never been configured.\n",
            " dd depends on ee; however:\n  Package ee is not installed.\n",
        ] {
            assert_eq!(lacks(said, &["dd", "ee", "ff"]), [], "{said}");
        }
        assert_eq!(lacks("Setting up ee (1) ...\nboo\n", &[]), []);
    }

    #[test]
    fn the_last_lines_are_those_with_words() {
        let text: String = (0..30).map(|number| format!("line {number}\n\n")).collect();
        let lines = last(&text);
        assert_eq!((lines.len(), lines[0].as_str(), lines[19].as_str()), (20, "line 10", "line 29"));
        assert!(last("\n \n").is_empty());
    }
}
