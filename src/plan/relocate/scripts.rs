//! Scripts: everything that starts with `#!`.

use crate::content::shebang;
use crate::content::shebang::Form;
use crate::content::shebang::Shebang;
use crate::plan::relocate::case;
use crate::plan::relocate::case::Act;
use crate::plan::relocate::case::Case;
use crate::plan::relocate::case::Item;
use crate::plan::relocate::error::Error;
use crate::plan::relocate::note::Note;
use crate::plan::relocate::venv::Venv;

pub(super) const CASES: &[Case] = &[
    Case { name: "a script of the virtualenv", applies: is_own, act: rewrite },
    Case { name: "a script in bin/ for another Python", applies: is_other_python, act: adopt },
    Case { name: "a script of the shell", applies: is_shell, act: case::substitute },
];

/// Its first lines, from the whole text or, where that is not kept, from the head.
fn script<'a>(item: &Item<'a>) -> Option<Shebang<'a>> {
    let facts = item.file()?;
    shebang::parse(facts.text.as_deref().unwrap_or(&facts.head))
}

/// By its path, or because installers write that form only for their own interpreter.
fn is_own(venv: &Venv<'_>, item: &Item<'_>) -> bool {
    let Some(script) = script(item) else { return false };
    let in_bin = item.parent() == "bin";
    match script.form {
        Form::Bare | Form::Relocatable => in_bin && script.is_python(),
        _ => venv.inside(&script.program).is_some_and(|path| path.starts_with("bin/")),
    }
}

fn rewrite(venv: &Venv<'_>, item: &Item<'_>, notes: &mut Vec<Note>) -> Result<Act, Error> {
    let text = item.text()?;
    let Some(script) = shebang::parse(text) else { return Ok(Act::Keep) };
    if script.crlf {
        notes.push(Note::CrlfShebang(item.path.to_owned()));
    }
    let Some(name) = own_name(venv, &script) else {
        let names = String::from_utf8_lossy(&script.program).into_owned();
        notes.push(Note::OtherPython { path: item.path.to_owned(), names });
        return Ok(Act::Keep);
    };
    let destination = &venv.request.destination;
    let text = script.rewritten(&format!("{destination}/bin/{name}"));
    Ok(Act::Inline(text.map_err(|source| Error::DestinationTooLong {
        destination: destination.to_string(),
        script: Some(item.path.to_owned()),
        source,
    })?))
}

/// The interpreter's name in the virtualenv's own `bin/`. `pythonw` is `python` where there are no windows.
fn own_name(venv: &Venv<'_>, script: &Shebang<'_>) -> Option<String> {
    let name = std::str::from_utf8(script.name()).ok()?;
    let name = if name == "pythonw" { "python" } else { name };
    venv.tree.get(&format!("bin/{name}")).map(|_| name.to_owned())
}

fn is_other_python(_: &Venv<'_>, item: &Item<'_>) -> bool {
    item.parent() == "bin" && script(item).is_some_and(|script| script.is_python())
}

fn adopt(venv: &Venv<'_>, item: &Item<'_>, notes: &mut Vec<Note>) -> Result<Act, Error> {
    let act = rewrite(venv, item, notes)?;
    if let (Act::Inline(_), Some(script)) = (&act, script(item)) {
        let was = String::from_utf8_lossy(&script.program).into_owned();
        notes.push(Note::Adopted { path: item.path.to_owned(), was });
    }
    Ok(act)
}

fn is_shell(_: &Venv<'_>, item: &Item<'_>) -> bool {
    let is_shell = |script: Shebang<'_>| matches!(script.name(), b"sh" | b"bash" | b"dash" | b"zsh");
    item.file().is_some_and(|facts| facts.text.is_some()) && script(item).is_some_and(is_shell)
}
