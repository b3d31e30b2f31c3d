//! `${VAR}` in the values that describe the build.

use std::borrow::Cow;
use std::collections::BTreeMap;

use toml::de::DeTable;
use toml::de::DeValue;

use crate::config::error::Fault;
use crate::config::problem::Problem;
use crate::config::recipe::HookMoment;
use crate::config::tree;

/// Expands `${VAR}` and `$$` where the manifest allows it; other dollar signs stay.
///
/// `exec`, `health` and `environment` are not touched: systemd and the shell have their own `$`.
pub(in crate::config) fn expand(
    root: &mut DeTable<'_>,
    environment: &BTreeMap<String, String>,
) -> Result<(), Fault> {
    tree::visit(root, &mut Vec::new(), &mut |path, node| {
        let span = node.span();
        let DeValue::String(text) = node.get_mut() else { return Ok(()) };
        if expands(path) {
            let expanded = text_of(text, environment).map_err(|reason| {
                let key = tree::key(path);
                Fault::at(
                    span,
                    match reason {
                        Some(variable) => Problem::Unset { key, variable },
                        None => Problem::BadVariable(key),
                    },
                )
            })?;
            *text = Cow::Owned(expanded);
        }
        Ok(())
    })
}

fn expands(path: &[String]) -> bool {
    let path: Vec<&str> = path.iter().map(String::as_str).collect();
    match path.as_slice() {
        ["package" | "app" | "venv" | "build", ..] | [_, "source"] | ["service", "unit"] => true,
        ["hooks", moment] => HookMoment::ALL.iter().any(|known| known.name() == *moment),
        _ => false,
    }
}

/// The expanded text; otherwise the variable that is not set, or none for a `${` that names no variable.
fn text_of(text: &str, environment: &BTreeMap<String, String>) -> Result<String, Option<String>> {
    let mut expanded = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(dollar) = rest.find('$') {
        expanded.push_str(&rest[..dollar]);
        rest = &rest[dollar + 1..];
        if let Some(after) = rest.strip_prefix('$') {
            expanded.push('$');
            rest = after;
        } else if let Some(after) = rest.strip_prefix('{') {
            let (name, after) = after.split_once('}').ok_or(None)?;
            if !is_variable(name) {
                return Err(None);
            }
            expanded.push_str(environment.get(name).ok_or_else(|| Some(name.to_owned()))?);
            rest = after;
        } else {
            expanded.push('$');
        }
    }
    expanded.push_str(rest);
    Ok(expanded)
}

/// Whether a text can name an environment variable (POSIX XBD 8.1).
pub(in crate::config) fn is_variable(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dollars_are_variables_only_before_a_brace() {
        let environment = BTreeMap::from([("A".to_owned(), "1${B}".to_owned())]);
        let expand = |text| text_of(text, &environment);
        assert_eq!(expand("x-${A}-$$-$$${A}-$auto-$"), Ok("x-1${B}-$-$1${B}-$auto-$".to_owned()));
        assert_eq!(expand("$${A}"), Ok("${A}".to_owned()));
        assert_eq!(expand("${B}"), Err(Some("B".to_owned())));
        for bad in ["${", "${}", "${A", "${A B}", "${1}"] {
            assert_eq!(expand(bad), Err(None), "{bad}");
        }
    }
}
