//! How fpm makes relations of Debian's out of its own (`fix_dependency` and `fix_provides` in its `package/deb.rb`).

/// What becomes of one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fixed {
    /// A relation.
    Relation(String),
    /// One that belongs into `Breaks`.
    Breaks(String),
}

/// The relations that a dependency is; `is_any_iteration` takes `=` for each iteration of the version.
pub fn dependency(text: &str, is_any_iteration: bool) -> Vec<Fixed> {
    text.split(',')
        .map(str::trim)
        .filter(|part| !part.is_empty())
        .flat_map(|part| one(part, is_any_iteration))
        .collect()
}

fn one(text: &str, is_any_iteration: bool) -> Vec<Fixed> {
    let relation = |text: String| Fixed::Relation(text);
    if text.contains('|') || text.starts_with('/') || text.contains("rpmlib") {
        return vec![relation(text.to_owned())];
    }
    let Some((name, operator, version)) = parts(text) else { return vec![relation(debian(text))] };
    let name = debian(name);
    // Versions have no underscores either.
    let version = version.replace('_', "-");
    let between = |next: String| {
        vec![relation(format!("{name} (>= {version})")), relation(format!("{name} (<< {next})"))]
    };
    match operator {
        "~>" => between(next_but_one(&version)),
        "!=" => vec![Fixed::Breaks(format!("{name} (= {version})"))],
        "=" if is_any_iteration => between(next(&version)),
        "<" => vec![relation(format!("{name} (<< {version})"))],
        ">" => vec![relation(format!("{name} (>> {version})"))],
        operator => vec![relation(format!("{name} ({operator} {version})"))],
    }
}

/// What a package provides.
pub fn provided(text: &str) -> String {
    let text = debian(text.trim());
    match text.split_once('=') {
        Some((name, version)) if !text.contains('(') => format!("{} (= {})", name.trim(), version.trim()),
        _ => text,
    }
}

/// `name (operator version)`, or the same without parentheses.
fn parts(text: &str) -> Option<(&str, &str, &str)> {
    let start = text.find(['(', ' '])?;
    let (name, rest) = text.split_at(start);
    let rest = rest.trim().trim_start_matches('(').trim_end_matches(')').trim();
    let (operator, version) = rest.split_at(rest.find(|c| !"<>=!~".contains(c))?);
    let version = version.trim();
    (!operator.is_empty() && !version.is_empty() && !version.contains(' ')).then_some((
        name.trim(),
        operator,
        version,
    ))
}

/// A name in small letters, with `-` for `_`.
fn debian(text: &str) -> String {
    let end = text.find([' ', '(']).unwrap_or(text.len());
    format!("{}{}", text[..end].to_lowercase(), &text[end..]).replace('_', "-")
}

/// `1.3` of `1.2`.
fn next(version: &str) -> String {
    let (front, last) = version.rsplit_once('.').map_or(("", version), |(front, last)| (front, last));
    let dot = if front.is_empty() { "" } else { "." };
    format!("{front}{dot}{}", number(last) + 1)
}

/// `1.3.0` of `1.2.3`.
fn next_but_one(version: &str) -> String {
    match version.rsplit_once('.') {
        Some((front, _)) => format!("{}.0", next(front)),
        None => next(version),
    }
}

/// The digits at the start, as Ruby's `to_i` has it.
fn number(text: &str) -> u64 {
    let digits = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    text[..digits].parse::<u32>().map_or(0, u64::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(fixed: &[Fixed]) -> Vec<String> {
        let one = |fixed: &Fixed| match fixed {
            Fixed::Relation(text) => text.clone(),
            Fixed::Breaks(text) => format!("!{text}"),
        };
        fixed.iter().map(one).collect()
    }

    #[test]
    fn relations_of_fpm_become_those_of_debian() {
        for (text, expect) in [
            ("libpq5", "libpq5"),
            ("Lib_PQ (>= 1_2)", "lib-pq (>= 1-2)"),
            ("x > 1.0", "x (>> 1.0)"),
            ("x < 1.0", "x (<< 1.0)"),
            ("x (> 1)", "x (>> 1)"),
            ("x(<= 1)", "x (<= 1)"),
            ("x = 1.2", "x (= 1.2)"),
            ("x != 1.2", "!x (= 1.2)"),
            ("x ~> 1.2.3", "x (>= 1.2.3), x (<< 1.3.0)"),
            ("x ~> 1", "x (>= 1), x (<< 2)"),
            ("a_b | c", "a_b | c"),
            ("a, b (>= 1) ,", "a, b (>= 1)"),
            ("/bin/sh", "/bin/sh"),
            ("x odd words here", "x odd words here"),
        ] {
            assert_eq!(shown(&dependency(text, false)).join(", "), expect, "{text}");
        }
        assert_eq!(shown(&dependency("x = 1.9", true)).join(", "), "x (>= 1.9), x (<< 1.10)");
        for (text, expect) in
            [("Order_Service", "order-service"), ("a = 1.0", "a (= 1.0)"), ("a (= 1)", "a (= 1)")]
        {
            assert_eq!(provided(text), expect);
        }
    }
}
