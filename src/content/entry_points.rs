//! `entry_points.txt`: which commands a distribution wants in `bin/`.

/// The names in `[console_scripts]` and `[gui_scripts]`, in order.
pub fn commands(text: &str) -> Vec<&str> {
    let (mut names, mut inside) = (Vec::new(), false);
    for line in text.lines().map(str::trim) {
        if line.starts_with('[') {
            inside = line == "[console_scripts]" || line == "[gui_scripts]";
        } else if let (true, Some((name, _))) =
            (inside && !line.starts_with(['#', ';']), line.split_once('='))
        {
            names.push(name.trim());
        }
    }
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_scripts_are_commands() {
        let text = "[flask.commands]\nx = y:z\n\n[console_scripts]\n# no\nflask = flask.cli:main\na=b\n[gui_scripts]\ng=h";
        assert_eq!(commands(text), ["flask", "a", "g"]);
    }
}
