//! Finds byte strings in bodies that pass by in pieces: all of them in one pass.
//!
//! Where several begin at one place the longest counts: a directory is not told of beside what lies below it.

use aho_corasick::AhoCorasick;
use aho_corasick::Match;
use aho_corasick::MatchKind;
use aho_corasick::Span;
use aho_corasick::packed;

/// Looks for a fixed set of needles in one body after the other.
pub struct Scanner {
    /// None where there is nothing to look for.
    search: Option<Search>,
    /// The needle of each pattern: empty needles are no patterns, since they would be found everywhere.
    needles: Vec<usize>,
    /// One less than the longest needle: how many bytes behind a place it takes to know what begins there.
    overlap: usize,
    /// The end of what has passed, where something may begin.
    tail: Vec<u8>,
    found: Vec<bool>,
}

/// How several needles are looked for at once.
enum Search {
    /// By the vector instructions of the processor.
    Packed(packed::Searcher),
    /// Where it has none that would do.
    Automaton(AhoCorasick),
}

impl Search {
    fn new(patterns: &[&[u8]]) -> Option<Self> {
        if patterns.is_empty() {
            return None;
        }
        let mut config = packed::Config::new();
        let packed = config.match_kind(packed::MatchKind::LeftmostLongest).builder().extend(patterns).build();
        let automaton = || AhoCorasick::builder().match_kind(MatchKind::LeftmostLongest).build(patterns).ok();
        packed.map(Self::Packed).or_else(|| automaton().map(Self::Automaton))
    }

    fn find(&self, text: &[u8], from: usize) -> Option<Match> {
        let span = Span { start: from, end: text.len() };
        match self {
            Self::Packed(searcher) => searcher.find_in(text, span),
            Self::Automaton(automaton) => automaton.find(aho_corasick::Input::new(text).span(span)),
        }
    }
}

impl Scanner {
    /// Looks for these.
    pub fn new(needles: &[Vec<u8>]) -> Self {
        let patterns = needles.iter().enumerate().filter(|(_, needle)| !needle.is_empty());
        let (indices, patterns): (Vec<usize>, Vec<&[u8]>) =
            patterns.map(|(index, needle)| (index, needle.as_slice())).unzip();
        let longest = patterns.iter().map(|pattern| pattern.len()).max().unwrap_or(1);
        Self {
            search: Search::new(&patterns),
            needles: indices,
            overlap: longest - 1,
            tail: Vec::new(),
            found: vec![false; needles.len()],
        }
    }

    /// Looks through the next piece of the body.
    pub fn piece(&mut self, piece: &[u8]) {
        let mut from = 0;
        if !self.tail.is_empty() {
            let held = self.tail.len();
            let seam = [&self.tail, &piece[..piece.len().min(self.overlap)]].concat();
            let known =
                if piece.len() < self.overlap { seam.len().saturating_sub(self.overlap) } else { held };
            let next = self.look(&seam, 0, known);
            if piece.len() < self.overlap {
                seam[next..].clone_into(&mut self.tail);
                return;
            }
            from = next - held;
        }
        let next = self.look(piece, from, piece.len().saturating_sub(self.overlap));
        piece[next..].clone_into(&mut self.tail);
    }

    /// Ends the body: the indices of the needles that were in it.
    pub fn end(&mut self) -> Vec<usize> {
        let tail = std::mem::take(&mut self.tail);
        self.look(&tail, 0, tail.len());
        // Its room is used again.
        self.tail = tail;
        self.tail.clear();
        let found = self.found.iter_mut().enumerate();
        found.filter_map(|(index, found)| std::mem::take(found).then_some(index)).collect()
    }

    /// Takes what begins between two places of a text; where to go on.
    fn look(&mut self, text: &[u8], mut from: usize, before: usize) -> usize {
        let Some(search) = &self.search else { return text.len() };
        while from < before {
            match search.find(text, from).filter(|found| found.start() < before) {
                None => return before,
                Some(found) => {
                    self.found[self.needles[found.pattern().as_usize()]] = true;
                    from = found.end();
                }
            }
        }
        from
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
            ("#!/home/ci/orders/venv/bin/python", &[2][..]),
            ("/home/ci/orders/ven and some more", &[1]),
            ("/home/ci/.cache and /home/ci/orders/venv", &[0, 2]),
            ("/home/ci/order", &[0]),
            ("/home/ci/order ders", &[0, 3]),
            ("/home/ci/orders/venv/home/ci/home/ci/orders", &[0, 1, 2]),
            ("/home/c", &[]),
        ] {
            for size in 1..=body.len() {
                body.as_bytes().chunks(size).for_each(|piece| scanner.piece(piece));
                assert_eq!(scanner.end(), expect, "`{body}` in pieces of {size}");
            }
        }
    }

    #[test]
    fn without_vector_instructions_the_same_is_found() {
        let texts = ["/home/ci", "/home/ci/orders", "secret"];
        let patterns: Vec<&[u8]> = texts.iter().map(|text| text.as_bytes()).collect();
        let automaton = AhoCorasick::builder().match_kind(MatchKind::LeftmostLongest).build(&patterns);
        let plain = Search::Automaton(automaton.expect("few needles"));
        let fast = Search::new(&patterns).expect("needles");
        for body in ["/home/ci/orders/x", "a secret of /home/ci", "nothing", ""] {
            let [plain, fast] = [&plain, &fast].map(|search| search.find(body.as_bytes(), 0));
            assert_eq!(plain, fast, "{body}");
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
