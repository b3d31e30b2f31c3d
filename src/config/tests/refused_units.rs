//! Services, timers and sockets that are refused.

use crate::config::tests;
use crate::config::tests::LEAST;

/// Lines of one `[[service]]` named `web`.
fn service(lines: &str, message: &str, hint: &str, at: &str) {
    let text = format!("{LEAST}\n[[service]]\nname = \"web\"\n{lines}");
    tests::refused(&text, message, hint, at);
}

/// Lines of one `[[timer]]` named `nightly`.
fn timer(lines: &str, message: &str, hint: &str, at: &str) {
    tests::refused(&format!("{LEAST}\n[[timer]]\nname = \"nightly\"\n{lines}"), message, hint, at);
}

#[test]
fn a_unit_is_rendered_or_a_file() {
    let message = "`exec` in `[[service]]` and `unit` cannot be used together";
    service("exec = \"x\"\nunit = \"y\"", message, "keep one of them", "\"x\"");
    let message = "`[[service]]` has none of `exec`, `unit`";
    service("", message, "add one of `exec`, `unit`", "[[service]]");
    let message = "`user` in `[[service]]` is missing";
    service("unit = \"y\"", message, "add `user = \"…\"` to `[[service]]`", "[[service]]");
    for (key, value) in [
        ("type", "\"simple\""),
        ("working-directory", "\"/x\""),
        ("state-directory", "\"x\""),
        ("logs-directory", "\"x\""),
        ("runtime-directory", "\"x\""),
        ("after", "\"x.service\""),
        ("wants", "\"x.service\""),
        ("restart", "\"no\""),
        ("hardening", "false"),
    ] {
        let message = format!("`{key}` in `[[service]]` has no effect with `unit`");
        let lines = format!("unit = \"y\"\nuser = \"x\"\n{key} = {value}");
        service(&lines, &message, &format!("remove `{key}` or `unit`"), value);
    }
    let message = "`extra` in `[[service]]` has no effect with `unit`";
    let lines = "unit = \"y\"\nuser = \"x\"\nextra = { Service = { Nice = 1 } }";
    service(lines, message, "remove `extra` or `unit`", "Service");
}

#[test]
fn command_lines_that_lose_words() {
    let open = "`exec` in `[[service]]`: a quotation mark or a backslash is left open in it";
    let close = "close it, or quote it with `'…'`";
    service("exec = \"x 'y\"", open, close, "\"x 'y\"");
    service(r#"exec = 'x y\'"#, open, close, r"'x y\'");
    let comment = "`exec` in `[[service]]`: `#` starts a comment in it";
    service("exec = \"x #y\"", comment, "quote the word with `'…'`", "\"x #y\"");
    let outside = "`exec` in `[[service]]`: `../x` is not a program of the release or an absolute path";
    service("exec = \"../x\"", outside, "", "\"../x\"");
    service("exec = \" \"", "`exec` in `[[service]]` is empty", "", "\" \"");
}

#[test]
fn service_values_that_break_a_rule() {
    let exec = |line: &str, message: &str, hint: &str, at: &str| {
        service(&format!("exec = \"x\"\n{line}"), &format!("`{message}"), hint, at);
    };
    let account = "user` in `[[service]]`: `Web` is not a user or group name: up to 31 of `a-z`, `0-9`, `_`, `-`, starting with a letter or `_`";
    exec("user = \"Web\"", account, "", "\"Web\"");
    let word = "type` in `[[service]]`: `notfy` is not a type of service";
    exec("type = \"notfy\"", word, "did you mean `notify`?", "\"notfy\"");
    let word = "restart` in `[[service]]`: `allways` is not a way to restart";
    exec("restart = \"allways\"", word, "did you mean `always`?", "\"allways\"");
    let word = "on-upgrade` in `[[service]]`: `stop` is not what an upgrade can do";
    exec("on-upgrade = \"stop\"", word, "the values are `restart`, `reload`, `none`", "\"stop\"");
    let path = "working-directory` in `[[service]]`: `x` cannot be a path on the host: it is not absolute";
    exec("working-directory = \"x\"", path, "", "\"x\"");
    let state =
        "state-directory` in `[[service]]`: `/x` is not a relative path of letters, digits and `. _ - /`";
    exec("state-directory = \"/x\"", state, "write it like `orders`", "\"/x\"");
    let unit = "after` in `[[service]]`: `postgresql` is not the name of a unit";
    exec("after = \"postgresql\"", unit, "write it like `postgresql.service`", "\"postgresql\"");
    let name = "environment` in `[[service]]`: `1A` cannot be the name of a variable";
    let hint = "use letters, digits and `_`, and do not start with a digit";
    exec("environment = { 1A = \"x\" }", name, hint, "1A");
    let own = "environment` in `[[service]]`: `MKDEB_X` is mkdeb's own: names that start with `MKDEB_` are";
    exec("environment = { MKDEB_X = \"x\" }", own, "choose another name", "MKDEB_X");
    exec("instances = 0", "instances` in `[[service]]` is 0, and has to be from 1 to 1000", "", "0");
    exec("instances = []", "instances` in `[[service]]` is empty", "", "[]");
    let twice = "instances` in `[[service]]`: `a` is given twice";
    exec("instances = [\"a\", \"a\"]", twice, "keep one of them", "[\"a\", \"a\"]");
    let wrong = "instances` in `[[service]]` has to be a number or an array of names, not a boolean";
    exec("instances = true", wrong, "", "true");
    let twice = "name` in `[[service]]`: `web` is given twice";
    exec("[[service]]\nname = \"web\"", twice, "keep one of them", "\"web\"");
}

#[test]
fn directives_that_would_break_or_override_the_unit() {
    let extra = |table: &str, message: &str, hint: &str, at: &str| {
        let lines = format!("exec = \"x\"\nextra = {{ {table} }}");
        service(&lines, &format!("`extra` in `[[service]]`: {message}"), hint, at);
    };
    extra("Servce = {}", "`Servce` is not a section of the unit", "did you mean `Service`?", "Servce");
    let own = "the directive `User` has a key of its own";
    extra("Service = { User = \"root\" }", own, "use `user`", "User");
    let name = "`A=B` cannot be the name of a directive";
    extra("Service = { \"A=B\" = 1 }", name, "write it like `LimitNOFILE`", "\"A=B\"");
    let join = "a backslash at the end would join the next line to it";
    extra(r"Service = { A = 'x\' }", join, "", r"'x\'");
    let lines = "exec = \"x\"\nextra = { Service = { A = [[1]] } }";
    let message = "`extra` in `[[service]]` has to be strings, numbers or booleans, not an array";
    service(lines, message, "", "[[1]]");
    let lines = "exec = \"x\"\nextra = { Service = { A = [] } }";
    service(lines, "`extra` in `[[service]]` is empty", "", "[]");
}

#[test]
fn health_checks_of_two_kinds_or_none() {
    let health = |table: &str, message: &str, hint: &str, at: &str| {
        service(&format!("exec = \"x\"\nhealth = {table}"), message, hint, at);
    };
    let message = "`command` in `[service.health]` and `http` cannot be used together";
    health("{ http = \"http://x\", command = \"y\" }", message, "keep one of them", "\"y\"");
    let message = "`[service.health]` has none of `http`, `command`";
    health("{ timeout = 3 }", message, "add one of `http`, `command`", "{ timeout = 3 }");
    let message = "`http` in `[service.health]`: `localhost:8000` is not a web address";
    let hint = "write it like `http://127.0.0.1:8000/health`";
    health("{ http = \"localhost:8000\" }", message, hint, "\"localhost:8000\"");
    let message = "`timeout` in `[service.health]`: `soon` is not a duration";
    health(
        "{ http = \"http://x\", timeout = \"soon\" }",
        message,
        "write it like `30s`, `10m` or `1h`",
        "\"soon\"",
    );
}

#[test]
fn a_package_name_that_cannot_be_a_user_asks_for_one() {
    let text =
        format!("{}[[service]]\nname = \"web\"\nexec = \"x\"", LEAST.replace("\"orders\"", "\"lib.x\""));
    let hint = "add `user = \"…\"` to `[[service]]`";
    tests::refused(&text, "`user` in `[[service]]` is missing", hint, "[[service]]");
}

#[test]
fn timers_that_say_too_much_or_too_little() {
    let keys = "`on-calendar`, `on-boot-sec`, `on-unit-active-sec`";
    let message = format!("`[[timer]]` has none of {keys}");
    timer("exec = \"x\"", &message, &format!("add one of {keys}"), "[[timer]]");
    let message = "`[[timer]]` has none of `exec`, `service`";
    timer("on-calendar = \"daily\"", message, "add one of `exec`, `service`", "[[timer]]");
    let message = "`service` in `[[timer]]` and `exec` cannot be used together";
    timer("exec = \"x\"\nservice = \"y\"", message, "keep one of them", "\"y\"");
    let event = "`on-calendar` in `[[timer]]`: `daily;` is not a calendar event";
    let hint = "write it like `daily` or `Mon..Fri 06:30`";
    timer("exec = \"x\"\non-calendar = \"daily;\"", event, hint, "\"daily;\"");
    let message = "`service` in `[[timer]]`: there is no `[[service]]` named `wbe`";
    let web = "on-calendar = \"daily\"\nservice = \"wbe\"\n[[service]]\nname = \"web\"\nexec = \"x\"";
    timer(web, message, "did you mean `web`?", "\"wbe\"");
    let none = "on-calendar = \"daily\"\nservice = \"wbe\"";
    timer(none, message, "there are no services here", "\"wbe\"");
    let message = "`user` in `[[timer]]` has no effect with `service`";
    let lines =
        "on-calendar = \"daily\"\nservice = \"web\"\nuser = \"x\"\n[[service]]\nname = \"web\"\nexec = \"x\"";
    timer(lines, message, "remove `user` or `service`", "\"x\"");
    let message = "`name` in `[[timer]]`: `nightly` is given twice";
    let lines = "on-calendar = \"daily\"\nexec = \"x\"\n[[service]]\nname = \"nightly\"\nexec = \"x\"";
    timer(lines, message, "keep one of them", "\"nightly\"");
    let message = "`extra` in `[[timer]]`: `Service` is not a section of the unit";
    let lines = "on-calendar = \"daily\"\nextra = { Service = { Nice = 1 } }\n[[service]]\nname = \"nightly\"\nexec = \"x\"";
    timer(lines, message, "the values are `Unit`, `Timer`, `Install`", "Service");
}

#[test]
fn sockets_that_start_nothing_or_listen_nowhere() {
    let socket = |lines: &str, message: &str, hint: &str, at: &str| {
        let text = format!("{LEAST}\n[[service]]\nname = \"web\"\nexec = \"x\"\n[[socket]]\n{lines}");
        tests::refused(&text, message, hint, at);
    };
    let message = "`service` in `[[socket]]` is missing";
    let hint = "add `service = \"…\"` to `[[socket]]`";
    socket("name = \"x\"\nlisten = \"80\"", message, hint, "[[socket]]");
    let message = "`listen` in `[[socket]]` is missing";
    socket("name = \"web\"", message, "add `listen = \"127.0.0.1:8000\"` to `[[socket]]`", "[[socket]]");
    socket("name = \"web\"\nlisten = []", "`listen` in `[[socket]]` is empty", "", "[]");
    let hint = "write it like `8000`, `127.0.0.1:8000` or `/run/orders.sock`";
    for bad in ["", "web", "0", "70000", "/run/a b", "/run/%u"] {
        let message = format!("`listen` in `[[socket]]`: `{bad}` is not an address to listen on");
        let at = format!("\"{bad}\"");
        socket(&format!("name = \"web\"\nlisten = {at}"), &message, hint, &at);
    }
}
