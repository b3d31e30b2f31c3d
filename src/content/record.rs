//! RECORD: the CSV list of an installed distribution's files (PEP 376, PEP 627).
//!
//! A line that does not change keeps its bytes; order and line ends are kept too.

use csv::ByteRecord;
use csv::ReaderBuilder;
use csv::Terminator;
use csv::WriterBuilder;

use crate::types::digest::Sha256;

/// One line of a RECORD.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line<'a> {
    /// The line as it stands, with its end.
    pub raw: &'a [u8],
    /// The file: relative to the directory that holds the `.dist-info`, or absolute.
    pub path: Vec<u8>,
    /// `sha256=…`; empty for RECORD itself and for bytecode.
    pub hash: Vec<u8>,
    /// Its size in decimal; may be empty.
    pub size: Vec<u8>,
}

/// What becomes of a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// It stays as it is.
    Keep,
    /// Its file is not shipped.
    Drop,
    /// Its file is at another path, or has another body.
    Write {
        /// The path to write.
        path: Vec<u8>,
        /// The new body's digest and size; none leaves both fields empty.
        body: Option<(Sha256, u64)>,
    },
    /// Only the path changes.
    Move(Vec<u8>),
}

/// The text is not CSV.
#[derive(Debug, thiserror::Error)]
#[error("line {line} is not CSV")]
pub struct Error {
    line: u64,
    source: csv::Error,
}

/// Reads all lines.
pub fn parse(text: &[u8]) -> Result<Vec<Line<'_>>, Error> {
    let mut reader = ReaderBuilder::new().has_headers(false).flexible(true).from_reader(text);
    let (mut lines, mut record, mut start) = (Vec::new(), ByteRecord::new(), 0);
    loop {
        let line = reader.position().line();
        if !reader.read_byte_record(&mut record).map_err(|source| Error { line, source })? {
            return Ok(lines);
        }
        // The reader leaves the `\n` of a `\r\n` to the next record, so the end is looked for here.
        let mut end = usize::try_from(reader.position().byte()).unwrap_or(text.len()).min(text.len());
        if text[..end].ends_with(b"\r") && text[end..].starts_with(b"\n") {
            end += 1;
        }
        let field = |at: usize| record.get(at).unwrap_or_default().to_vec();
        lines.push(Line { raw: &text[start..end], path: field(0), hash: field(1), size: field(2) });
        start = end;
    }
}

/// The text after `decide` has seen each line.
pub fn rewritten(lines: &[Line<'_>], decide: &mut dyn FnMut(&Line<'_>) -> Change) -> Vec<u8> {
    let mut out = Vec::new();
    for line in lines {
        match decide(line) {
            Change::Keep => out.extend_from_slice(line.raw),
            Change::Drop => {}
            Change::Move(path) => out.extend(written(line, [&path, &line.hash, &line.size])),
            Change::Write { path, body } => {
                let (hash, size) = match body {
                    Some((hash, size)) => (format!("sha256={}", hash.urlsafe_base64()), size.to_string()),
                    None => (String::new(), String::new()),
                };
                out.extend(written(line, [&path, hash.as_bytes(), size.as_bytes()]));
            }
        }
    }
    out
}

fn written(line: &Line<'_>, fields: [&[u8]; 3]) -> Vec<u8> {
    let crlf = line.raw.ends_with(b"\r\n");
    let terminator = if crlf { Terminator::CRLF } else { Terminator::Any(b'\n') };
    let mut writer = WriterBuilder::new().terminator(terminator).from_writer(Vec::new());
    // Writing three fields into memory cannot fail; if it ever did, the old line is the honest answer.
    match writer.write_record(fields) {
        Ok(()) => writer.into_inner().unwrap_or_else(|_| line.raw.to_vec()),
        Err(_) => line.raw.to_vec(),
    }
}

impl Line<'_> {
    /// Whether a body has the digest that the line gives; `None` when it gives no SHA-256.
    pub fn agrees(&self, digest: &Sha256) -> Option<bool> {
        let given = self.hash.strip_prefix(b"sha256=")?;
        // Wheels of careless tools pad their base64.
        let given = given.strip_suffix(b"=").unwrap_or(given);
        Some(given == digest.urlsafe_base64().as_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unchanged_lines_keep_their_bytes_and_order() {
        for text in [
            &b"b.py,sha256=x,3\na.py,,\n"[..],
            b"\"with, comma.py\",sha256=x,3\r\nb,,\r\n",
            b"\"quo\"\"te\",,\nlast,,",
            b"",
        ] {
            let lines = parse(text).expect("CSV");
            let same = rewritten(&lines, &mut |_| Change::Keep);
            assert_eq!(String::from_utf8_lossy(&same), String::from_utf8_lossy(text));
        }
    }

    #[test]
    fn lines_are_dropped_and_rehashed() {
        let text = b"a.py,sha256=x,3\r\n\"c,d\",sha256=y,4\r\nRECORD,,\r\n";
        let lines = parse(text).expect("CSV");
        let changed = rewritten(&lines, &mut |line| match line.path.as_slice() {
            b"a.py" => Change::Drop,
            b"c,d" => Change::Write { path: line.path.clone(), body: Some((Sha256::of(b""), 0)) },
            _ => Change::Move(b"X".to_vec()),
        });
        let hash = "47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU";
        assert_eq!(String::from_utf8_lossy(&changed), format!("\"c,d\",sha256={hash},0\r\nX,,\r\n"));
        let line = &parse(changed.as_slice()).expect("CSV")[0];
        assert_eq!(
            (line.agrees(&Sha256::of(b"")), line.agrees(&Sha256::of(b"x"))),
            (Some(true), Some(false))
        );
        assert_eq!(lines[2].agrees(&Sha256::of(b"")), None);
    }
}
