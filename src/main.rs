//! The process: nothing but its beginning and its end.

use std::process::ExitCode;

fn main() -> ExitCode {
    mkdeb::cli::main()
}
