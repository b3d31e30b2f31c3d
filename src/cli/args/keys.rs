//! Arguments of every verb that signs.

use std::path::PathBuf;

use clap::Args;

use crate::command::repo::KeyOptions;

/// Who signs.
#[derive(Debug, Args)]
pub(in crate::cli) struct KeyArguments {
    /// A file with a secret key that signs; may be repeated [default: the key in `MKDEB_KEY`]
    #[arg(long = "key", value_name = "FILE")]
    keys: Vec<PathBuf>,

    /// A file with the passphrase of the keys [default: `MKDEB_PASSPHRASE`]
    #[arg(long, value_name = "FILE")]
    passphrase_file: Option<PathBuf>,

    /// A shell command that signs its input by gpg's options in `$MKDEB_SIGN`, for agents and cards
    #[arg(long, value_name = "COMMAND", conflicts_with = "keys")]
    sign_command: Option<String>,

    /// The public keys that the command signs by; without a command, keys that are trusted too, as one that is lost
    #[arg(long, value_name = "FILE")]
    public_key: Option<PathBuf>,
}

impl KeyArguments {
    pub(in crate::cli) fn options(&self) -> KeyOptions {
        let Self { keys, passphrase_file, sign_command, public_key } = self;
        KeyOptions {
            keys: keys.clone(),
            passphrase_file: passphrase_file.clone(),
            sign_command: sign_command.clone(),
            public_key: public_key.clone(),
        }
    }
}
