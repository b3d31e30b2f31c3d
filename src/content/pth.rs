//! `.pth` files: lines that put a directory on `sys.path`, or that `site` executes.

/// What one line of a `.pth` file is, as `site.addpackage` reads it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Line<'a> {
    /// Blank, or a comment.
    Nothing,
    /// Python to execute.
    Code(&'a [u8]),
    /// A directory, absolute or relative to the file's own.
    Path(&'a [u8]),
}

/// Each line with its end, and what it is.
pub fn lines(text: &[u8]) -> impl Iterator<Item = (&[u8], Line<'_>)> {
    text.split_inclusive(|byte| *byte == b'\n').map(|raw| (raw, line(raw.trim_ascii_end())))
}

fn line(text: &[u8]) -> Line<'_> {
    if text.trim_ascii().is_empty() || text.starts_with(b"#") {
        Line::Nothing
    } else if text.starts_with(b"import ") || text.starts_with(b"import\t") {
        Line::Code(text)
    } else {
        Line::Path(text)
    }
}

/// Whether executed code is that of a tool known not to name the build host.
pub fn is_known_code(code: &[u8]) -> bool {
    const KNOWN: [&[u8]; 5] =
        [b"_virtualenv", b"_distutils_hack", b"coverage", b"has_mfs", b"SETUPTOOLS_USE_DISTUTILS"];
    KNOWN.iter().any(|known| memchr::memmem::find(code, known).is_some())
}

/// Whether executed code installs an editable: setuptools, scikit-build-core and meson-python all say so.
pub fn is_editable_code(code: &[u8]) -> bool {
    memchr::memmem::find(&code.to_ascii_lowercase(), b"editable").is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_told_apart_as_site_does() {
        let text = b"# comment\n\n/b/src\n../x\nimport _virtualenv\r\nimportant\n";
        let kinds: Vec<Line<'_>> = lines(text).map(|(_, line)| line).collect();
        assert_eq!(
            kinds,
            [
                Line::Nothing,
                Line::Nothing,
                Line::Path(b"/b/src"),
                Line::Path(b"../x"),
                Line::Code(b"import _virtualenv"),
                Line::Path(b"important"),
            ]
        );
        assert_eq!(lines(text).map(|(raw, _)| raw).collect::<Vec<_>>().concat(), text);
        assert!(is_known_code(b"import _virtualenv") && !is_known_code(b"import evil"));
        assert!(is_editable_code(b"import __editable___app_finder; __editable___app_finder.install()"));
        assert!(is_editable_code(b"import _app_editable_loader") && !is_editable_code(b"import os"));
    }
}
