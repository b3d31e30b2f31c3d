//! The first line of a script, and the three-line disguises that installers write when it gets too long.
//!
//! Works on bytes: scripts need not be UTF-8. The disguise is a shell command that Python reads as a string.

/// The longest first line that every Linux runs, with `#!` and the line's end (`BINPRM_BUF_SIZE` before 5.1).
pub const LONGEST: usize = 127;

/// How a script names its interpreter, and what comes after.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shebang<'a> {
    /// The interpreter as named: a path, or only a name for [`Form::Env`], [`Form::Bare`] and a relocatable script.
    pub program: Vec<u8>,
    /// What stands after the interpreter, without blanks around it.
    pub arguments: &'a [u8],
    /// How it is written.
    pub form: Form,
    /// Whether the line ends in `\r\n`, which Linux does not run.
    pub crlf: bool,
    /// All that follows the line or lines.
    pub body: &'a [u8],
}

/// The ways to write an interpreter down.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// `#!/path/to/python`.
    Plain,
    /// `#!/usr/bin/env python3`, also with `-S`.
    Env,
    /// `#!python`, as wheels carry it (PEP 427).
    Bare,
    /// `#!/bin/sh` and `'''exec' …`, as pip, distlib and uv write it for long paths.
    Polyglot,
    /// The same with `dirname` and `realpath`, as `uv venv --relocatable` has it.
    Relocatable,
}

/// The new first line would not run everywhere.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("its first line would have {length} bytes, and not every Linux runs more than {LONGEST}")]
pub struct TooLong {
    /// The length it would have, with `#!` and the line's end.
    pub length: usize,
}

/// Reads the first line, or the first three. `None` when there is no `#!` with an interpreter.
pub fn parse(text: &[u8]) -> Option<Shebang<'_>> {
    if let Some(found) = polyglot(text) {
        return Some(found);
    }
    let end = text.iter().position(|byte| *byte == b'\n').unwrap_or(text.len());
    let line = text[..end].strip_prefix(b"#!")?;
    let crlf = line.ends_with(b"\r");
    let line = line.trim_ascii();
    let (program, rest) = word(line);
    let (program, arguments, form) = match rest {
        _ if program.is_empty() => return None,
        rest if program.ends_with(b"/env") => {
            let rest = rest.strip_prefix(b"-S").map_or(rest, <[u8]>::trim_ascii_start);
            let (name, arguments) = word(rest);
            if name.is_empty() || name.starts_with(b"-") || name.contains(&b'=') {
                (program, rest, Form::Plain)
            } else {
                (name, arguments, Form::Env)
            }
        }
        rest if !program.contains(&b'/') => (program, rest, Form::Bare),
        rest => (program, rest, Form::Plain),
    };
    let body = text.get(end + 1..).unwrap_or_default();
    Some(Shebang { program: program.to_vec(), arguments, form, crlf, body })
}

fn word(line: &[u8]) -> (&[u8], &[u8]) {
    let end = line.iter().position(|byte| b" \t".contains(byte)).unwrap_or(line.len());
    (&line[..end], line[end..].trim_ascii())
}

fn polyglot(text: &[u8]) -> Option<Shebang<'_>> {
    let rest = text.strip_prefix(b"#!/bin/sh")?;
    let (rest, crlf) = newline(rest)?;
    let rest = rest.strip_prefix(b"'''exec' ")?;
    let end = rest.iter().position(|byte| *byte == b'\n')?;
    let line = rest[..end].strip_suffix(b"\r").unwrap_or(&rest[..end]);
    let command = line.strip_suffix(b"\"$@\"")?.trim_ascii_end().strip_suffix(b"\"$0\"")?.trim_ascii_end();
    let (body, _) = newline(rest[end + 1..].strip_prefix(b"' '''")?)?;
    if let Some(name) = command.strip_prefix(b"\"$(dirname -- \"$(realpath -- \"$0\")\")\"/") {
        let (program, arguments) = shell_word(name)?;
        return Some(Shebang { program, arguments, form: Form::Relocatable, crlf, body });
    }
    let (program, arguments) = shell_word(command)?;
    Some(Shebang { program, arguments, form: Form::Polyglot, crlf, body })
}

fn newline(text: &[u8]) -> Option<(&[u8], bool)> {
    match text {
        [b'\r', b'\n', rest @ ..] => Some((rest, true)),
        [b'\n', rest @ ..] => Some((rest, false)),
        _ => None,
    }
}

/// One word of the shell, unquoted, and what follows it. `$` and backquotes mean that we do not know the word.
fn shell_word(text: &[u8]) -> Option<(Vec<u8>, &[u8])> {
    let (mut out, mut at, mut quote) = (Vec::new(), 0, None);
    while let Some(&byte) = text.get(at) {
        at += 1;
        match (quote, byte) {
            (None, b' ' | b'\t') => return Some((out, text[at..].trim_ascii())),
            (None, b'\'' | b'"') => quote = Some(byte),
            (Some(open), _) if open == byte => quote = None,
            (Some(b'"') | None, b'$' | b'`') => return None,
            (Some(b'"') | None, b'\\') => {
                out.push(*text.get(at)?);
                at += 1;
            }
            _ => out.push(byte),
        }
    }
    quote.is_none().then_some((out, &[]))
}

impl Shebang<'_> {
    /// The last component of the interpreter: `python3.11`.
    pub fn name(&self) -> &[u8] {
        self.program.rsplit(|byte| *byte == b'/').next().unwrap_or_default()
    }

    /// The directory of the interpreter, where it is named by a path.
    pub fn directory(&self) -> Option<&[u8]> {
        let slash = self.program.iter().rposition(|byte| *byte == b'/')?;
        Some(&self.program[..slash])
    }

    /// Whether the interpreter's name is that of a Python.
    pub fn is_python(&self) -> bool {
        let name = self.name();
        let rest = name.strip_prefix(b"python").or_else(|| name.strip_prefix(b"pypy"));
        rest.is_some_and(|rest| rest.iter().all(|byte| byte.is_ascii_digit() || b".wt".contains(byte)))
    }

    /// The script with `#!` and `program` as its one first line, arguments and body as they were.
    pub fn rewritten(&self, program: &str) -> Result<Vec<u8>, TooLong> {
        let mut out = [b"#!", program.as_bytes()].concat();
        if !self.arguments.is_empty() {
            out.push(b' ');
            out.extend_from_slice(self.arguments);
        }
        out.extend_from_slice(if self.crlf { b"\r\n" } else { b"\n" });
        if out.len() > LONGEST {
            return Err(TooLong { length: out.len() });
        }
        out.extend_from_slice(self.body);
        Ok(out)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, form: Form, program: &str, arguments: &str) {
        let found = parse(text.as_bytes()).expect(text);
        let seen = (found.form, String::from_utf8_lossy(&found.program), found.arguments);
        assert_eq!(seen, (form, program.into(), arguments.as_bytes()), "{text}");
        assert!(found.is_python(), "{text}");
        assert!(found.body.starts_with(b"import x"), "{text}");
    }

    #[test]
    fn every_way_to_name_an_interpreter_is_read() {
        check("#!/v/bin/python3\nimport x", Form::Plain, "/v/bin/python3", "");
        check("#! /v/bin/python -sP -u\nimport x", Form::Plain, "/v/bin/python", "-sP -u");
        check("#!/usr/bin/env python3.11\nimport x", Form::Env, "python3.11", "");
        check("#!/usr/bin/env -S python3 -u\nimport x", Form::Env, "python3", "-u");
        check("#!python\r\nimport x", Form::Bare, "python", "");
        check("#!pythonw\nimport x", Form::Bare, "pythonw", "");
        let wrapped = |word: &str| format!("#!/bin/sh\n'''exec' {word} \"$0\" \"$@\"\n' '''\nimport x");
        check(&wrapped("/v/bin/python"), Form::Polyglot, "/v/bin/python", "");
        check(&wrapped("/v/bin/python -E"), Form::Polyglot, "/v/bin/python", "-E");
        check(&wrapped("\"/a v/bin/python\""), Form::Polyglot, "/a v/bin/python", "");
        check(&wrapped("'/it'\\''s/bin/python'"), Form::Polyglot, "/it's/bin/python", "");
        check(
            &wrapped("\"$(dirname -- \"$(realpath -- \"$0\")\")\"/'python3'"),
            Form::Relocatable,
            "python3",
            "",
        );
    }

    #[test]
    fn other_files_are_not_taken_for_python_scripts() {
        assert_eq!(parse(b"\x7fELF"), None);
        assert_eq!(parse(b"#!\n"), None);
        assert_eq!(parse(b""), None);
        for other in [
            "#!/bin/sh\necho",
            "#!/usr/bin/env FOO=1 python",
            "#!/usr/bin/pythonic",
            "#!/bin/sh\n'''exec' $X",
        ] {
            assert!(!parse(other.as_bytes()).expect(other).is_python(), "{other}");
        }
    }

    #[test]
    fn rewriting_keeps_arguments_line_ends_and_body() {
        let rewritten =
            |text: &[u8]| parse(text).expect("shebang").rewritten("/d/bin/python").expect("short");
        assert_eq!(rewritten(b"#!/v/bin/python -E\nx\xff"), b"#!/d/bin/python -E\nx\xff");
        assert_eq!(rewritten(b"#!python\r\nx\r\n"), b"#!/d/bin/python\r\nx\r\n");
        assert_eq!(
            rewritten(b"#!/bin/sh\n'''exec' /v/python \"$0\" \"$@\"\n' '''\nx"),
            b"#!/d/bin/python\nx"
        );
    }

    #[test]
    fn a_line_of_127_bytes_is_the_longest() {
        let script = parse(b"#!python\n").expect("shebang");
        assert!(script.rewritten(&"p".repeat(124)).is_ok());
        assert_eq!(script.rewritten(&"p".repeat(125)), Err(TooLong { length: 128 }));
    }
}
