//! Random versions, relations and control files, judged by dpkg. A failure names its seed, and
//! `MKDEB_SEED` repeats it.

use std::cmp::Ordering;
use std::fs;
use std::hash::BuildHasher;
use std::io::Write;
use std::path::Path;
use std::process::Command;
use std::process::Stdio;

use mkdeb::control::given;
use mkdeb::types::version::DebVersion;

/// Numbers that follow from a seed.
pub struct Random {
    seed: u64,
    state: u64,
}

impl Random {
    /// Those of `MKDEB_SEED`, or others each time.
    pub fn new() -> Random {
        let given = std::env::var("MKDEB_SEED").ok().map(|seed| seed.parse().expect("a number"));
        let seed = given.unwrap_or_else(|| std::hash::RandomState::new().hash_one(0) >> 32);
        Random { seed, state: seed }
    }

    /// The next one below a limit; the algorithm is splitmix64.
    fn below(&mut self, limit: usize) -> usize {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.state;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((mixed ^ (mixed >> 31)) >> 33).expect("31 bits") % limit
    }

    fn one<'a>(&mut self, parts: &[&'a str]) -> &'a str {
        parts[self.below(parts.len())]
    }

    /// Up to so many parts, one after the other.
    fn many(&mut self, parts: &[&str], most: usize) -> String {
        (0..self.below(most + 1)).map(|_| self.one(parts)).collect()
    }

    /// A version, most of the time.
    fn version(&mut self) -> String {
        let epoch = match self.below(8) {
            0 => self.one(&["0:", "1:", "007:", "2147483647:", "2147483648:", ":", "a:", "-1:", "1:1:"]),
            _ => "",
        };
        let start = if self.below(12) == 0 { self.one(&["", "a", "~", "+", "."]) } else { "1" };
        let inner = ["0", "1", "9", "10", "00", "a", "Z", ".", "+", "~", "-", "-1", "99999999999999999999"];
        let odd =
            if self.below(12) == 0 { self.one(&["_", ":", "/", "é", "--", "-", "!", "\u{a0}"]) } else { "" };
        let (before, after) = (self.many(&inner, 5), self.many(&inner, 3));
        format!("{epoch}{start}{before}{odd}{after}")
    }

    /// One item of a relation field, most of the time.
    fn relation(&mut self) -> String {
        let blanks = ["", "", "", " ", "  ", "\t", "\n ", "\n\t ", "\u{b}", "\u{a0}"];
        let name = self.one(&[
            "a1", "libc6", "0ad", "g++", "a.b-c+d", "a", "A1", "a_1", "-a", "+a", "a/b", "é", "", "${x}",
        ]);
        let name = if self.below(3) == 0 { name } else { "b2" };
        let arch = match self.below(6) {
            0 => self.one(&[":any", ":amd64", ":", ":a_b", ":any:any", ": any", " :any", ":-x", ":é"]),
            _ => "",
        };
        let constraint = if self.below(2) == 0 {
            let sign = self
                .one(&["=", "<<", "<=", ">=", ">>", "=", ">=", "<", ">", "", "==", "=>", "<>", "><", "!="]);
            let (open, close) = if self.below(10) == 0 {
                (self.one(&["", "(", "((", "["]), self.one(&["", ")", "))", "]"]))
            } else {
                ("(", ")")
            };
            let space = [self.one(&blanks), self.one(&blanks), self.one(&blanks), self.one(&blanks)];
            let version = self.version();
            format!("{}{open}{}{sign}{}{version}{}{close}", space[0], space[1], space[2], space[3])
        } else {
            String::new()
        };
        let behind = if self.below(12) == 0 {
            self.one(&[" b2", " [amd64]", " <!x>", "(= 1)", " (= 1)", "x"])
        } else {
            ""
        };
        format!("{name}{arch}{constraint}{}{behind}", self.one(&blanks))
    }

    /// A relation field.
    fn relations(&mut self) -> String {
        let mut text = self.relation();
        for _ in 0..self.below(3) {
            text += self.one(&[",", ", ", " , ", ",\n ", "|", " | ", ",", "||", ",,"]);
            text += &self.relation();
        }
        if self.below(20) == 0 {
            text += self.one(&[",", "|", " ", ", "]);
        }
        text
    }

    /// A control file with some of its parts exchanged.
    fn stanza(&mut self) -> String {
        let mut lines: Vec<String> = super::oracle_pack::CONTROL.lines().map(str::to_owned).collect();
        let parts = [
            "X-A: b",
            "X-A:",
            " ",
            "",
            " more",
            "\tmore",
            "#x",
            "X: 1",
            "-X: 1",
            ": 1",
            "Essential: yes",
            "Essential: x",
            "Multi-Arch: same",
            "Multi-Arch: foreign",
            "Priority: extra",
            "Priority: a b",
            "Section:",
            "Status: x",
            " .",
            "Package: tiny",
            "Architecture: amd64",
            "Version: 2",
            "X-A",
            "X A: 1",
            "X-A : 1",
            "x-a: 2",
            "Size: 1",
            "Filename:",
            "Description:",
            "\u{feff}X-B: 1",
            "Depends: a1,",
            "Provides: a1 | b2",
            "\u{c}",
            "X-B: \u{c}",
            "Class: a",
            "\r",
            " \r",
        ];
        for _ in 0..=self.below(3) {
            let at = self.below(lines.len());
            match self.below(4) {
                0 => drop(lines.remove(at)),
                1 => lines[at] = self.one(&parts).to_owned(),
                _ => lines.insert(at + 1, self.one(&parts).to_owned()),
            }
            if lines.is_empty() {
                break;
            }
        }
        let end = if self.below(10) == 0 { "" } else { "\n" };
        lines.join("\n") + end
    }
}

/// Whether dpkg takes each text, or what it makes of it: a line of output for a line of input to a
/// shell, which is far quicker than a process of ours for each.
fn asked(script: &str, lines: &[String]) -> Vec<String> {
    let mut shell = Command::new("sh");
    shell.args(["-c", script]).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
    let mut shell = shell.spawn().expect("sh");
    let input = lines.iter().map(|line| format!("{line}\n")).collect::<String>();
    let mut stdin = shell.stdin.take().expect("piped");
    let feeding = std::thread::spawn(move || stdin.write_all(input.as_bytes()));
    let output = shell.wait_with_output().expect("sh");
    feeding.join().expect("no panic").expect("sh reads");
    let answers: Vec<_> = String::from_utf8_lossy(&output.stdout).lines().map(str::to_owned).collect();
    assert_eq!(answers.len(), lines.len(), "an answer each");
    answers
}

/// Versions are valid where dpkg finds them so, and ordered as dpkg orders them.
pub fn judge_versions(count: usize) {
    let mut random = Random::new();
    let texts: Vec<_> = (0..count * 2).map(|_| random.version()).collect();
    let script =
        "while IFS= read -r v; do if dpkg --validate-version \"$v\"; then echo y; else echo n; fi; done";
    let mut valid: Vec<(String, DebVersion)> = Vec::new();
    for (text, answer) in texts.iter().zip(asked(script, &texts)) {
        let ours = text.parse::<DebVersion>();
        // Policy 5.6.12 has no colon behind that of the epoch, and no sign in front of it; dpkg does not mind.
        let is_policys = text.matches(':').count() < 2 && !(text.starts_with('+') && text.contains(':'));
        let is_valid = answer == "y" && is_policys;
        assert_eq!(ours.is_ok(), is_valid, "seed {}: {text:?}", random.seed);
        valid.extend(ours.ok().map(|version| (text.clone(), version)));
    }
    assert!(valid.len() > count / 2 && valid.len() < texts.len(), "{} of {}", valid.len(), texts.len());
    let pairs: Vec<_> = valid.chunks_exact(2).collect();
    let script = "while read -r a b; do if dpkg --compare-versions \"$a\" lt \"$b\"; then echo l; \
        elif dpkg --compare-versions \"$a\" eq \"$b\"; then echo e; else echo g; fi; done";
    let lines: Vec<_> = pairs.iter().map(|pair| format!("{} {}", pair[0].0, pair[1].0)).collect();
    for (pair, answer) in pairs.iter().zip(asked(script, &lines)) {
        let expected = match &answer[..] {
            "l" => Ordering::Less,
            "e" => Ordering::Equal,
            _ => Ordering::Greater,
        };
        assert_eq!(
            pair[0].1.cmp(&pair[1].1),
            expected,
            "seed {}: {} and {}",
            random.seed,
            pair[0].0,
            pair[1].0
        );
    }
}

/// For each control file whether dpkg-deb takes it, in a file system of memory where there is one.
fn taken(directory: &Path, texts: &[String]) -> Vec<bool> {
    let mut numbers = Vec::new();
    for (number, text) in texts.iter().enumerate() {
        let place = directory.join(number.to_string()).join("DEBIAN");
        fs::create_dir_all(&place).expect("a new directory");
        fs::write(place.join("control"), text).expect("a new file");
        numbers.push(number.to_string());
    }
    // It looks at the control file before it creates the package, and cannot create this one.
    let script = format!(
        "cd '{}' && while read -r n; do if LC_ALL=C dpkg-deb --root-owner-group -b \"$n\" none/x 2>&1 | \
         grep -q 'unable to create'; then echo y; else echo n; fi; done",
        directory.display()
    );
    asked(&script, &numbers).iter().map(|answer| answer == "y").collect()
}

/// Relations are taken and refused by mkdeb where dpkg-deb takes and refuses them.
pub fn judge_relations(count: usize) {
    let mut random = Random::new();
    let fields = ["Depends", "Pre-Depends", "Provides", "Conflicts", "Replaces", "Suggests"];
    let text = |random: &mut Random| {
        let field = random.one(&fields);
        format!("{}{field}: {}\nX-End: 1\n", super::oracle_pack::CONTROL, random.relations())
    };
    let texts: Vec<_> = (0..count).map(|_| text(&mut random)).collect();
    let directory = tempfile::tempdir().expect("a directory");
    let answers = taken(directory.path(), &texts);
    let good = answers.iter().filter(|answer| **answer).count();
    assert!(good > count / 30 && good < count * 9 / 10, "{good} of {count} are good");
    let mut faults = Vec::new();
    for (text, answer) in texts.iter().zip(answers) {
        let ours = given::check(text.as_bytes());
        if ours.is_ok() != answer {
            let field = text.lines().skip(5).collect::<Vec<_>>().join("\n");
            faults.push(format!("{field:?}: dpkg-deb {answer}, mkdeb {:?}", ours.map(|_| ())));
        }
    }
    assert!(faults.is_empty(), "seed {}: {} of {count}\n{}", random.seed, faults.len(), faults.join("\n"));
}

/// What mkdeb takes for a control file is one for dpkg-deb; mkdeb is stricter here and there, as the
/// tables of `oracle_pack` say.
pub fn judge_stanzas(count: usize) {
    let mut random = Random::new();
    let texts: Vec<_> = (0..count).map(|_| random.stanza()).collect();
    let directory = tempfile::tempdir().expect("a directory");
    let answers = taken(directory.path(), &texts);
    let mut faults = Vec::new();
    let mut good = 0;
    for (text, answer) in texts.iter().zip(answers) {
        let ours = given::check(text.as_bytes());
        good += usize::from(ours.is_ok());
        if ours.is_ok() && !answer {
            faults.push(format!("{text:?}"));
        }
    }
    assert!(faults.is_empty(), "seed {}: {} of {count}\n{}", random.seed, faults.len(), faults.join("\n"));
    assert!(good > count / 30, "seed {}: {good} of {count} are good", random.seed);
}

#[test]
fn random_versions_are_those_of_dpkg() {
    judge_versions(300);
}

#[test]
fn random_relations_are_those_of_dpkg_deb() {
    judge_relations(300);
}

#[test]
fn random_control_files_are_those_of_dpkg_deb() {
    judge_stanzas(300);
}
