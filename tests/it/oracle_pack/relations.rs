//! Relations, deb-control(5), in each of the fields that hold some.

use super::CONTROL;
use super::bad;
use super::control::text;
use super::judge;
use super::taken;

const FIELDS: [&str; 9] = [
    "Pre-Depends",
    "Depends",
    "Recommends",
    "Suggests",
    "Enhances",
    "Breaks",
    "Conflicts",
    "Provides",
    "Replaces",
];

/// What every field may say.
const TAKEN: [&str; 19] = [
    "a1",
    "a1, b2",
    "a1 ,b2",
    "a1,\n b2",
    "a1, a1",
    "tiny",
    "a1 (= 1)",
    "a1 (=1)",
    "a1(=1:2-3)",
    "a1 ( =\t1 )",
    "a1 \n (= 1)",
    "a1:any",
    "a1:amd64 (= 1)",
    "a1:linux-any",
    "0a",
    "a+-.",
    "a",
    "A1",
    "a_1",
];

/// With these all but Provides go without a warning; dpkg-deb takes them all the same.
const COMPARED: [&str; 8] =
    ["a1 (>= 1)", "a1 (<< 1~)", "a1(<=1)", "a1 (>> 1)", "a1 (> 1)", "a1 (< 1)", "a1 (1)", "a1:any (>= 1)"];

/// What no field may say.
const REFUSED: [&str; 43] = [
    "\n a1",
    " \n  a1, b2",
    "a1,",
    "a1, ",
    ", a1",
    "a1,,b2",
    "a1 (>= 1",
    "a1 >= 1)",
    "a1 (>= v1)",
    "a1 (>= 1_0)",
    "a1 (>= 1.0-)",
    "a1 ()",
    "a1 (>=)",
    "a1 (>= )",
    "a1 (=> 1)",
    "a1 (== 1)",
    "a1 (<> 1)",
    "a1 (>= 1 2)",
    "a1 (>= 1) (<< 2)",
    "a1:",
    "a1:a_b",
    "a1:any:any",
    "a1 :any",
    "a1: any",
    "-a1",
    "+a1",
    ".a1",
    "a1 b2",
    "a1 [amd64]",
    "a1 <!nocheck>",
    "é",
    "a1 (>= 1é)",
    "a1 (!= 1)",
    "a1 (>= ~1)",
    "${misc:Depends}",
    "a1 (>= ${v})",
    "a1 (>= 1)b2",
    "a1 (>= -1:2)",
    "a1 (>= 1:)",
    "a1 (>=(1))",
    "a1 (>= 1))",
    "a1 (( >= 1)",
    "a/b",
];

/// What stands for a choice.
const CHOICES: [&str; 4] = ["a1 | b2", "a1\t|\tb2", "a1(>=1)|b2(<<2)", "a1 |b2 | c3:any"];

/// A choice of nothing.
const NO_CHOICE: [&str; 4] = ["a1 || b2", "a1 |", "| b2", "a1 | , b2"];

#[test]
fn relations_are_taken_and_refused_as_dpkg_deb_does() {
    let mut cases = Vec::new();
    for field in FIELDS {
        let some = if field == "Depends" { usize::MAX } else { 7 };
        let edit = |relation: &str| text(format!("{CONTROL}{field}: {relation}\n"));
        for relation in TAKEN.iter().take(some).chain(COMPARED.iter().take(some)) {
            cases.push(taken(format!("{field}: {relation}"), edit(relation)));
        }
        for relation in REFUSED.iter().take(some).chain(NO_CHOICE.iter().take(some)) {
            cases.push(bad(format!("{field}: {relation}"), edit(relation), field));
        }
        let is_choice = ["Pre-Depends", "Depends", "Recommends", "Suggests", "Enhances"].contains(&field);
        for relation in CHOICES.iter().take(some) {
            let name = format!("{field}: {relation}");
            cases.push(if is_choice {
                taken(name, edit(relation))
            } else {
                bad(name, edit(relation), field)
            });
        }
    }
    judge(cases);
}
