//! Variables of the environment in texts of others.

/// A text with the values of its variables, as Go's `os.Expand` has it; else the first that is not set.
pub(in crate::init) fn expand(
    text: &str,
    mut value: impl FnMut(&str) -> Option<String>,
) -> Result<String, String> {
    let mut result = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('$') {
        result.push_str(before);
        let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_';
        let (name, behind) = match after.strip_prefix('{').and_then(|inner| inner.split_once('}')) {
            Some((name, behind)) => (name, behind),
            None => after.split_at(after.find(|c| !is_name(c)).unwrap_or(after.len())),
        };
        if name.is_empty() || !name.chars().all(is_name) {
            result.push('$');
            rest = after;
            continue;
        }
        result.push_str(&value(name).ok_or_else(|| name.to_owned())?);
        rest = behind;
    }
    Ok(result + rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variables_are_those_of_go() {
        let value = |name: &str| (name != "NO").then(|| format!("<{name}>"));
        for (text, expect) in [
            ("a${B}c$D-$E", "a<B>c<D>-<E>"),
            ("$$ ${ ${} $", "$$ ${ ${} $"),
            ("${A B}", "${A B}"),
            ("plain", "plain"),
        ] {
            assert_eq!(expand(text, value).as_deref(), Ok(expect));
        }
        assert_eq!(expand("${A}$NO", value), Err("NO".to_owned()));
    }
}
