//! Arguments of `mkdeb repo …`.

use std::path::PathBuf;

use clap::Args;
use clap::Subcommand;
use clap::ValueEnum;

use crate::cli::args::keys::KeyArguments;
use crate::command::repo::init::InitRequest;
use crate::command::repo::key::GenerateRequest;
use crate::openpgp::secret::Kind;
use crate::types::repo_location::RepoLocation;

/// What to do with a repository.
#[derive(Debug, Subcommand)]
pub(in crate::cli) enum RepoVerb {
    /// Make a repository, or one more suite in it
    ///
    /// Finds out what the store can do, and signs an empty suite. What hosts compare (suite, components, origin and
    /// label) stays as it is from then on.
    Init(Box<InitArguments>),

    /// Make, take in, show and judge keys that sign
    #[command(subcommand)]
    Key(KeyVerb),
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

    /// Take a store that ignores conditions, where never two publishers run at once
    #[arg(long)]
    assume_single_writer: bool,

    /// Change origin, label or components of a suite: hosts stop until their admins agree
    #[arg(long)]
    allow_release_info_change: bool,

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
            allow_change: self.allow_release_info_change,
            single_writer: self.assume_single_writer,
            keys: self.keys.options(),
        }
    }
}

/// What to do with keys.
#[derive(Debug, Subcommand)]
pub(in crate::cli) enum KeyVerb {
    /// Make a key that every supported apt takes
    Generate(GenerateArguments),

    /// Take in a secret key that gpg exported
    Import {
        /// The exported key, armored or not
        #[arg(value_name = "FROM")]
        from: PathBuf,
        /// Where it goes
        #[arg(value_name = "FILE")]
        to: PathBuf,
        #[command(flatten)]
        keys: KeyArguments,
    },

    /// Print the public part of a key, as hosts take it
    Show {
        /// A file with keys
        #[arg(value_name = "FILE")]
        file: PathBuf,
    },

    /// Tell what gpgv and sqv think of a key today, and in a year
    ///
    /// Exits with 1 where some supported apt refuses it.
    Check {
        /// A file with keys, public or secret
        #[arg(value_name = "FILE")]
        file: PathBuf,
    },
}

/// Arguments of `mkdeb repo key generate`.
#[derive(Debug, Args)]
pub(in crate::cli) struct GenerateArguments {
    /// Where the secret key goes; nobody else can read it
    #[arg(value_name = "FILE")]
    file: PathBuf,

    /// What the key is called: `Acme archive <ops@acme.example>`
    #[arg(long, value_name = "NAME")]
    user_id: String,

    /// What kind of key
    #[arg(long, value_enum, default_value = "ed25519")]
    kind: KindArgument,

    #[command(flatten)]
    keys: KeyArguments,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum KindArgument {
    Ed25519,
    Rsa4096,
}

impl GenerateArguments {
    pub(in crate::cli) fn request(&self) -> GenerateRequest {
        GenerateRequest {
            file: self.file.clone(),
            user_id: self.user_id.clone(),
            kind: match self.kind {
                KindArgument::Ed25519 => Kind::Ed25519,
                KindArgument::Rsa4096 => Kind::Rsa4096,
            },
            options: self.keys.options(),
        }
    }
}
