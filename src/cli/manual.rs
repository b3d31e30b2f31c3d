//! What is made of the command line's own words: man pages, and completions for shells.

use std::io;
use std::io::Write;
use std::path::Path;
use std::path::PathBuf;

use clap::Command;
use clap::CommandFactory;
use clap_complete::Shell;

use crate::cli::args::Arguments;
use crate::host::Error;
use crate::host::output::AtomicFile;

/// Completions for a shell.
pub(in crate::cli) fn completions(shell: Shell) -> Vec<u8> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut command(), "mkdeb", &mut script);
    script
}

/// The man pages by their file names: `mkdeb.1`, `mkdeb-build.1`, one for each verb.
pub(in crate::cli) fn pages() -> io::Result<Vec<(String, Vec<u8>)>> {
    let mut pages = Vec::new();
    add(command(), &mut pages)?;
    Ok(pages)
}

/// The page of a verb: `build`, `repo key rotate`. None where there is no such verb.
pub(in crate::cli) fn page(words: &[String]) -> io::Result<Option<Vec<u8>>> {
    let name = [&["mkdeb".to_owned()], words].concat().join("-");
    let file = format!("{name}.1");
    Ok(pages()?.into_iter().find(|(page, _)| *page == file).map(|(_, text)| text))
}

fn command() -> Command {
    let mut command = Arguments::command();
    command.build();
    command
}

fn add(command: Command, pages: &mut Vec<(String, Vec<u8>)>) -> io::Result<()> {
    let name = command.get_display_name().unwrap_or_else(|| command.get_name()).replace(' ', "-");
    for verb in command.get_subcommands().filter(|verb| verb.get_name() != "help" && !verb.is_hide_set()) {
        add(verb.clone(), pages)?;
    }
    let mut text = Vec::new();
    clap_mangen::Man::new(command.display_name(name.clone())).title(name.clone()).render(&mut text)?;
    pages.push((format!("{name}.1"), text));
    Ok(())
}

/// Writes all pages into a directory; their paths.
pub(in crate::cli) fn write(directory: &Path) -> Result<Vec<PathBuf>, Error> {
    let wrap = |error| Error::new("make man pages in", directory, error);
    let mut paths = Vec::new();
    for (name, text) in pages().map_err(wrap)? {
        let mut file = AtomicFile::create(&directory.join(name))?;
        file.writer().write_all(&text).map_err(wrap)?;
        paths.push(file.commit()?);
    }
    Ok(paths)
}
