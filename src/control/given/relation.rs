//! The grammar of relation fields as dpkg reads them: wider than Policy 7.1, which a remark says.

use crate::control::given::stanza::BLANKS;
use crate::control::given::version;

/// Judges a whole field; all that dpkg warns of is returned.
pub(super) fn check(value: &str, alternatives: bool, exact: bool) -> Result<Vec<String>, String> {
    let mut remarks = Vec::new();
    // An empty field is ignored; an empty item in one is not.
    let items = if value.is_empty() { Vec::new() } else { value.split(',').collect() };
    for item in items {
        let choices: Vec<&str> = item.split('|').collect();
        if choices.len() > 1 && !alternatives {
            return Err("alternatives (`|`) are not allowed in it".to_owned());
        }
        for choice in choices {
            remarks.extend(package(choice.trim_matches(BLANKS), exact)?);
        }
    }
    Ok(remarks)
}

fn package(text: &str, exact: bool) -> Result<Option<String>, String> {
    let end = text.find(|c: char| BLANKS.contains(&c) || c == ':' || c == '(').unwrap_or(text.len());
    let (name, rest) = text.split_at(end);
    check_name(name)?;
    let rest = match rest.strip_prefix(':') {
        None => rest,
        Some(rest) => {
            let end = rest.find(|c: char| BLANKS.contains(&c) || c == '(').unwrap_or(rest.len());
            let (arch, rest) = rest.split_at(end);
            let inner = |b: u8| b.is_ascii_alphanumeric() || b == b'-';
            if arch.is_empty() || arch.starts_with('-') || !arch.bytes().all(inner) {
                return Err(format!("`{arch}` is not an architecture"));
            }
            rest
        }
    };
    let rest = rest.trim_start_matches(BLANKS);
    let Some(inside) = rest.strip_prefix('(') else {
        return if rest.is_empty() {
            Ok(None)
        } else {
            Err(format!("`{rest}` after `{name}` is not understood"))
        };
    };
    let Some((inside, behind)) = inside.split_once(')') else {
        return Err(format!("the version of `{name}` has no `)`"));
    };
    if !behind.trim_matches(BLANKS).is_empty() {
        return Err(format!("`{}` after `{name}` is not understood", behind.trim_matches(BLANKS)));
    }
    constraint(name, inside.trim_matches(BLANKS), exact)
}

fn check_name(name: &str) -> Result<(), String> {
    // Capitals and `_` are refused in `Package`, and taken here.
    let inner = |b: u8| b.is_ascii_alphanumeric() || b"-+._".contains(&b);
    if name.is_empty() {
        return Err("a package name is missing".to_owned());
    }
    if name.bytes().all(inner) && name.starts_with(|c: char| c.is_ascii_alphanumeric()) {
        return Ok(());
    }
    Err(format!("`{name}` is not a package name"))
}

fn constraint(name: &str, text: &str, exact: bool) -> Result<Option<String>, String> {
    let (sign, rest) = text.split_at(text.find(|c| !"<>=".contains(c)).unwrap_or(text.len()));
    let remark = match sign {
        "=" => None,
        "<<" | "<=" | ">=" | ">>" if exact => {
            Some(format!("`{name}` is provided with `{sign}` and not with `=`"))
        }
        "<<" | "<=" | ">=" | ">>" => None,
        "<" | ">" => Some(format!(
            "the version of `{name}` is compared with `{sign}`: write `{sign}=` or `{sign}{sign}`"
        )),
        "" => Some(format!("the version of `{name}` is compared without a sign: write `=`")),
        _ => return Err(format!("`{sign}` compares no versions")),
    };
    version(rest.trim_matches(BLANKS))
        .map_err(|reason| format!("the version `{}` of `{name}`: {reason}", rest.trim_matches(BLANKS)))?;
    Ok(remark)
}
