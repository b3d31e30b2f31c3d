//! What is refused, with the words and the hint that go with it.

use crate::config::tests;
use crate::config::tests::LEAST;

/// A line of `[package]`, in place of the one that has the same key.
fn package(line: &str, message: &str, hint: &str) {
    let key = line.split(' ').next().unwrap_or_default();
    let kept: Vec<&str> = LEAST.lines().filter(|other| !other.starts_with(&format!("{key} "))).collect();
    let text = kept.join("\n").replace("[app]", &format!("{line}\n[app]"));
    let at = line.split_once(" = ").expect("an assignment").1;
    tests::refused(&text, &format!("`{key}` in `[package]`{message}"), hint, at);
}

/// More tables behind the least.
fn more(text: &str, message: &str, hint: &str, at: &str) {
    tests::refused(&format!("{LEAST}\n{text}"), message, hint, at);
}

#[test]
fn what_is_not_toml() {
    let error = tests::recipe("[package\n").expect_err("no TOML");
    assert!(error.to_string().starts_with("the text is not valid TOML: "), "{error}");
    assert_eq!(error.place().map(|place| place.line), Some(1));
}

#[test]
fn unknown_keys() {
    let hint = "did you mean `tarball`?";
    tests::refused("[app]\ntarbal = \"x\"", "unknown key `tarbal` in `[app]`", hint, "tarbal");
    tests::refused(
        "[venv]\nzzz = 1",
        "unknown key `zzz` in `[venv]`",
        "the keys are `path`, `requirements`, `python`, `bytecode`, `drop`, `namespace`, `prefix`",
        "zzz",
    );
    tests::refused("[pakage]", "unknown key `pakage`", "did you mean `package`?", "pakage");
    let nested = "[[service]]\nhealth = { htpt = \"x\" }";
    tests::refused(nested, "unknown key `htpt` in `[service.health]`", "did you mean `http`?", "htpt");
    let later = "[app]\nsvn = \"v1\"";
    let keys = "the keys are `tarball`, `git`, `submodules`, `strip-components`, `exclude`, `python-path`";
    tests::refused(later, "unknown key `svn` in `[app]`", keys, "svn");
}

#[test]
fn wrong_types() {
    package("version = 1.0", " has to be a string, not a number", "write it in quotes");
    package(
        "depends = \"x\"",
        " has to be an array, not a string",
        "write it in brackets: `depends = [\"…\"]`",
    );
    package("name = { a = 1 }", " has to be a string, not a table", "");
    let message = "`service` has to be an array, not a table";
    tests::refused("[service]\nname = \"x\"", message, "write `[[service]]`", "[service]");
    let flag = "[[service]]\nenable = \"yes\"";
    tests::refused(
        flag,
        "`enable` in `[[service]]` has to be `true` or `false`, not a string",
        "",
        "\"yes\"",
    );
    let words = "[[service]]\nafter = 3";
    let message = "`after` in `[[service]]` has to be a string or an array of strings, not a number";
    tests::refused(words, message, "write it in quotes", "3");
    let strip = "[app]\ntarball = \"x\"\nstrip-components = \"one\"";
    let package = LEAST.split("[app]").next().unwrap_or_default();
    let message = "`strip-components` in `[app]` has to be `\"auto\"` or a number, not a string";
    tests::refused(&format!("{package}{strip}"), message, "", "\"one\"");
}

#[test]
fn what_is_missing() {
    let without = |line: &str| LEAST.lines().filter(|l| !l.starts_with(line)).collect::<Vec<_>>().join("\n");
    for (key, example) in [
        ("name", "name = \"…\""),
        ("version", "version = \"1.0\""),
        ("summary", "summary = \"…\""),
        ("maintainer", "maintainer = \"Name <address@example.com>\""),
    ] {
        let (message, hint) =
            (format!("`{key}` in `[package]` is missing"), format!("add `{example}` to `[package]`"));
        tests::refused(&without(&format!("{key} ")), &message, &hint, "[package]");
    }
    let hint = "add `tarball = \"dist/app.tar.gz\"` to `[app]`";
    tests::refused(&without("tarball"), "`tarball` in `[app]` is missing", hint, "[app]");
    tests::refused("", "`name` in `[package]` is missing", "add `name = \"…\"` to `[package]`", "");
    more("[[file]]", "`source` in `[[file]]` is missing", "add `source = \"…\"` to `[[file]]`", "[[file]]");
}

#[test]
fn package_values_that_break_a_rule() {
    package("name = \"\"", " is empty", "");
    let name = ": `Orders` is not a package name: two or more of `a-z`, `0-9`, `+`, `-`, `.`, starting with a letter or digit";
    package("name = \"Orders\"", name, "");
    package(
        "version = \"v one\"",
        ": `v one` is neither a Python version (PEP 440) nor a Debian version",
        "",
    );
    let revision =
        ": `1.4.2-a_b` is not a Debian version: the revision holds only letters, digits and `. + ~`";
    package("revision = \"a_b\"", revision, "");
    let like = "write it like `Name <address@example.com>`";
    for bad in ["Ops", "<a@b>", "Ops <>", "Ops <a>", "Ops <a@b> x", "Ops <a@b>, X <c@d>", "Ops <a b@c>"] {
        package(&format!("maintainer = \"{bad}\""), &format!(": `{bad}` is not a name and an address"), like);
    }
    let shorter = "write a shorter `summary` in `[package]`; `description` takes the rest";
    package(&format!("summary = \"{}\"", "x".repeat(81)), ": it is longer than 80 characters", shorter);
    package("section = \"Web\"", ": `Web` is not a section", "write it like `web` or `contrib/web`");
    package("priority = \"optinal\"", ": `optinal` is not a priority", "did you mean `optional`?");
    package("architecture = \"amd46\"", ": `amd46` is not an architecture", "did you mean `amd64`?");
    package("architecture = \"x86_64\"", ": `x86_64` is not what Debian calls it", "write `amd64`");
    let url = "write it like `https://example.com/`";
    package("homepage = \"javascript:x\"", ": `javascript:x` is not a web address", url);
}

#[test]
fn relations_that_dpkg_or_policy_refuses() {
    let relation = |line: &str, message: &str, hint: &str| {
        let text = LEAST.replace("[app]", &format!("{line}\n[app]"));
        let error = tests::recipe(&text).expect_err(line);
        assert_eq!((error.to_string(), error.hint().unwrap_or_default()), (message.into(), hint.into()));
    };
    let like = "write it like `name (>= 1.2)`";
    let commas = "`depends` in `[package]`: `aa, bb` is not a relation: it has a comma: write each package as an item of its own";
    relation("depends = [\"aa, bb\"]", commas, like);
    let alternatives =
        "`conflicts` in `[package]`: `aa | bb` offers alternatives, which `Conflicts` does not take";
    relation("conflicts = [\"aa | bb\"]", alternatives, "write several items");
    let range = "`provides` in `[package]`: `aa (>= 1)` provides a range of versions";
    relation("provides = [\"aa (>= 1)\"]", range, "write it like `name (= 1.2)`");
    let auto = "`recommends` in `[package]`: `$auto` has no meaning here";
    relation("recommends = [\"$auto\"]", auto, "it belongs in `depends`");
    let own = "`fields` in `[package]`: mkdeb writes the field `DEPENDS` itself";
    relation("fields = { DEPENDS = \"x\" }", own, "use `depends`");
    for name in [
        "x-mkdeb-app",
        "X-Mkdeb-Venv-Key",
        "XB-X-Mkdeb-Role",
        "XBS-X-Mkdeb-Commit",
        "XC-X-MKDEB-Lock",
        "xbcs-xb-X-Mkdeb-App",
        "XB-Mkdeb-Role",
    ] {
        let own = format!("`fields` in `[package]`: `{name}`: names like `X-Mkdeb-…` are mkdeb's own");
        relation(&format!("fields = {{ {name} = \"x\" }}"), &own, "");
    }
    let own = "`fields` in `[package]`: `XB-Depends` stands for `depends`, which mkdeb writes itself";
    relation("fields = { XB-Depends = \"x\" }", own, "use `depends`");
    let own =
        "`fields` in `[package]`: `x-Installed-Size` stands for `installed-size`, which mkdeb writes itself";
    relation("fields = { x-Installed-Size = \"1\" }", own, "leave it out");
    let size = "`fields` in `[package]`: mkdeb writes the field `Installed-Size` itself";
    relation("fields = { Installed-Size = \"1\" }", size, "leave it out");
    let name = "`fields` in `[package]`: `A B` is not a field name: printable ASCII without spaces or `:`, not starting with `-` or `#`";
    relation("fields = { \"A B\" = \"1\" }", name, "");
    let soname = "`libraries` in `[package]`: `libfoo1` is not the name of a shared library";
    relation("libraries = { libfoo1 = \"x\" }", soname, "write it like `libfoo.so.1`");
}

#[test]
fn inputs_that_break_a_rule() {
    let app = |line: &str, message: &str, at: &str| {
        tests::refused(&format!("{LEAST}{line}"), &format!("`{message}"), "", at);
    };
    app("strip-components = -1", "strip-components` in `[app]` is -1, and has to be from 0 to 100", "-1");
    let glob = "exclude` in `[app]`: `a{` is not a glob: unclosed alternate group; missing '}' (maybe escape '{' with '[{]'?)";
    app("exclude = [\"a{\"]", glob, "\"a{\"");
    app("python-path = [\"../x\"]", "python-path` in `[app]`: `../x` leaves the tree with `..`", "\"../x\"");
    app("python-path = [\".\"]", "python-path` in `[app]`: `.` is the directory itself", "\".\"");
    let word = "`bytecode` in `[venv]`: `shrink` is not a way to treat bytecode";
    let text = "[venv]\npath = \"v\"\nbytecode = \"shrink\"";
    more(text, word, "the values are `auto`, `keep`, `strip`, `compile`", "\"shrink\"");
    let text = "[venv]\npath = \"v\"\ndrop = [\"pip\", \"pip\"]";
    more(text, "`drop` in `[venv]`: `pip` is given twice", "keep one of them", "\"pip\"");
    let text = "[venv]\npath = \"v\"\npython = \"/usr/my bin/python\"";
    let message = "`python` in `[venv]`: `/usr/my bin/python` cannot follow `#!` in a script";
    more(text, message, "write it like `/usr/bin/python3.11`", "\"/usr/my bin/python\"");
    let double = "`kind` in `[layout]`: `double` is not a layout";
    more("[layout]\nkind = \"double\"", double, "the values are `single`, `split`", "\"double\"");
    let suite = "`target` in `[build]`: `bookwrm` is not a suite that mkdeb knows";
    more("[build]\ntarget = \"bookwrm\"", suite, "did you mean `bookworm`?", "\"bookwrm\"");
    let text = "[compression]\nformat = \"zstd\"\n[build]\ntarget = \"bullseye\"";
    let message = "`format` in `[compression]`: the target's dpkg does not read zstd";
    more(text, message, "use `xz`, or a later `target`", "\"zstd\"");
    let message = "`level` in `[compression]` is 23, and has to be from 1 to 22";
    more("[compression]\nlevel = 23", message, "", "23");
    let message = "`level` in `[compression]` has no effect with `format = \"none\"`";
    let hint = "remove `level` or `format = \"none\"`";
    more("[compression]\nformat = \"none\"\nlevel = 1", message, hint, "1");
}

#[test]
fn prefixes_that_belong_to_others() {
    for (prefix, reason) in [
        ("/opt", "needs at least two directories, as in `/opt/orders`"),
        ("/opt/a b", "has characters other than letters, digits and `/ . _ + ~ -`"),
        ("/usr/local", "belongs to the system"),
        ("/usr/lib", "belongs to the system"),
        ("/etc/orders", "belongs to the system"),
        ("/var/lib", "belongs to the system"),
        ("/var/cache/x", "belongs to the system"),
        ("/home/orders", "belongs to the system"),
        ("/tmp/x", "belongs to the system"),
    ] {
        let message = format!("`prefix` in `[layout]`: `{prefix}` {reason}");
        let at = format!("\"{prefix}\"");
        more(&format!("[layout]\nprefix = {at}"), &message, "write it like `/opt/orders`", &at);
    }
    let message = "`prefix` in `[layout]`: `opt/x` cannot be a path on the host: it is not absolute";
    more("[layout]\nprefix = \"opt/x\"", message, "", "\"opt/x\"");
}

#[test]
fn control_characters_anywhere() {
    let hint = "remove it; only `description`, `license` and `fields` take several lines";
    package("summary = \"a\\nEssential: yes\"", " holds a control character", hint);
    package("description = \"a\\rb\"", " holds a control character", hint);
    for (text, key) in [
        ("[[service]]\nname = \"w\"\nexec = \"a\\nb\"", "`exec` in `[[service]]`"),
        ("[[service]]\nenvironment = { A = \"a\\u0000\" }", "`A` in `[service.environment]`"),
        ("[[service]]\nextra = { Service = { A = [\"a\\nb\"] } }", "`A` in `[service.extra.Service]`"),
        ("[[service]]\nextra = { Service = { \"A\\nB\" = 1 } }", "`A\\nB`"),
        ("[[link]]\npath = \"/x\"\ntarget = \"a\\tb\"", "`target` in `[[link]]`"),
        ("[hooks]\nbefore-activate = \"a\\u001b\"", "`before-activate` in `[hooks]`"),
    ] {
        let error = tests::recipe(&format!("{LEAST}\n{text}")).expect_err(text);
        assert_eq!(error.to_string(), format!("{key} holds a control character"));
        assert_eq!(error.hint().as_deref(), Some(hint));
    }
}

#[test]
fn commands_that_say_too_much_or_too_little() {
    let message = "`path` in `[[command]]` and `entry-point` cannot be used together";
    more(
        "[[command]]\nname = \"x\"\nentry-point = \"a:b\"\npath = \"c\"",
        message,
        "keep one of them",
        "\"c\"",
    );
    let message = "`[[command]]` has none of `entry-point`, `path`";
    more("[[command]]\nname = \"x\"", message, "add one of `entry-point`, `path`", "[[command]]");
    for bad in ["orders.cli", "a:b:c", "a.:b", "a b:c", "1a:b", "a:b()", ":", "a:;import os"] {
        let message = format!("`entry-point` in `[[command]]`: `{bad}` is not an entry point");
        let at = format!("\"{bad}\"");
        let text = format!("[[command]]\nname = \"x\"\nentry-point = {at}");
        more(&text, &message, "write it like `orders.cli:main`", &at);
    }
    let message = "`path` in `[[command]]`: `/bin/x` is an absolute path";
    more("[[command]]\nname = \"x\"\npath = \"/bin/x\"", message, "", "\"/bin/x\"");
    let one = "[[command]]\nname = \"x\"\npath = \"bin/x\"\n";
    let message = "`name` in `[[command]]`: `x` is given twice";
    more(&format!("{one}{one}"), message, "keep one of them", "\"x\"");
}

#[test]
fn files_at_places_that_are_not_theirs() {
    let file = |path: &str, message: &str, hint: &str| {
        let at = format!("\"{path}\"");
        let text = format!("[[file]]\nsource = \"x\"\npath = {at}");
        more(&text, &format!("`path` in `[[file]]`: {message}"), hint, &at);
    };
    let etc = "`/etc/x` is below `/etc`, where upgrades have to keep the admin's edits";
    file("/etc/x", etc, "use `[[config]]`");
    let tree = "what is below the prefix changes with each release; use `[[tree]]` for it";
    file("/opt/orders/x", "`/opt/orders/x` lies in the way of the prefix `/opt/orders`", tree);
    file("/opt", "`/opt` lies in the way of the prefix `/opt/orders`", tree);
    file("/", "`/` is the root directory", "");
    file("/usr/../x", "`/usr/../x` cannot be a path on the host: it holds `..`", "");
    let twice = "[[link]]\npath = \"/usr/x\"\ntarget = \"y\"\n[[directory]]\npath = \"/usr/./x\"";
    let message = "`path` in `[[directory]]`: `/usr/x` is given twice";
    more(twice, message, "keep one of them", "\"/usr/./x\"");
    let message = "`path` in `[[tree]]`: `venv` of a release is mkdeb's own";
    let text = "[[tree]]\nsource = \"x\"\npath = \"venv/lib\"";
    more(text, message, "choose another directory", "\"venv/lib\"");
    let text = "[[file]]\nsource = \"x\"\npath = \"/usr/x\"\nmode = \"0777\"";
    let message = "`mode` in `[[file]]`: `0777` is not a mode: three or four octal digits such as `0640`, without write permission for others";
    more(text, message, "", "\"0777\"");
}

#[test]
fn configs_of_two_kinds_or_none() {
    let config = |lines: &str, message: &str, hint: &str, at: &str| {
        more(&format!("[[config]]\npath = \"/etc/x\"\n{lines}"), message, hint, at);
    };
    let exclude =
        |key: &str, other: &str| format!("`{key}` in `[[config]]` and `{other}` cannot be used together");
    config("source = \"x\"\nsecret = true", &exclude("secret", "source"), "keep one of them", "true");
    config("source = \"x\"\nremove = true", &exclude("remove", "source"), "keep one of them", "true");
    config("secret = true\nremove = true", &exclude("remove", "secret"), "keep one of them", "true");
    let message = "`[[config]]` has none of `source`, `secret`, `remove`";
    config("secret = false", message, "add one of `source`, `secret`, `remove`", "[[config]]");
    let message = "`mode` in `[[config]]` has no effect with `remove`";
    config("remove = true\nmode = \"0600\"", message, "remove `mode` or `remove`", "\"0600\"");
    let message = "`path` in `[[config]]`: `/usr/x` is not below `/etc`";
    let hint = "use `[[file]]` for what nobody edits";
    more("[[config]]\nsource = \"x\"\npath = \"/usr/x\"", message, hint, "\"/usr/x\"");
}

#[test]
fn users_and_hooks_that_break_a_rule() {
    let message = "`name` in `[[user]]`: `root` is always there";
    more("[[user]]\nname = \"root\"", message, "leave it out", "\"root\"");
    let message = "`name` in `[[user]]`: `x` is given twice";
    more("[[user]]\nname = \"x\"\n[[user]]\nname = \"x\"", message, "keep one of them", "\"x\"");
    let moments = "`before-activate`, `after-activate`, `before-rollback`, `before-remove`, `after-purge`";
    let message = format!("`[hooks]` has none of {moments}");
    more("[hooks]\ntimeout = 3", &message, &format!("add one of {moments}"), "[hooks]");
    let message = "`timeout` in `[hooks]`: `1 day` is not a duration";
    let hint = "write it like `30s`, `10m` or `1h`";
    more("[hooks]\nafter-purge = \"x\"\ntimeout = \"1 day\"", message, hint, "\"1 day\"");
    let message = "`timeout` in `[hooks]` is 0, and has to be from 1 to 86400";
    more("[hooks]\nafter-purge = \"x\"\ntimeout = 0", message, "", "0");
    let message = "`timeout` in `[hooks]` has to be a duration as a string or a number, not a boolean";
    more("[hooks]\nafter-purge = \"x\"\ntimeout = true", message, "write it in quotes", "true");
}

#[test]
fn rules_and_how_much_they_matter() {
    let near = "did you mean `setuid`?";
    more("[lint]\nsetuids = \"ignore\"", "unknown key `setuids` in `[lint]`", near, "setuids");
    let known = "the keys are `setuid`, `no-conffile`, `world-writable`";
    more("[lint]\nzzz = \"ignore\"", "unknown key `zzz` in `[lint]`", known, "zzz");
    let words = "the values are `error`, `warning`, `ignore`";
    let message = "`setuid` in `[lint]`: `never` is not a severity";
    more("[lint]\nsetuid = \"never\"", message, words, "\"never\"");
    let message = "`setuid.severity` in `[lint]`: `eror` is not a severity";
    more("[lint]\nsetuid = { severity = \"eror\" }", message, "did you mean `error`?", "\"eror\"");
    let message = "`setuid` in `[lint]` has to be a string or a table, not a boolean";
    more("[lint]\nsetuid = false", message, "write it in quotes", "false");
    let table = "{ paths = [\"/opt/**\"] }";
    let hint = "add `severity = \"ignore\"` to `[lint.setuid]`";
    let message = "`severity` in `[lint.setuid]` is missing";
    more(&format!("[lint]\nsetuid = {table}"), message, hint, table);
    let message = "unknown key `path` in `[lint.setuid]`";
    more("[lint]\nsetuid = { path = \"/\" }", message, "did you mean `paths`?", "path");
    for (pattern, message, hint) in [
        ("opt/x", "`setuid.paths` in `[lint]`: `opt/x` matches no path of a host", "begin it with `/`"),
        ("/opt/[x", "`setuid.paths` in `[lint]`: unclosed character class; missing ']'", ""),
        ("", "`setuid.paths` in `[lint]` is empty", ""),
    ] {
        let text = format!("[lint]\nsetuid = {{ severity = \"ignore\", paths = [\"{pattern}\"] }}");
        more(&text, message, hint, &format!("\"{pattern}\""));
    }
}
