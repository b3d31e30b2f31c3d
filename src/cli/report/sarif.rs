//! Findings as SARIF 2.1.0 (OASIS), which code hosts show beside a change.

use std::fmt::Write;
use std::path::Path;

use serde_json::Value;
use serde_json::json;

use crate::command::lint::Linted;
use crate::lint::Finding;
use crate::lint::RULES;
use crate::lint::Rule;

/// The schema of the documents.
const SCHEMA: &str =
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

/// The document of a run.
pub(in crate::cli::report) fn document(linted: &[Linted]) -> Value {
    let results = linted.iter().flat_map(|package| package.findings.iter().map(|f| result(&package.file, f)));
    json!({
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": env!("CARGO_PKG_NAME"),
                "version": env!("CARGO_PKG_VERSION"),
                "semanticVersion": env!("CARGO_PKG_VERSION"),
                "rules": RULES.iter().map(rule).collect::<Vec<_>>(),
            }},
            "results": results.collect::<Vec<_>>(),
            "columnKind": "utf16CodeUnits",
        }],
    })
}

fn rule(rule: &Rule) -> Value {
    let text = rule.explanation();
    let (first, rest) = text.split_once('\n').unwrap_or((&text, ""));
    json!({
        "id": rule.name,
        "shortDescription": { "text": first },
        "fullDescription": { "text": rest.trim() },
        "help": { "text": format!("{}\n`mkdeb explain {}` tells this too.", text.trim_end(), rule.name) },
        "defaultConfiguration": { "level": rule.severity.name() },
    })
}

fn result(file: &str, finding: &Finding) -> Value {
    let Finding { rule, severity, subject, text } = finding;
    json!({
        "ruleId": rule,
        "ruleIndex": RULES.iter().position(|known| known.name == *rule),
        "level": severity.name(),
        "message": { "text": format!("{subject}: {text}") },
        "locations": [{
            // A package has no lines, and those who show results ask for one.
            "physicalLocation": {
                "artifactLocation": { "uri": uri(file) },
                "region": { "startLine": 1 },
            },
            "logicalLocations": [{ "fullyQualifiedName": subject, "kind": "resource" }],
        }],
        // What makes it the same finding in the next version, whose file has another name.
        "partialFingerprints": { "ruleAndSubject/v1": format!("{rule}:{subject}") },
    })
}

/// A path as a reference (RFC 3986): relative as it was given, or a `file` URI.
fn uri(path: &str) -> String {
    let mut uri = if Path::new(path).is_absolute() { "file://".to_owned() } else { String::new() };
    for byte in path.bytes() {
        // Without a scheme a colon in front of the first slash would be read as the end of one.
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' | b'+' | b'@' => {
                uri.push(char::from(byte));
            }
            // Writing to a string cannot fail.
            _ => drop(write!(uri, "%{byte:02X}")),
        }
    }
    uri
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_references() {
        assert_eq!(uri("dist/a_1:2~rc1 x.deb"), "dist/a_1%3A2~rc1%20x.deb");
        assert_eq!(uri("/srv/ü.deb"), "file:///srv/%C3%BC.deb");
    }

    #[test]
    fn each_rule_says_what_it_finds() {
        for rule in RULES.iter().map(rule) {
            for text in ["/shortDescription/text", "/fullDescription/text", "/help/text"] {
                assert!(
                    rule.pointer(text).and_then(Value::as_str).is_some_and(|it| !it.is_empty()),
                    "{rule}"
                );
            }
        }
    }
}
