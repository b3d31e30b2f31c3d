//! What has to be so between the steps of a trial, asked of dpkg.

use std::collections::BTreeMap;

use crate::command::failure::Failure;
use crate::command::trial::listing::FIND;
use crate::command::trial::listing::Listing;
use crate::command::trial::shelf::Candidate;
use crate::command::trial::steps::Trial;

/// What dpkg says of each package: name, state, version.
const STATES: [&str; 3] =
    ["/usr/bin/dpkg-query", "--show", "--showformat=${Package}\\t${db:Status-Abbrev}\\t${Version}\\n"];
/// A package that is wanted and installed, as dpkg abbreviates it.
const INSTALLED: &str = "ii";

/// What has to be so, and is not.
#[derive(Debug, Default)]
pub(super) struct Findings {
    /// One line each.
    pub told: Vec<String>,
    /// Whether it makes no sense to go on.
    pub is_fatal: bool,
}

impl Findings {
    /// One after which nothing can be said.
    pub fn fatal(told: String) -> Self {
        Self { told: vec![told], is_fatal: true }
    }

    /// With those of another check.
    pub fn add(&mut self, other: Self) {
        self.told.extend(other.told);
        self.is_fatal |= other.is_fatal;
    }
}

impl Trial<'_> {
    /// Expects packages to be installed from now on.
    pub(super) fn hold(&mut self, candidates: &[&Candidate]) {
        let named = candidates.iter().map(|candidate| (candidate.name.clone(), candidate.version.clone()));
        self.held.extend(named);
    }

    /// Whether all that has to be installed is, in its version and whole, and dpkg waits for nothing.
    pub(super) fn stands(&mut self) -> Result<Findings, Failure> {
        let mut findings = Findings::default();
        let states = self.states()?;
        for (name, version) in &self.held {
            match states.get(name) {
                Some((state, there)) if state == INSTALLED && there == version => {}
                Some((state, there)) => {
                    findings
                        .told
                        .push(format!("`{name}` is `{state}` {there}, and not `{INSTALLED}` {version}"));
                }
                None => findings.told.push(format!("`{name}` is not installed")),
            }
        }
        findings.is_fatal = !findings.told.is_empty();
        findings.told.extend(self.audit()?);
        if !findings.is_fatal && !self.held.is_empty() {
            let words = ["/usr/bin/dpkg", "--verify"].into_iter().chain(self.held.keys().map(String::as_str));
            let words: Vec<&str> = words.collect();
            let ran = self.bed.run(&words, self.limit, self.watch)?;
            findings.told.extend(ran.text.lines().map(|line| format!("dpkg --verify: {}", line.trim())));
        }
        Ok(findings)
    }

    /// What dpkg has to complain of by itself.
    pub(super) fn audit(&self) -> Result<Vec<String>, Failure> {
        let ran = self.bed.run(&["/usr/bin/dpkg", "--audit"], self.limit, self.watch)?;
        let lines = ran.text.lines().filter(|line| !line.trim().is_empty());
        Ok(lines.map(|line| format!("dpkg --audit: {}", line.trim())).collect())
    }

    /// The states and versions of all packages that dpkg knows.
    pub(super) fn states(&self) -> Result<BTreeMap<String, (String, String)>, Failure> {
        let text = self.bed.ask(&STATES, self.limit, self.watch)?;
        let state = |line: &str| {
            let mut words = line.split('\t').map(|word| word.trim().to_owned());
            Some((words.next()?, (words.next()?, words.next()?)))
        };
        Ok(text.lines().filter_map(state).collect())
    }

    /// The packages that were not there before and whose state ends in a letter.
    pub(super) fn strangers(&self, letter: &str) -> Result<Vec<String>, Failure> {
        let states = self.states()?.into_iter();
        let strange =
            states.filter(|(name, (state, _))| !self.base.contains(name) && state.ends_with(letter));
        Ok(strange.map(|(name, _)| name).collect())
    }

    /// All files.
    pub(super) fn listing(&self) -> Result<Listing, Failure> {
        Ok(Listing::read(&self.bed.ask(&FIND, self.limit, self.watch)?))
    }
}
