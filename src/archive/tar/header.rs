//! Headers in the GNU dialect, as `tar --format=gnu` writes them.
//!
//! Written by hand around the `tar` crate's `Header`, whose builder normalises names and makes sparse
//! entries. Never PAX and never sparse: readers such as dpkg's own refuse both.

use ::tar::EntryType;
use ::tar::Header;

use crate::archive::tar::owner::Owner;

const BLOCK: usize = 512;
/// The two empty blocks that end an archive.
pub const END: [u8; 2 * BLOCK] = [0; 2 * BLOCK];

/// An entry, without its body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Entry<'a> {
    /// The path, relative; empty for the root. It is written as `./path`, a directory as `./path/`.
    pub path: &'a [u8],
    /// The permission bits.
    pub mode: u32,
    /// The modification time, in seconds since 1970; negative before.
    pub mtime: i64,
    /// Whom it belongs to.
    pub owner: &'a Owner,
    /// What it is.
    pub kind: Kind<'a>,
}

/// What an entry is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind<'a> {
    /// A regular file of this many bytes.
    File(u64),
    /// A directory.
    Directory,
    /// A symbolic link with this target, as it is.
    Symlink(&'a [u8]),
    /// A hard link to this path, which is written like the entry's own.
    Hardlink(&'a [u8]),
    /// A named pipe.
    Fifo,
    /// A character device with its major and minor number.
    Character(u32, u32),
    /// A block device with its major and minor number.
    Block(u32, u32),
}

/// Appends the header of `entry`, with records for a name or target beyond 100 bytes before it.
pub fn encode(entry: &Entry<'_>, out: &mut Vec<u8>) {
    let mut path = dotted(entry.path);
    let (kind, target) = match entry.kind {
        Kind::File(_) => (EntryType::Regular, Vec::new()),
        Kind::Directory => (EntryType::Directory, Vec::new()),
        Kind::Symlink(target) => (EntryType::Symlink, target.to_vec()),
        Kind::Hardlink(target) => (EntryType::Link, dotted(target)),
        Kind::Fifo => (EntryType::Fifo, Vec::new()),
        Kind::Character(..) => (EntryType::Char, Vec::new()),
        Kind::Block(..) => (EntryType::Block, Vec::new()),
    };
    if kind == EntryType::Directory && !path.ends_with(b"/") {
        path.push(b'/');
    }
    // GNU tar puts the record of the target before that of the name.
    let mut header = Header::new_gnu();
    let fields = header.as_old_mut();
    if target.len() > fields.linkname.len() {
        long(EntryType::GNULongLink, &target, out);
    }
    if path.len() > fields.name.len() {
        long(EntryType::GNULongName, &path, out);
    }
    set(&mut fields.name, &path);
    set(&mut fields.linkname, &target);
    header.set_entry_type(kind);
    header.set_mode(entry.mode);
    header.set_size(if let Kind::File(size) = entry.kind { size } else { 0 });
    set_time(&mut header, entry.mtime);
    if let Kind::Character(major, minor) | Kind::Block(major, minor) = entry.kind {
        set_device(&mut header, major, minor);
    }
    seal(&mut header, entry.owner, out);
}

/// A time before 1970 is a negative number to the base 256, filled up with ones: GNU's way.
fn set_time(header: &mut Header, mtime: i64) {
    match u64::try_from(mtime) {
        Ok(mtime) => header.set_mtime(mtime),
        Err(_) => {
            let field = &mut header.as_old_mut().mtime;
            field.fill(0xff);
            field[4..].copy_from_slice(&mtime.to_be_bytes());
        }
    }
}

fn set_device(header: &mut Header, major: u32, minor: u32) {
    if let Some(fields) = header.as_gnu_mut() {
        for (field, number) in [(&mut fields.dev_major, major), (&mut fields.dev_minor, minor)] {
            set(field, format!("{number:07o}").as_bytes());
        }
    }
}

/// The zero bytes that fill the last block of a body of `size` bytes.
pub fn padding(size: u64) -> &'static [u8] {
    let used = (size % BLOCK as u64) as usize;
    if used == 0 { &[] } else { &END[used..BLOCK] }
}

fn dotted(path: &[u8]) -> Vec<u8> {
    [b"./", path].concat()
}

/// A `././@LongLink` record: its body is the text with a NUL behind it.
fn long(kind: EntryType, text: &[u8], out: &mut Vec<u8>) {
    let size = text.len() as u64 + 1;
    let mut header = Header::new_gnu();
    set(&mut header.as_old_mut().name, b"././@LongLink");
    header.set_entry_type(kind);
    header.set_mode(0o644);
    header.set_mtime(0);
    header.set_size(size);
    seal(&mut header, &Owner::root(), out);
    out.extend_from_slice(text);
    out.push(0);
    out.extend_from_slice(padding(size));
}

fn set(field: &mut [u8], text: &[u8]) {
    let length = text.len().min(field.len());
    field[..length].copy_from_slice(&text[..length]);
}

fn seal(header: &mut Header, owner: &Owner, out: &mut Vec<u8>) {
    header.set_uid(owner.uid);
    header.set_gid(owner.gid);
    if let Some(fields) = header.as_gnu_mut() {
        // A name ends with a NUL, within its 32 bytes.
        set(&mut fields.uname[..31], &owner.user);
        set(&mut fields.gname[..31], &owner.group);
    }
    header.set_cksum();
    // Six digits, NUL, blank, where the crate writes seven and NUL: what POSIX asks for and GNU tar writes.
    if let [b'0', sum @ .., 0] = header.as_old().cksum {
        let [a, b, c, d, e, f] = sum;
        header.as_old_mut().cksum = [a, b, c, d, e, f, 0, b' '];
    }
    out.extend_from_slice(header.as_bytes());
}

#[cfg(test)]
mod tests {
    use super::*;

    fn encoded(path: &[u8], kind: Kind<'_>) -> Vec<u8> {
        let mut out = Vec::new();
        encode(&Entry { path, mode: 0o644, mtime: 1, owner: &Owner::root(), kind }, &mut out);
        out
    }

    #[test]
    fn names_up_to_100_bytes_need_one_block() {
        for (length, blocks) in [(1, 1), (97, 1), (98, 1), (99, 3), (250, 3), (511, 4)] {
            assert_eq!(encoded(&vec![b'n'; length], Kind::File(0)).len(), blocks * BLOCK, "{length}");
        }
        assert_eq!(encoded(&[b'n'; 97], Kind::Directory).len(), BLOCK);
        assert_eq!(encoded(&[b'n'; 98], Kind::Directory).len(), 3 * BLOCK);
        assert_eq!(encoded(b"l", Kind::Symlink(&[b't'; 100])).len(), BLOCK);
        assert_eq!(encoded(b"l", Kind::Symlink(&[b't'; 101])).len(), 3 * BLOCK);
    }

    #[test]
    fn sizes_beyond_8_gib_are_base_256() {
        assert_eq!(encoded(b"f", Kind::File((8 << 30) - 1))[124], b'7');
        assert_eq!(encoded(b"f", Kind::File(8 << 30))[124], 0x80);
    }

    #[test]
    fn padding_fills_the_last_block() {
        assert_eq!([0, 1, 511, 512, 513].map(|size| padding(size).len()), [0, 511, 1, 0, 511]);
    }
}
