//! Arguments of `mkdeb repo …`.

use clap::Args;
use clap::Subcommand;

use crate::cli::args::keys::KeyArguments;
use crate::cli::args::repo_key::KeyVerb;
use crate::command::repo::changing::Action;
use crate::command::repo::changing::ChangeRequest;
use crate::command::repo::init::InitRequest;
use crate::command::repo::looking::LookRequest;
use crate::command::repo::looking::VerifyRequest;
use crate::repo::apps::Wanted;
use crate::types::repo_location::RepoLocation;

/// What to do with a repository.
#[derive(Debug, Subcommand)]
pub(in crate::cli) enum RepoVerb {
    /// Make a repository, or one more suite in it
    ///
    /// Finds out what the store can do, and signs an empty suite. What hosts compare (suite, components, origin and
    /// label) stays as it is from then on.
    Init(Box<InitArguments>),

    /// List the packages of each suite
    List(LookArguments),

    /// Tell what was done to each suite, the newest first
    Log(LookArguments),

    /// Take packages over into another suite, with all they need and without uploading anything
    Promote {
        #[command(flatten)]
        place: PlaceArguments,
        /// The suite that has them
        #[arg(value_name = "FROM")]
        from: String,
        /// The suite that gets them
        #[arg(value_name = "TO")]
        to: String,
        /// The packages: `orders`, the newest, or `orders=1.4`
        #[arg(value_name = "PKG", required = true)]
        packages: Vec<Wanted>,
        /// How many of a hundred hosts they reach at first; see `rollout`
        #[arg(long, value_name = "PERCENT", value_parser = clap::value_parser!(u8).range(0..=100))]
        rollout: Option<u8>,
        #[command(flatten)]
        change: ChangeArguments,
    },

    /// Take packages out of a suite, with what only they needed
    ///
    /// Their files stay until `gc` deletes them; hosts keep what they installed.
    Remove {
        #[command(flatten)]
        place: PlaceArguments,
        /// The packages: `orders`, every version, or `orders=1.4`
        #[arg(value_name = "PKG", required = true)]
        packages: Vec<Wanted>,
        #[command(flatten)]
        suite: SuiteArgument,
        #[command(flatten)]
        change: ChangeArguments,
    },

    /// Let a suite hold again what it held in an earlier generation
    ///
    /// It is signed anew, as a new generation. Hosts that upgraded meanwhile stay as they are, because apt does not go
    /// back by itself; `republish` is for them.
    Restore {
        #[command(flatten)]
        place: PlaceArguments,
        /// The generation, as `log` tells it
        #[arg(value_name = "GENERATION", value_parser = number)]
        generation: u64,
        #[command(flatten)]
        suite: SuiteArgument,
        #[command(flatten)]
        change: ChangeArguments,
    },

    /// Publish an old version again under a higher one, so that hosts go back to it by upgrading
    Republish {
        #[command(flatten)]
        place: PlaceArguments,
        /// The package
        #[arg(value_name = "NAME")]
        name: String,
        /// The version that was good
        #[arg(value_name = "VERSION")]
        version: String,
        /// The version that it gets, higher than any that hosts have
        #[arg(long = "as", value_name = "VERSION")]
        higher: String,
        #[command(flatten)]
        suite: SuiteArgument,
        #[command(flatten)]
        change: ChangeArguments,
    },

    /// Let a part of all hosts upgrade to a version (apt's phased updates)
    Rollout {
        #[command(flatten)]
        place: PlaceArguments,
        /// The package: `orders`, the newest, or `orders=1.4`
        #[arg(value_name = "PKG")]
        package: Wanted,
        /// How many of a hundred hosts; 100 are all
        #[arg(value_name = "PERCENT", value_parser = clap::value_parser!(u8).range(0..=100))]
        percent: u8,
        #[command(flatten)]
        suite: SuiteArgument,
        #[command(flatten)]
        change: ChangeArguments,
    },

    /// Take old versions out of a suite, with the releases and virtualenvs that only they needed
    Prune {
        #[command(flatten)]
        place: PlaceArguments,
        /// How many versions of each package stay
        #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
        keep: u32,
        /// How many days everything stays
        #[arg(long, value_name = "D", default_value = "0", value_parser = number)]
        keep_days: u64,
        /// What stays whatever its age: `orders=1.4`; may be repeated
        #[arg(long = "pin", value_name = "PKG")]
        pins: Vec<Wanted>,
        #[command(flatten)]
        suite: SuiteArgument,
        #[command(flatten)]
        change: ChangeArguments,
    },

    /// Delete files that no host can ask for any more
    ///
    /// In two steps: what nothing has referred to for the time of grace is condemned, and a run that comes an hour
    /// later or more deletes it. Run it from a timer.
    Gc {
        #[command(flatten)]
        place: PlaceArguments,
        /// How long what was replaced stays: `7d`, `12h`, `0` where nobody publishes and no host asks
        #[arg(long, value_name = "TIME", default_value = "7d", value_parser = seconds)]
        grace: u64,
        /// Look at every file, also at those that a publisher left that was killed
        #[arg(long)]
        full: bool,
        /// Tell what would be deleted, and write nothing
        #[arg(short = 'n', long)]
        dry_run: bool,
    },

    /// Tell whether a repository is what hosts take it for
    ///
    /// Exits with 1 where something is wrong.
    Verify(VerifyArguments),

    /// Write a package that brings hosts the `.sources` file of a suite, and later keys with it
    Keyring {
        #[command(flatten)]
        place: PlaceArguments,
        #[command(flatten)]
        suite: SuiteArgument,
        /// The directory that the package is written to
        #[arg(short, long, value_name = "DIR", default_value = ".")]
        output: std::path::PathBuf,
        #[command(flatten)]
        keys: KeyArguments,
    },

    /// Make, take in, show and judge keys that sign
    #[command(subcommand)]
    Key(KeyVerb),
}

/// Which repository.
#[derive(Debug, Args)]
pub(in crate::cli) struct PlaceArguments {
    /// The repository: a directory, `s3://BUCKET/PREFIX`, `gs://…` or `az://…`
    #[arg(value_name = "REPO")]
    pub(in crate::cli) location: RepoLocation,
}

/// Which suite.
#[derive(Debug, Args)]
pub(in crate::cli) struct SuiteArgument {
    /// The suite; not needed where there is only one
    #[arg(short, long, value_name = "SUITE")]
    pub(in crate::cli) suite: Option<String>,
}

/// How to change a suite.
#[derive(Debug, Args)]
pub(in crate::cli) struct ChangeArguments {
    /// Tell what would change, and write nothing
    #[arg(short = 'n', long)]
    dry_run: bool,

    #[command(flatten)]
    keys: KeyArguments,
}

impl ChangeArguments {
    pub(in crate::cli) fn request(
        &self,
        place: &PlaceArguments,
        suite: Option<&str>,
        action: Action,
    ) -> ChangeRequest {
        ChangeRequest {
            location: place.location.clone(),
            suite: suite.map(str::to_owned),
            action,
            dry_run: self.dry_run,
            keys: self.keys.options(),
        }
    }
}

/// What to look at.
#[derive(Debug, Args)]
pub(in crate::cli) struct LookArguments {
    #[command(flatten)]
    place: PlaceArguments,

    /// The suite [default: all of them]
    #[arg(short, long, value_name = "SUITE")]
    suite: Option<String>,
}

impl LookArguments {
    pub(in crate::cli) fn request(&self) -> LookRequest {
        LookRequest { location: self.place.location.clone(), suite: self.suite.clone() }
    }
}

/// A number of days, or of a generation.
fn number(text: &str) -> Result<u64, String> {
    text.parse().map_err(|_| "a whole number is needed".to_owned())
}

/// A time as people say it: `7d`, `12h`, `90m`, `30s`.
fn seconds(text: &str) -> Result<u64, String> {
    if text == "0" {
        return Ok(0);
    }
    let units = [('d', 86_400), ('h', 3600), ('m', 60), ('s', 1)];
    let unit = units.iter().find(|(letter, _)| text.ends_with(*letter));
    let (number, factor) = unit.map_or(("", 1), |(letter, factor)| (text.trim_end_matches(*letter), *factor));
    let number = number.parse::<u64>().ok().and_then(|number| number.checked_mul(factor));
    number.ok_or_else(|| "a time is a number followed by `d`, `h`, `m` or `s`".to_owned())
}

/// Arguments of `mkdeb repo verify`.
#[derive(Debug, Args)]
pub(in crate::cli) struct VerifyArguments {
    #[command(flatten)]
    look: LookArguments,
    /// Compare with what hosts get from here
    #[arg(long, value_name = "URL")]
    url: Option<String>,
    /// Finish what a publisher left half done, and write anew what differs from the journal
    #[arg(long)]
    repair: bool,
    /// Leave the packages themselves unread
    #[arg(long)]
    quick: bool,
    /// The public keys that are trusted [default: those that the repository shows]
    #[arg(long, value_name = "FILE")]
    public_key: Option<std::path::PathBuf>,
}

impl VerifyArguments {
    pub(in crate::cli) fn request(&self) -> VerifyRequest {
        VerifyRequest {
            look: self.look.request(),
            url: self.url.clone(),
            repair: self.repair,
            quick: self.quick,
            public_key: self.public_key.clone(),
        }
    }
}

/// Arguments of `mkdeb repo init`.
#[derive(Debug, Args)]
pub(in crate::cli) struct InitArguments {
    /// Where: a directory, `s3://BUCKET/PREFIX`, `gs://…` or `az://…`
    #[arg(value_name = "REPO")]
    location: RepoLocation,

    /// The suite, which hosts name: `stable`
    #[arg(short, long, value_name = "SUITE")]
    suite: String,

    /// A component of the suite; may be repeated
    #[arg(long = "component", value_name = "COMPONENT", default_value = "main")]
    components: Vec<String>,

    /// Whose packages they are
    #[arg(long, value_name = "TEXT")]
    origin: String,

    /// What they are
    #[arg(long, value_name = "TEXT")]
    label: String,

    /// A word on the suite
    #[arg(long, value_name = "TEXT")]
    description: Option<String>,

    /// Let hosts take from the suite only what they are told to, for example of a `beta`
    #[arg(long)]
    not_automatic: bool,

    /// An architecture that hosts have; others come with their first package [default: this machine's]
    #[arg(long = "architecture", value_name = "ARCH")]
    architectures: Vec<String>,

    /// Where hosts find the repository: `https://apt.example.com`
    #[arg(long, value_name = "URL")]
    url: Option<String>,

    /// What files of the repository are called by [default: the origin]
    #[arg(long, value_name = "WORD")]
    name: Option<String>,

    /// How long caches may keep `InRelease`, in seconds [default: 0, they ask each time]
    #[arg(long, value_name = "SECONDS")]
    head_ttl: Option<u32>,

    /// Write `Contents` too, from which `apt-file` tells which package has a file
    #[arg(long, overrides_with = "no_contents")]
    contents: bool,

    /// Write it no longer
    #[arg(long)]
    no_contents: bool,

    /// Take a store that ignores conditions, where never two publishers run at once
    #[arg(long)]
    assume_single_writer: bool,

    /// Change origin, label or components of a suite: hosts stop until their admins agree
    #[arg(long)]
    allow_release_info_change: bool,

    /// Make a key that signs, and write it into this file
    #[arg(long, value_name = "FILE", conflicts_with_all = ["keys", "sign_command"])]
    make_key: Option<std::path::PathBuf>,

    #[command(flatten)]
    keys: KeyArguments,
}

impl InitArguments {
    pub(in crate::cli) fn request(&self) -> InitRequest {
        InitRequest {
            location: self.location.clone(),
            name: self.name.clone(),
            url: self.url.as_ref().map(|url| url.trim_end_matches('/').to_owned()),
            head_ttl: self.head_ttl,
            suite: self.suite.clone(),
            components: self.components.clone(),
            origin: self.origin.clone(),
            label: self.label.clone(),
            description: self.description.clone(),
            not_automatic: self.not_automatic,
            architectures: self.architectures.clone(),
            contents: (self.contents || self.no_contents).then_some(self.contents),
            allow_change: self.allow_release_info_change,
            single_writer: self.assume_single_writer,
            make_key: self.make_key.clone(),
            keys: self.keys.options(),
        }
    }
}
