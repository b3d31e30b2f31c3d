//! Finds byte strings in bodies that pass by in pieces.

use memchr::memmem::Finder;

/// Looks for a fixed set of needles in one body after the other.
pub(in crate::deb) struct Scanner<'n> {
    needles: Vec<Finder<'n>>,
    /// One less than the longest needle: how much of a piece the next one has to be seen with.
    overlap: usize,
    tail: Vec<u8>,
    found: Vec<bool>,
}

impl<'n> Scanner<'n> {
    pub(in crate::deb) fn new(needles: &'n [Vec<u8>]) -> Self {
        let overlap = needles.iter().map(Vec::len).max().unwrap_or(0).saturating_sub(1);
        // An empty needle would be found everywhere; nobody means that.
        let found = needles.iter().map(Vec::is_empty).collect();
        Self { needles: needles.iter().map(Finder::new).collect(), overlap, tail: Vec::new(), found }
    }

    /// Looks through the next piece of the body.
    pub(in crate::deb) fn piece(&mut self, piece: &[u8]) {
        if !self.tail.is_empty() {
            let seam = [&self.tail, &piece[..piece.len().min(self.overlap)]].concat();
            self.look(&seam);
        }
        self.look(piece);
        if piece.len() >= self.overlap {
            self.tail.clear();
            self.tail.extend_from_slice(&piece[piece.len() - self.overlap..]);
        } else {
            self.tail.extend_from_slice(piece);
            let spare = self.tail.len().saturating_sub(self.overlap);
            self.tail.drain(..spare);
        }
    }

    /// Ends the body: the indices of the needles that were in it.
    pub(in crate::deb) fn end(&mut self) -> Vec<usize> {
        self.tail.clear();
        let mut hits = Vec::new();
        for (index, found) in self.found.iter_mut().enumerate() {
            let is_empty = self.needles[index].needle().is_empty();
            if std::mem::replace(found, is_empty) && !is_empty {
                hits.push(index);
            }
        }
        hits
    }

    fn look(&mut self, text: &[u8]) {
        for (needle, found) in self.needles.iter().zip(&mut self.found) {
            *found = *found || needle.find(text).is_some();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_needle_is_found_wherever_the_pieces_part() {
        let needles = [b"/build/venv".to_vec(), b"x".to_vec(), Vec::new()];
        let body = b"shebang #!/build/venv/bin/python";
        let mut scanner = Scanner::new(&needles);
        for size in 1..=body.len() {
            body.chunks(size).for_each(|piece| scanner.piece(piece));
            assert_eq!(scanner.end(), [0], "in pieces of {size}");
        }
        b"nothing".chunks(2).for_each(|piece| scanner.piece(piece));
        assert_eq!(scanner.end(), [0usize; 0], "what one body held is not in the next");
        scanner.piece(b"/build/ve");
        assert_eq!(scanner.end(), [0usize; 0]);
        scanner.piece(b"nv");
        assert_eq!(scanner.end(), [0usize; 0], "no needle spans two bodies");
    }
}
