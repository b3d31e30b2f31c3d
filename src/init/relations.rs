//! Relations of packages of others, as the manifest takes them.

use crate::init::draft::Draft;
use crate::init::draft::Source;
use crate::types::relation::Relation;

/// Relations with the places that they stand at; what is none is told. What the interpreter needs is found by `$auto`.
pub(in crate::init) fn kept<'t>(
    draft: &mut Draft,
    key: &str,
    given: impl Iterator<Item = (Source, &'t str)>,
) -> Vec<String> {
    let mut kept = Vec::new();
    for (at, text) in given {
        match text {
            _ if is_interpreter(text) => {}
            _ if text.parse::<Relation>().is_ok() => kept.push(text.to_owned()),
            _ => {
                draft.remark(format!("{at}: `{text}` in `{key}` is left out: it is no relation of Debian's"))
            }
        }
    }
    kept
}

/// Whether a relation is to Python itself.
pub(in crate::init) fn is_interpreter(relation: &str) -> bool {
    let name = relation.split([' ', '(', ':']).next().unwrap_or_default();
    let rest = name.strip_prefix("python3").or_else(|| name.strip_prefix("python")).unwrap_or("-no");
    let (version, part) = rest.split_once('-').map_or((rest, ""), |(version, part)| (version, part));
    let is_version = version.bytes().all(|b| b.is_ascii_digit() || b == b'.');
    !relation.contains('|')
        && is_version
        && ["", "minimal", "venv", "distutils", "virtualenv"].contains(&part)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn relations_to_python_itself_are_known() {
        for text in
            ["python3", "python3 (>= 3.9)", "python3.11", "python3-venv", "python3.11-minimal", "python"]
        {
            assert!(is_interpreter(text), "{text}");
        }
        for text in ["python3-apt", "python3 | pypy3", "pythonic", "libpython3.11"] {
            assert!(!is_interpreter(text), "{text}");
        }
    }
}
