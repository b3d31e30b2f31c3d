//! The facts of one body, from one read of it.

use std::io;
use std::io::Read;

use crate::archive::fill::fill;
use crate::host::input::budget::Budget;
use crate::host::watch::Watch;
use crate::source::telling;
use crate::source::tree::FileFacts;
use crate::types::digest::Sha256Hasher;
use crate::types::path::ArchivePath;
use crate::types::source_id::SourceId;

/// Which bodies are kept as text besides being looked at.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Keep {
    /// None: they are shipped as they are.
    Nothing,
    /// Those that relocation reads or rewrites.
    ForRelocation,
    /// All that are not too large.
    Everything,
}

/// How bodies are looked at.
#[derive(Clone, Copy)]
pub(super) struct Look<'a> {
    /// What is kept of them.
    pub keep: Keep,
    /// Interrupts.
    pub watch: &'a Watch,
    /// What is left for texts.
    pub budget: &'a Budget,
}

/// Room for a part of a body. One serves many bodies: making it anew takes longer than reading most files.
pub(super) struct Buffer(Box<[u8]>);

impl Default for Buffer {
    fn default() -> Self {
        Self(vec![0; 128 << 10].into_boxed_slice())
    }
}

/// Reads a body to its end.
pub(super) fn read(
    body: &mut dyn Read,
    path: &ArchivePath,
    id: SourceId,
    look: Look<'_>,
    Buffer(buffer): &mut Buffer,
) -> io::Result<FileFacts> {
    let mut hasher = Sha256Hasher::default();
    let mut head = Vec::new();
    let mut text: Option<Vec<u8>> = None;
    let mut size = 0u64;
    loop {
        look.watch.check()?;
        let count = fill(body, buffer)?;
        let chunk = &buffer[..count];
        if size == 0 {
            head = chunk[..count.min(FileFacts::HEAD)].to_vec();
            text = wants(look.keep, path, &head).then(Vec::new);
        }
        size += count as u64;
        hasher.update(chunk);
        if size > FileFacts::LARGEST_TEXT {
            text = None;
        }
        if let Some(text) = &mut text {
            text.extend_from_slice(chunk);
        }
        if count < buffer.len() {
            look.budget.keep(text.as_ref().map_or(0, |text| text.len() as u64))?;
            let (head, text) = (telling(path, &head).to_vec(), text.map(Into::into));
            return Ok(FileFacts { id, size, sha256: hasher.finish(), head, text });
        }
    }
}

fn wants(keep: Keep, path: &ArchivePath, head: &[u8]) -> bool {
    match keep {
        Keep::Nothing => false,
        Keep::ForRelocation => crate::source::wants_text(path, head),
        Keep::Everything => true,
    }
}
