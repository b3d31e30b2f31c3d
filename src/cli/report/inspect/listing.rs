//! Entries as GNU tar lists them, which is what `dpkg-deb --contents` prints; times are UTC.

use crate::archive::tar::read::Kind;
use crate::deb::read::Entry;
use crate::types::date::Moment;

/// Lines whose columns grow with what was listed before, as tar's do.
#[derive(Debug)]
pub(super) struct Listing {
    width: usize,
}

impl Default for Listing {
    /// The width that tar starts with (`list.c`: `ugswidth`).
    fn default() -> Self {
        Self { width: 19 }
    }
}

impl Listing {
    pub(super) fn line(&mut self, entry: &Entry) -> String {
        let header = &entry.header;
        let owner =
            |name: &[u8], number: u64| if name.is_empty() { number.to_string() } else { quoted(name) };
        let user = owner(&header.owner.user, header.owner.uid);
        let group = owner(&header.owner.group, header.owner.gid);
        let size = match entry.details.device {
            Some((major, minor)) => format!("{major},{minor}"),
            None => header.size.to_string(),
        };
        let used = user.chars().count() + 1 + group.chars().count() + 1 + size.len();
        self.width = self.width.max(used);
        let (mode, time) = (mode(header.mode, &header.kind), Moment(entry.details.mtime));
        let blanks = " ".repeat(self.width - used);
        let link = match &header.kind {
            Kind::Symlink(target) => format!(" -> {}", quoted(target)),
            Kind::Hardlink(target) => format!(" link to {}", quoted(target)),
            _ => String::new(),
        };
        format!("{mode} {user}/{group} {blanks}{size} {time} {}{link}", quoted(&header.path))
    }
}

/// `drwxr-xr-x`.
fn mode(bits: u32, kind: &Kind) -> String {
    let mut text = String::from(match kind {
        Kind::File => '-',
        Kind::Directory => 'd',
        Kind::Symlink(_) => 'l',
        Kind::Hardlink(_) => 'h',
        Kind::Character => 'c',
        Kind::Block => 'b',
        Kind::Fifo => 'p',
        Kind::Other(b'7') => 'C',
        Kind::Other(_) => '?',
    });
    for (shift, special, letter) in [(6, 0o4000, 's'), (3, 0o2000, 's'), (0, 0o1000, 't')] {
        let three = bits >> shift;
        text.push(if three & 4 > 0 { 'r' } else { '-' });
        text.push(if three & 2 > 0 { 'w' } else { '-' });
        text.push(match (three & 1 > 0, bits & special > 0) {
            (true, true) => letter,
            (false, true) => letter.to_ascii_uppercase(),
            (true, false) => 'x',
            (false, false) => '-',
        });
    }
    text
}

/// A name as tar writes it in a UTF-8 locale: what a terminal would not print is escaped as in C.
pub(in crate::cli::report) fn quoted(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        for c in chunk.valid().chars() {
            match c {
                '\\' => text.push_str("\\\\"),
                '\x07' => text.push_str("\\a"),
                '\x08' => text.push_str("\\b"),
                '\x0c' => text.push_str("\\f"),
                '\n' => text.push_str("\\n"),
                '\r' => text.push_str("\\r"),
                '\t' => text.push_str("\\t"),
                '\x0b' => text.push_str("\\v"),
                c if c.is_control() => octal(c.encode_utf8(&mut [0; 4]).as_bytes(), &mut text),
                c => text.push(c),
            }
        }
        octal(chunk.invalid(), &mut text);
    }
    text
}

fn octal(bytes: &[u8], text: &mut String) {
    text.extend(bytes.iter().map(|byte| format!("\\{byte:03o}")));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn modes_read_as_ls_prints_them() {
        for (bits, kind, shown) in [
            (0o755, Kind::Directory, "drwxr-xr-x"),
            (0o4755, Kind::File, "-rwsr-xr-x"),
            (0o6644, Kind::File, "-rwSr-Sr--"),
            (0o1777, Kind::Directory, "drwxrwxrwt"),
            (0o1776, Kind::Directory, "drwxrwxrwT"),
            (0o777, Kind::Symlink(Vec::new()), "lrwxrwxrwx"),
            (0, Kind::Other(b'x'), "?---------"),
        ] {
            assert_eq!(mode(bits, &kind), shown);
        }
    }

    #[test]
    fn names_do_nothing_to_a_terminal() {
        assert_eq!(quoted(b"a b\\c\n\x1b[31m\xff\xc2\x9b\x7f"), "a b\\\\c\\n\\033[31m\\377\\302\\233\\177");
        assert_eq!(quoted("ümläut-日本".as_bytes()), "ümläut-日本");
    }
}
