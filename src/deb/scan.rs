//! Finds byte strings in bodies that pass by in pieces.
//!
//! Needles that begin alike are a family, which is looked for by what they have in common: most paths of a build host
//! lie below one. Where several begin at one place the longest counts: a directory is not told of beside what lies
//! below it.

use memchr::memmem::Finder;

/// Looks for a fixed set of needles in one body after the other.
pub struct Scanner {
    families: Vec<Family>,
    /// One less than the longest needle: how many bytes behind a place it takes to know what begins there.
    overlap: usize,
    /// The end of what has passed, where something may begin.
    tail: Vec<u8>,
    found: Vec<bool>,
}

/// Needles that all begin with the shortest of them.
struct Family {
    shortest: Finder<'static>,
    /// All of them with their places among the needles, the longest first.
    members: Vec<(Vec<u8>, usize)>,
    /// Where to go on in what comes: behind what was found last.
    from: usize,
}

impl Family {
    /// Takes what begins in a text, but not behind `before`; what begins there is for the next text.
    fn look(&mut self, text: &[u8], before: usize, found: &mut [bool]) {
        let mut from = self.from;
        while let Some(at) = text.get(from..).and_then(|rest| self.shortest.find(rest)) {
            let at = from + at;
            let longest = self.members.iter().find(|(needle, _)| text[at..].starts_with(needle));
            match longest.filter(|_| at < before) {
                None => break,
                Some((needle, number)) => {
                    found[*number] = true;
                    from = at + needle.len();
                }
            }
        }
        self.from = from.saturating_sub(before);
    }
}

impl Scanner {
    /// Looks for these. An empty one would be found everywhere; nobody means that.
    pub fn new(needles: &[Vec<u8>]) -> Self {
        let mut sorted: Vec<(&Vec<u8>, usize)> = needles.iter().zip(0..).collect();
        sorted.retain(|(needle, _)| !needle.is_empty());
        sorted.sort();
        let mut families = Vec::<Family>::new();
        for (needle, number) in sorted {
            // In byte order the shortest of a family comes first, and the others follow at once.
            match families.last_mut().filter(|family| needle.starts_with(family.shortest.needle())) {
                Some(family) => family.members.push((needle.clone(), number)),
                None => families.push(Family {
                    shortest: Finder::new(needle).into_owned(),
                    members: vec![(needle.clone(), number)],
                    from: 0,
                }),
            }
        }
        for family in &mut families {
            family.members.sort_by_key(|(needle, _)| std::cmp::Reverse(needle.len()));
        }
        let longest = needles.iter().map(Vec::len).max().unwrap_or(0);
        let (overlap, found) = (longest.saturating_sub(1), vec![false; needles.len()]);
        Self { families, overlap, tail: Vec::new(), found }
    }

    /// Looks through the next piece of the body.
    pub fn piece(&mut self, piece: &[u8]) {
        if !self.tail.is_empty() {
            let mut seam = std::mem::take(&mut self.tail);
            let held = seam.len();
            seam.extend_from_slice(&piece[..piece.len().min(self.overlap)]);
            let known =
                if piece.len() < self.overlap { seam.len().saturating_sub(self.overlap) } else { held };
            self.look(&seam, known);
            self.tail = seam;
            if piece.len() < self.overlap {
                self.tail.drain(..known);
                return;
            }
        }
        let known = piece.len().saturating_sub(self.overlap);
        self.look(piece, known);
        self.tail.clear();
        self.tail.extend_from_slice(&piece[known..]);
    }

    /// Ends the body: the indices of the needles that were in it.
    pub fn end(&mut self) -> Vec<usize> {
        let mut tail = std::mem::take(&mut self.tail);
        self.look(&tail, tail.len());
        tail.clear();
        self.tail = tail;
        self.families.iter_mut().for_each(|family| family.from = 0);
        let found = self.found.iter_mut().enumerate();
        found.filter_map(|(index, found)| std::mem::take(found).then_some(index)).collect()
    }

    fn look(&mut self, text: &[u8], before: usize) {
        self.families.iter_mut().for_each(|family| family.look(text, before, &mut self.found));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn needles(texts: &[&str]) -> Vec<Vec<u8>> {
        texts.iter().map(|text| text.as_bytes().to_vec()).collect()
    }

    #[test]
    fn a_needle_is_found_wherever_the_pieces_part() {
        let mut scanner = Scanner::new(&needles(&["/build/venv", "x", ""]));
        let body = b"shebang #!/build/venv/bin/python";
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

    #[test]
    fn the_longest_counts_wherever_the_pieces_part() {
        let mut scanner =
            Scanner::new(&needles(&["/home/ci", "/home/ci/orders", "/home/ci/orders/venv", "ders"]));
        for (body, expect) in [
            ("#!/home/ci/orders/venv/bin/python", &[2, 3][..]),
            ("/home/ci/orders/ven and some more", &[1, 3]),
            ("/home/ci/.cache and /home/ci/orders/venv", &[0, 2, 3]),
            ("/home/ci/order", &[0]),
            ("/home/ci/order ders", &[0, 3]),
            ("/home/ci/orders/venv/home/ci/home/ci/orders", &[0, 1, 2, 3]),
            ("/home/c", &[]),
        ] {
            for size in 1..=body.len() {
                body.as_bytes().chunks(size).for_each(|piece| scanner.piece(piece));
                assert_eq!(scanner.end(), expect, "`{body}` in pieces of {size}");
            }
        }
    }

    #[test]
    fn nothing_to_look_for_is_not_found() {
        for texts in [&[][..], &[""]] {
            let mut scanner = Scanner::new(&needles(texts));
            scanner.piece(b"anything");
            assert_eq!(scanner.end(), [0usize; 0]);
        }
    }
}
