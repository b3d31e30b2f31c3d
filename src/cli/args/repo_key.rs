//! Arguments of `mkdeb repo key …`.

use std::path::PathBuf;

use clap::Args;
use clap::Subcommand;
use clap::ValueEnum;

use crate::cli::args::keys::KeyArguments;
use crate::command::repo::key::GenerateRequest;
use crate::openpgp::secret::Kind;
use crate::types::repo_location::RepoLocation;

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

    /// Sign a repository by more keys, or by fewer
    ///
    /// First by both, the old and the new one: hosts that know either go on, and get the new one with the next
    /// `.sources` file or keyring package. When all have it, retire the old one.
    Rotate {
        /// The repository: a directory, `s3://BUCKET/PREFIX`, `gs://…` or `az://…`
        #[arg(value_name = "REPO")]
        location: RepoLocation,
        /// A key that signs no more, by its fingerprint
        #[arg(long, value_name = "FINGERPRINT")]
        retire: Option<String>,
        #[command(flatten)]
        keys: KeyArguments,
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
