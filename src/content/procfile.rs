//! `Procfile`: the processes of an application, a line each.

/// A process.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Process {
    /// Its type: `web`, `worker`, `release`.
    pub name: String,
    /// Its command line, in the shell's language.
    pub command: String,
}

/// Reads the lines `name: command`; others are none.
pub fn parse(text: &str) -> Vec<Process> {
    let lines = text.lines().map(str::trim).filter(|line| !line.starts_with('#'));
    let process = |line: &str| {
        let (name, command) = line.split_once(':')?;
        let (name, command) = (name.trim(), command.trim());
        let is_name =
            !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_".contains(&b));
        (is_name && !command.is_empty())
            .then(|| Process { name: name.to_owned(), command: command.to_owned() })
    };
    lines.filter_map(process).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_a_process() {
        let processes =
            parse("# x\nweb: gunicorn app:wsgi -b :$PORT\r\n\nworker:\nre lease: x\nworker_2:run a:b\n");
        let found: Vec<(&str, &str)> =
            processes.iter().map(|p| (p.name.as_str(), p.command.as_str())).collect();
        assert_eq!(found, [("web", "gunicorn app:wsgi -b :$PORT"), ("worker_2", "run a:b")]);
    }
}
