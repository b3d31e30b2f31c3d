//! The steps of a trial, one after the other, and what has to be so after each.

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::time::Duration;

use crate::command::failure::Failure;
use crate::command::trial::Kind;
use crate::command::trial::Step;
use crate::command::trial::Verdict;
use crate::command::trial::checks::Findings;
use crate::command::trial::error::Error;
use crate::command::trial::listing::Listing;
use crate::command::trial::listing::Scope;
use crate::command::trial::said;
use crate::command::trial::shelf;
use crate::command::trial::shelf::Candidate;
use crate::command::trial::spoiled;
use crate::command::trial::spoiled::Workshop;
use crate::host::bed::Bed;
use crate::host::bed::End;
use crate::host::env::Env;
use crate::host::watch::Watch;

/// dpkg, which asks nothing and keeps what an admin edited, as on a host that nobody looks at. What the root leaves
/// out of packages, such as documents, would look lost (`--path-exclude`, dpkg(1)).
const INSTALL: [&str; 7] = [
    "/usr/bin/dpkg",
    "--force-unsafe-io",
    "--force-confdef",
    "--force-confold",
    "--no-force-overwrite",
    "--path-include=/*",
    "--install",
];
/// Packages in a root.
pub(super) struct Trial<'a> {
    pub(super) bed: &'a Bed,
    workshop: Workshop<'a>,
    old: &'a [Candidate],
    new: &'a [Candidate],
    pub(super) limit: Duration,
    pub(super) watch: &'a Watch,
    /// The packages that were there before, and the files.
    pub(super) base: BTreeSet<String>,
    before: Listing,
    /// What has to be installed: versions by names.
    pub(super) held: BTreeMap<String, String>,
    /// The step after which nothing can be said any more.
    stopped: Option<Kind>,
    /// How long the step took so far, and what dpkg said last.
    took: Duration,
    said: Vec<String>,
    /// The steps so far.
    pub steps: Vec<Step>,
    /// Everything that dpkg said.
    pub log: String,
}

/// What came of a call of dpkg.
#[derive(Debug, PartialEq, Eq)]
enum Called {
    Well,
    /// Why it is not well.
    Badly(String),
}

impl<'a> Trial<'a> {
    /// Packages that are an upgrade of others, or of none.
    pub fn new(
        bed: &'a Bed,
        (old, new): (&'a [Candidate], &'a [Candidate]),
        (env, watch): (&'a Env, &'a Watch),
        limit: Duration,
    ) -> Self {
        let workshop = Workshop::new(bed, (env, watch));
        let (base, before, held) = (BTreeSet::new(), Listing::default(), BTreeMap::new());
        let (took, said, steps, log) = (Duration::ZERO, Vec::new(), Vec::new(), String::new());
        let stopped = None;
        Self { bed, workshop, old, new, limit, watch, base, before, held, stopped, took, said, steps, log }
    }

    /// Installs what the packages depend on, and looks at the root as it is then.
    pub fn prepare(&mut self, with: &[Candidate]) -> Result<(), Failure> {
        let with: Vec<&Candidate> = with.iter().collect();
        if self.install(&with)? != Called::Well {
            return Err(Error::With(std::mem::take(&mut self.said)).into());
        }
        let states = self.states()?;
        let own = self.old.iter().chain(self.new).find(|own| states.contains_key(&own.name));
        if let Some(own) = own {
            return Err(Error::Installed(own.name.clone()).into());
        }
        self.base = states.into_keys().collect();
        self.before = self.listing()?;
        Ok(())
    }

    /// Goes through all steps.
    pub fn run(&mut self) -> Result<(), Failure> {
        let (old, new): (Vec<_>, Vec<_>) = (self.old.iter().collect(), self.new.iter().collect());
        if old.is_empty() {
            self.step(Kind::Install, |trial| trial.installs(&new))?;
            self.step(Kind::FailedUnpack, Self::fails_to_unpack)?;
            self.skip(Kind::Upgrade, "no `--from` names what it is an upgrade of");
            self.step(Kind::Reinstall, |trial| trial.installs(&new))?;
        } else {
            self.step(Kind::Install, |trial| trial.installs(&old))?;
            if self.upgraded().is_empty() {
                self.skip(Kind::FailedUnpack, "no package of `--from` is there in another version");
            } else {
                self.step(Kind::FailedUnpack, Self::fails_to_unpack)?;
            }
            if self.has_switch() {
                self.step(Kind::FailedSwitch, Self::fails_to_switch)?;
            }
            self.step(Kind::Upgrade, |trial| trial.installs(&new))?;
            self.step(Kind::Rollback, |trial| trial.installs(&old))?;
            self.step(Kind::UpgradeAgain, |trial| trial.installs(&new))?;
            for (candidate, path) in self.rollbacks() {
                self.step(Kind::OwnRollback, |trial| trial.rolls_back(candidate, &path))?;
            }
        }
        self.step(Kind::Remove, Self::removes)?;
        self.step(Kind::Purge, Self::purges)
    }

    /// Goes one step, unless one before it left nothing to go on with.
    fn step(
        &mut self,
        kind: Kind,
        work: impl FnOnce(&mut Self) -> Result<Findings, Failure>,
    ) -> Result<(), Failure> {
        if let Some(stopped) = self.stopped {
            self.skip(kind, &format!("`{}` left nothing to go on with", stopped.name()));
            return Ok(());
        }
        self.log.push_str(&format!("--- {}\n", kind.name()));
        (self.took, self.said) = (Duration::ZERO, Vec::new());
        let Findings { told, is_fatal } = work(self)?;
        if is_fatal {
            self.stopped = Some(kind);
        }
        let verdict = match told.is_empty() {
            true => Verdict::Passed(self.words(kind)),
            false => Verdict::Failed { findings: told, said: std::mem::take(&mut self.said) },
        };
        self.steps.push(Step { kind, verdict, took: self.took });
        Ok(())
    }

    fn skip(&mut self, kind: Kind, why: &str) {
        let verdict = Verdict::Skipped(why.to_owned());
        self.steps.push(Step { kind, verdict, took: Duration::ZERO });
    }

    /// What is so after a step that went well.
    fn words(&self, kind: Kind) -> String {
        let held = self.held.iter().map(|(name, version)| format!("{name} {version}"));
        let held = held.collect::<Vec<_>>().join(", ");
        match kind {
            Kind::FailedUnpack | Kind::FailedSwitch => format!("it failed as it should, and there is {held}"),
            Kind::Remove => "nothing but configuration is left".to_owned(),
            Kind::Purge => "nothing is left".to_owned(),
            _ => held,
        }
    }

    /// Installs packages, which have to stand then.
    fn installs(&mut self, candidates: &[&Candidate]) -> Result<Findings, Failure> {
        match self.install(candidates)? {
            Called::Badly(why) => Ok(Findings::fatal(why)),
            Called::Well => {
                self.hold(candidates);
                self.stands()
            }
        }
    }

    /// The packages that an upgrade replaces, with the version before. The same version again, for example of a
    /// virtualenv, is no upgrade.
    fn upgraded(&self) -> Vec<(&'a Candidate, Option<&'a str>)> {
        let old = |new: &Candidate| self.old.iter().find(|old| old.name == new.name);
        let new = self.new.iter().filter(|new| self.old.is_empty() || old(new).is_some());
        let both = new.map(|new| (new, old(new).map(|old| old.version.as_str())));
        both.filter(|(new, old)| *old != Some(new.version.as_str())).collect()
    }

    /// The packages that an upgrade brings anew, which have nothing to go back to.
    fn added(&self) -> Vec<&'a Candidate> {
        let is_old = |new: &&Candidate| self.old.iter().any(|old| old.name == new.name);
        self.new.iter().filter(|new| !self.old.is_empty() && !is_old(new)).collect()
    }

    /// An upgrade that another package's file ends, when all else is unpacked: dpkg has to put everything back.
    fn fails_to_unpack(&mut self) -> Result<Findings, Failure> {
        // What is upgraded may need them.
        let beside = self.added();
        let mut findings = match beside.is_empty() {
            true => Findings::default(),
            false => self.installs(&beside)?,
        };
        let obstacle = self.workshop.obstacle()?;
        if let Called::Badly(why) = self.call(&INSTALL, &[obstacle])? {
            return Ok(Findings::fatal(why));
        }
        for (candidate, from) in self.upgraded() {
            if findings.is_fatal {
                break;
            }
            let blocked = self.workshop.blocked(candidate, from)?;
            let before = self.listing()?;
            let called = self.call(&INSTALL, &[blocked])?;
            findings.add(self.went_back(called, spoiled::CLAIM, (&before, &BTreeSet::new()))?);
        }
        let said = std::mem::take(&mut self.said);
        self.call(&["/usr/bin/dpkg", "--purge"], &[spoiled::OBSTACLE.to_owned()])?;
        self.said = said;
        Ok(findings)
    }

    /// Whether the upgrade switches to a release that checks whether it can start.
    fn has_switch(&self) -> bool {
        let is_there = |path: &String| self.old.iter().any(|old| old.paths.contains(path));
        self.new.iter().flat_map(|new| &new.preflights).any(|path| !is_there(path))
    }

    /// An upgrade to a release that does not start: the package has to switch back, and dpkg with it.
    fn fails_to_switch(&mut self) -> Result<Findings, Failure> {
        let new: Vec<&Candidate> = self.new.iter().collect();
        // A release that is a package of its own is unpacked, and stays for a look.
        let beside = self.added();
        let without = beside.iter().flat_map(|candidate| candidate.paths.clone()).collect();
        let before = self.listing()?;
        let mut called = Called::Well;
        for call in shelf::calls(&new) {
            let files: Result<Vec<String>, Failure> =
                call.iter().map(|candidate| self.workshop.refusing(candidate)).collect();
            called = self.call(&INSTALL, &files?)?;
            if called != Called::Well {
                break;
            }
        }
        let held = self.held.clone();
        // Those that were spoiled are not whole until they are installed again, with the upgrade.
        self.held.retain(|name, _| !beside.iter().any(|beside| beside.name == *name));
        let findings = self.went_back(called, spoiled::REFUSED, (&before, &without))?;
        self.held = held;
        // As the message tells an admin who wants to try the release again.
        let forget = ["/usr/bin/find", "/var/lib/mkdeb", "-path", "*/failed/*", "-delete"];
        self.bed.run(&forget, self.limit, self.watch)?;
        Ok(findings)
    }

    /// After an upgrade that failed for this reason, everything has to be as it was.
    fn went_back(
        &mut self,
        called: Called,
        reason: &str,
        (before, without): (&Listing, &BTreeSet<String>),
    ) -> Result<Findings, Failure> {
        let mut findings = Findings::default();
        match called {
            Called::Well => {
                return Ok(Findings::fatal("the upgrade was made to fail, and did not".to_owned()));
            }
            Called::Badly(_) if self.said.iter().any(|line| line.contains(reason)) => {}
            Called::Badly(why) => findings.told.push(format!("{why}, and not for what was in its way")),
        }
        findings.add(self.stands()?);
        findings.told.extend(before.differences(&self.listing()?, Scope::Failure, without));
        Ok(findings)
    }

    /// The programs of packages that go back to the version before, where upgraded packages bring them.
    fn rollbacks(&self) -> Vec<(&'a Candidate, String)> {
        let path = |old: &Candidate| format!("/usr/bin/{}-rollback", old.name);
        let there = self.old.iter().map(|old| (old, path(old)));
        there.filter(|(_, path)| self.new.iter().any(|new| new.paths.contains(path))).collect()
    }

    /// Goes back without a package at hand. The hold that comes with it is lifted, as an admin does it.
    fn rolls_back(&mut self, old: &Candidate, program: &str) -> Result<Findings, Failure> {
        if let Called::Badly(why) = self.call(&[program], &[])? {
            return Ok(Findings::fatal(why));
        }
        if let Called::Badly(why) = self.call(&[program, "--release"], &[])? {
            return Ok(Findings::fatal(why));
        }
        self.hold(&[old]);
        self.stands()
    }

    fn removes(&mut self) -> Result<Findings, Failure> {
        let names = self.strangers("i")?;
        if let Called::Badly(why) = self.call(&["/usr/bin/dpkg", "--remove"], &names)? {
            return Ok(Findings::fatal(why));
        }
        self.held.clear();
        let left = self.strangers("i")?;
        let mut findings = Findings::default();
        findings.told.extend(left.iter().map(|name| format!("`{name}` is installed still")));
        findings.told.extend(self.audit()?);
        Ok(findings)
    }

    /// Nothing may be left but what was there before.
    fn purges(&mut self) -> Result<Findings, Failure> {
        let names = self.strangers("")?;
        // Those without conffiles went with their removal.
        if !names.is_empty()
            && let Called::Badly(why) = self.call(&["/usr/bin/dpkg", "--purge"], &names)?
        {
            return Ok(Findings::fatal(why));
        }
        let mut findings = Findings::default();
        findings.told.extend(self.strangers("")?.iter().map(|name| format!("dpkg still knows `{name}`")));
        findings.told.extend(self.audit()?);
        findings.told.extend(self.before.differences(&self.listing()?, Scope::Purge, &BTreeSet::new()));
        Ok(findings)
    }

    /// Installs packages, in as many calls as it takes.
    fn install(&mut self, candidates: &[&Candidate]) -> Result<Called, Failure> {
        for call in shelf::calls(candidates) {
            let files: Result<Vec<String>, Failure> =
                call.iter().map(|candidate| self.workshop.copy(candidate)).collect();
            let called = self.call(&INSTALL, &files?)?;
            if called != Called::Well {
                return Ok(called);
            }
        }
        Ok(Called::Well)
    }

    /// Runs dpkg, or what runs it. A relation that the root does not satisfy is no fault of the packages.
    fn call(&mut self, words: &[&str], more: &[String]) -> Result<Called, Failure> {
        let words: Vec<&str> = words.iter().copied().chain(more.iter().map(String::as_str)).collect();
        let ran = self.bed.run(&words, self.limit, self.watch)?;
        self.workshop.clear()?;
        self.took += ran.took;
        self.log.push_str(&format!("$ {}\n{}", words.join(" "), ran.text));
        self.said = said::last(&ran.text);
        let own: Vec<&str> = self.old.iter().chain(self.new).map(|own| own.name.as_str()).collect();
        let program = words.first().map_or("", |word| word.rsplit('/').next().unwrap_or_default());
        let lacks = match ran.end {
            End::Status(0) => return Ok(Called::Well),
            End::Status(_) => said::lacks(&ran.text, &own),
            _ => Vec::new(),
        };
        match lacks.is_empty() {
            true => Ok(Called::Badly(format!("{program} {}", ran.end))),
            false => Err(Error::Lacks(lacks).into()),
        }
    }
}
