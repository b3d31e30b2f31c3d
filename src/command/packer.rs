//! What `mkdeb init` reads of other packers' inputs, each and all within limits.

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::path::Path;
use std::path::PathBuf;

use crate::command::failure::Failure;
use crate::command::init::Error;
use crate::host::env::Env;
use crate::host::project;
use crate::init::Facts;
use crate::init::Packer;
use crate::init::reading;
use crate::packagers::nfpm;

/// The files that nfpm is given where nobody says which, and their usual variants.
const FILES: [&str; 3] = ["nfpm.yaml", "nfpm.yml", ".nfpm.yaml"];

/// The file with flags of fpm for a project.
const FLAGS: &str = ".fpm";

/// What a manifest is made from, where that is said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Given {
    /// A file of nfpm.
    Nfpm(PathBuf),
    /// A command line of fpm.
    Fpm(String),
}

/// Adds what the packer is told, and all that has to be known for it. A file that nobody named is told.
pub(in crate::command) fn add(
    facts: &mut Facts,
    given: Option<&Given>,
    env: &Env,
) -> Result<Option<String>, Failure> {
    let found = || FILES.iter().map(Path::new).find(|path| env.is_file(path));
    let is_other = facts.debian.contains("control");
    match given {
        Some(Given::Nfpm(path)) => nfpm(facts, path, env)?,
        Some(Given::Fpm(text)) => fpm(facts, text, env)?,
        None if is_other => {}
        None => {
            let Some(path) = found() else { return Ok(None) };
            nfpm(facts, path, env)?;
            return Ok(Some(format!("`{}` is read; `--nfpm FILE` names another one", path.display())));
        }
    }
    Ok(None)
}

fn nfpm(facts: &mut Facts, path: &Path, env: &Env) -> Result<(), Failure> {
    let text = env.read_within(path, nfpm::LARGEST)?.ok_or_else(|| Error::Large(path.to_owned()))?;
    let name = path.display().to_string();
    let packer = Packer::nfpm(&name, &text)?;
    packed(facts, packer, (&name, env))?;
    facts.named.insert(name, text);
    Ok(())
}

fn fpm(facts: &mut Facts, text: &str, env: &Env) -> Result<(), Failure> {
    let path = Path::new(FLAGS);
    let flags = match env.is_file(path) {
        true => Some(env.read_within(path, reading::LARGEST)?.ok_or_else(|| Error::Large(path.to_owned()))?),
        false => None,
    };
    let packer = Packer::fpm(text, flags.as_deref().map(|flags| (FLAGS, flags)), &env.vars)?;
    let of = "the command line";
    let lists = texts(&packer.lists(), of, env)?;
    packed(facts, packer.completed(&lists)?, (of, env))
}

/// Adds a packer, and what has to be known of the files that it names.
fn packed(facts: &mut Facts, packer: Packer, (of, env): (&str, &Env)) -> Result<(), Failure> {
    facts.variables = env.vars.clone();
    (facts.links, facts.virtualenvs) = project::links_and_virtualenvs(&env.dir);
    for tree in packer.trees().into_iter().filter(|tree| env.is_file(&Path::new(tree).join("pyvenv.cfg"))) {
        facts.virtualenvs.insert(tree);
    }
    facts.named = texts(&packer.named(&facts.files), of, env)?;
    facts.packer = Some(packer);
    Ok(())
}

/// The texts of the files that are there.
fn texts(paths: &BTreeSet<String>, of: &str, env: &Env) -> Result<BTreeMap<String, String>, Failure> {
    let (mut texts, mut left) = (BTreeMap::new(), reading::MOST);
    for name in paths.iter().filter(|path| env.is_file(Path::new(path))) {
        let path = Path::new(name).to_owned();
        let text = env.read_within(&path, reading::LARGEST)?.ok_or_else(|| Error::Large(path.clone()))?;
        left =
            left.checked_sub(text.len() as u64).ok_or_else(|| Error::TooMuch { path, of: of.to_owned() })?;
        texts.insert(name.clone(), text);
    }
    Ok(texts)
}
