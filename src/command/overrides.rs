//! Templates of the user's own, and whether what they become can run.

use std::collections::BTreeMap;
use std::path::Path;

use crate::command::failure::Failure;
use crate::host::env::Env;
use crate::host::shell;
use crate::package::Package;
use crate::package::blob::Blob;
use crate::package::tree::NodeKind;
use crate::template::Templates;

/// An override whose output is not shell.
#[derive(Debug, thiserror::Error)]
#[error("the template `{template}`, as it is overridden, does not give a shell script: {reason}")]
pub struct NotShell {
    template: String,
    reason: String,
}

impl From<NotShell> for Failure {
    fn from(error: NotShell) -> Self {
        let hint = "render it with `--dry-run --json` and the built-in one, and compare".to_owned();
        Self::new(error, Some(hint))
    }
}

/// The templates, with those of the directory in the place of the built-in ones.
pub(in crate::command) fn templates(directory: Option<&Path>, env: &Env) -> Result<Templates, Failure> {
    let overrides = match directory {
        Some(directory) => env.read_all(directory, ".hbs")?,
        None => BTreeMap::new(),
    };
    Ok(Templates::new(&overrides)?)
}

/// Lets the shell parse every script that was rendered.
pub(in crate::command) fn check(packages: &[Package]) -> Result<(), Failure> {
    for package in packages {
        for (name, text) in package.scripts.iter() {
            check_one(&format!("{name}.sh.hbs"), text.as_bytes())?;
        }
        for (path, node) in package.tree.iter() {
            if let (NodeKind::File { blob: Blob::Inline(bytes), .. }, Some(template)) =
                (&node.kind, template_of(path.as_str()))
            {
                let is_python = template == "command.sh.hbs" && !bytes.starts_with(b"#!/bin/sh");
                if !is_python {
                    check_one(template, bytes)?;
                }
            }
        }
    }
    Ok(())
}

fn check_one(template: &str, text: &[u8]) -> Result<(), Failure> {
    match shell::complaint(text)? {
        None => Ok(()),
        Some(reason) => Err(NotShell { template: template.to_owned(), reason }.into()),
    }
}

/// The template that a file of the release was rendered from, where that is shell.
fn template_of(path: &str) -> Option<&'static str> {
    let (_, below) = path.split_once("/.mkdeb/")?;
    match below.split('/').next()? {
        "activate" => Some("activate.sh.hbs"),
        "env" | "environment" => Some("environment.sh.hbs"),
        "run" => Some("run.sh.hbs"),
        "bin" => Some("command.sh.hbs"),
        _ => None,
    }
}
