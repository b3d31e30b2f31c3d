//! The triggers control file, deb-triggers(5): dpkg-deb does not read it, dpkg does.

use super::Edit;
use super::both;
use super::directory;
use super::file;
use super::good;
use super::judge;
use super::late;
use super::symlink;

fn list(text: impl AsRef<[u8]>) -> Edit {
    file("DEBIAN/triggers", text, 0o644)
}

#[test]
fn directives_are_known_and_have_one_name() {
    let mut cases = Vec::new();
    for word in
        ["interest", "interest-await", "interest-noawait", "activate", "activate-await", "activate-noawait"]
    {
        for name in ["x", "/usr/lib/x", "a-b.c+d", "0x"] {
            cases.push(good(format!("{word} {name}"), list(format!("{word} {name}\n"))));
        }
        cases.push(late(format!("{word} alone"), list(format!("{word}\n")), word));
        cases.push(late(format!("{word} and a blank"), list(format!("{word} \n")), word));
        cases.push(late(format!("{word} of two"), list(format!("{word} a b\n")), "a b"));
    }
    for word in ["foo", "Interest", "interest-foo", "activates", "-"] {
        cases.push(late(word, list(format!("{word} x\n")), word));
    }
    judge(cases);
}

#[test]
fn lines_end_and_fit() {
    judge(vec![
        good("nothing", list("")),
        good("blank lines", list("\n  \n\t\n")),
        good("comments", list("# c\n  # d\n interest x\n")),
        good("a tab", list("interest\tx\n")),
        good("white space around", list(" \tinterest  x \t\n")),
        good("twice", list("interest x\ninterest x\n")),
        good("two ways", list("interest x\ninterest-noawait x\n")),
        good("254 bytes", list(format!("interest {}\n", "x".repeat(245)))),
        late("255 bytes", list(format!("interest {}\n", "x".repeat(246))), "long"),
        late("1000 bytes", list(format!("interest {}\n", "x".repeat(991))), "long"),
        late("a long comment", list(format!("# {}\n", "x".repeat(260))), "long"),
        late("no newline", list("interest x"), "line feed"),
        late("a comment without newline", list("# c"), "line feed"),
        late("CR", list("interest x\r\n"), "triggers"),
        late("NUL", list("interest x\0y\n"), "triggers"),
        late("a comment behind", list("interest x # c\n"), "x # c"),
    ]);
}

#[test]
fn names_are_paths_or_like_packages() {
    let mut cases = vec![good("a way around", list("interest /../x\n"))];
    for word in ["interest", "activate"] {
        // dpkg looks no closer at what nobody is interested in.
        let is_read = word == "interest";
        for name in
            ["usr/x", "/", "/usr/", "//usr", "/usr//lib", "a/b", "./x", "-x", ".x", "a_b", "a:b", "a~"]
        {
            let (title, edit) = (format!("{word} {name}"), list(format!("{word} {name}\n")));
            cases.push(if is_read { late(title, edit, name) } else { good(title, edit) });
        }
        cases.push(late(format!("{word} é"), list(format!("{word} é\n")), "triggers"));
        cases.push(late(format!("{word} control"), list(format!("{word} a\x01b\n")), "triggers"));
        cases.push(late(format!("{word} delete"), list(format!("{word} \x7f\n")), "triggers"));
    }
    judge(cases);
}

#[test]
fn the_list_is_a_file() {
    judge(vec![
        late("a directory", directory("DEBIAN/triggers", 0o755), "triggers"),
        late("a dangling link", symlink("none", "DEBIAN/triggers"), "triggers"),
        good("a link", both(file("DEBIAN/real", "interest x\n", 0o644), symlink("real", "DEBIAN/triggers"))),
    ]);
}
