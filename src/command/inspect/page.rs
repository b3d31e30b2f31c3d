//! What a page tells of a package, gathered while that is read once.

use std::io;
use std::io::Read;

use crate::archive::tar::read::Member;
use crate::command::inspect::virtualenv;
use crate::command::inspect::virtualenv::Virtualenv;
use crate::deb::read::Deb;
use crate::lint::Finding;
use crate::page;
use crate::page::Subject;
use crate::page::holdings::Holdings;

/// The most of a body that is kept for whoever reads it next, in bytes: texts that anybody wants are smaller.
const MOST_KEPT: usize = 32 << 20;

/// Who looks at the entries of a package for its page.
#[derive(Debug, Default)]
pub(in crate::command) struct Looking {
    holdings: Holdings,
    virtualenvs: virtualenv::Collector,
}

impl Looking {
    /// Looks at an entry, whatever was read of its body before.
    pub(in crate::command) fn see(&mut self, header: &Member, body: &mut Replay<'_>) -> io::Result<()> {
        body.rewind();
        self.virtualenvs.see(header, body)?;
        body.rewind();
        self.holdings.see(header, body)
    }

    /// What was seen of a package, with what is wrong with it.
    pub(in crate::command) fn finish(self, (deb, size): (Deb, u64), findings: &[Finding]) -> Subject {
        let remark = |finding: &Finding| page::Remark {
            weight: finding.severity.name(),
            rule: finding.rule,
            subject: finding.subject.clone(),
            text: finding.text.clone(),
        };
        Subject {
            deb,
            size,
            holdings: self.holdings,
            virtualenvs: self.virtualenvs.finish().into_iter().map(shown).collect(),
            remarks: findings.iter().map(remark).collect(),
        }
    }
}

fn shown(venv: Virtualenv) -> page::Virtualenv {
    let distribution = |it: virtualenv::Distribution| page::Distribution {
        normal: it.normal(),
        name: it.name,
        version: it.version,
        license: it.license,
    };
    page::Virtualenv {
        path: venv.path,
        python: venv.python,
        interpreter: venv.interpreter,
        distributions: venv.distributions.into_iter().map(distribution).collect(),
        relocation: venv.relocation,
    }
}

/// A body that can be read again from its start, as far as anybody has read it.
pub(in crate::command) struct Replay<'b> {
    body: &'b mut dyn Read,
    kept: Vec<u8>,
    at: usize,
}

impl<'b> Replay<'b> {
    /// Of a body that nobody has read.
    pub(in crate::command) fn new(body: &'b mut dyn Read) -> Self {
        Self { body, kept: Vec::new(), at: 0 }
    }

    fn rewind(&mut self) {
        self.at = 0;
    }
}

impl Read for Replay<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let again = &self.kept[self.at..];
        if !again.is_empty() {
            let count = again.len().min(buffer.len());
            buffer[..count].copy_from_slice(&again[..count]);
            self.at += count;
            return Ok(count);
        }
        let count = self.body.read(buffer)?;
        if self.kept.len() + count <= MOST_KEPT {
            self.kept.extend_from_slice(&buffer[..count]);
            self.at = self.kept.len();
        }
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_body_is_read_again_from_its_start_and_then_on() {
        let mut bytes = &b"0123456789"[..];
        let mut body = Replay::new(&mut bytes);
        let (mut head, mut all) = ([0; 4], Vec::new());
        body.read_exact(&mut head).expect("memory");
        body.rewind();
        body.read_exact(&mut head[..2]).expect("memory");
        body.rewind();
        body.read_to_end(&mut all).expect("memory");
        assert_eq!((&head[..], &all[..]), (&b"0123"[..], &b"0123456789"[..]));
        body.rewind();
        all.clear();
        body.read_to_end(&mut all).expect("memory");
        assert_eq!(all, b"0123456789");
    }
}
