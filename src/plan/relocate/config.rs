//! Configuration that names the virtualenv: `pyvenv.cfg`, activators, Jupyter kernels, build tools' files.

use crate::content::activator;
use crate::content::kernel_json;
use crate::plan::relocate::case;
use crate::plan::relocate::case::Act;
use crate::plan::relocate::case::Case;
use crate::plan::relocate::case::Item;
use crate::plan::relocate::error::Error;
use crate::plan::relocate::note::Note;
use crate::plan::relocate::venv::Venv;

pub(super) const CASES: &[Case] = &[
    Case { name: "pyvenv.cfg", applies: |_, item| item.path == "pyvenv.cfg", act: rewrite_cfg },
    Case { name: "an activator", applies: is_activator, act: rewrite_activator },
    Case { name: "a Jupyter kernel", applies: is_kernel, act: rewrite_kernel },
    Case { name: "a build tool's file", applies: is_build_file, act: case::substitute },
];

fn rewrite_cfg(venv: &Venv<'_>, _: &Item<'_>, _: &mut Vec<Note>) -> Result<Act, Error> {
    Ok(Act::Inline(venv.cfg.relocated(venv.interpreter.as_str()).into_bytes()))
}

fn is_activator(_: &Venv<'_>, item: &Item<'_>) -> bool {
    item.file().is_some() && item.path.strip_prefix("bin/").is_some_and(activator::is_activator)
}

fn rewrite_activator(venv: &Venv<'_>, item: &Item<'_>, _: &mut Vec<Note>) -> Result<Act, Error> {
    Ok(venv.replaced(item.text()?).map_or(Act::Keep, Act::Inline))
}

fn is_kernel(_: &Venv<'_>, item: &Item<'_>) -> bool {
    item.file().is_some() && item.name() == "kernel.json" && item.path.contains("/kernels/")
}

fn rewrite_kernel(venv: &Venv<'_>, item: &Item<'_>, notes: &mut Vec<Note>) -> Result<Act, Error> {
    let text = item.text()?;
    let elsewhere = kernel_json::interpreter(text)
        .filter(|program| program.starts_with('/') && venv.inside(program.as_bytes()).is_none());
    if let Some(interpreter) = elsewhere {
        notes.push(Note::KernelElsewhere { path: item.path.to_owned(), interpreter });
    }
    Ok(venv.replaced(text).map_or(Act::Keep, Act::Inline))
}

fn is_build_file(_: &Venv<'_>, item: &Item<'_>) -> bool {
    let in_jupyter = item.path.starts_with("etc/jupyter/") && item.path.ends_with(".json");
    let named = [".pc", ".la", ".desktop"].iter().any(|end| item.path.ends_with(end));
    item.file().is_some_and(|facts| facts.text.is_some()) && (in_jupyter || named)
}
