//! The process: nothing but its beginning and its end.

#[cfg(target_env = "musl")]
mod musl;

use std::process::ExitCode;

fn main() -> ExitCode {
    mkdeb::cli::main()
}
