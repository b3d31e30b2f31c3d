//! A bill of materials: CycloneDX 1.5 (<https://cyclonedx.org/docs/1.5/json/>) or SPDX 2.3
//! (<https://spdx.github.io/spdx-spec/v2.3/>). The same package gives the same document.

use serde_json::Value;
use serde_json::json;

use crate::cli::args::Form;
use crate::command::inspect::Inspected;
use crate::command::inspect::virtualenv::Distribution;
use crate::control::binary;
use crate::types::date::Moment;
use crate::types::date::SourceDate;
use crate::types::percent::encoded;

/// The document.
pub(super) fn document(form: Form, inspected: &Inspected) -> Value {
    let bill = Bill::of(inspected);
    match form {
        Form::CycloneDx => bill.cyclonedx(),
        Form::Spdx => bill.spdx(),
    }
}

/// What is told, whatever the form.
struct Bill<'i> {
    name: String,
    version: String,
    purl: String,
    digest: String,
    /// When the newest of its files was changed.
    date: String,
    /// What it was made from, by the fields that say so.
    sources: Vec<(&'static str, &'i str)>,
    /// Distributions with their purls and the virtualenvs they are in.
    parts: Vec<(String, &'i Distribution, &'i str)>,
}

impl<'i> Bill<'i> {
    fn of(inspected: &'i Inspected) -> Self {
        let field = |name| crate::control::stanza::field(&inspected.deb.control, name).unwrap_or_default();
        let [name, version, architecture] = ["Package", "Version", "Architecture"].map(field);
        let newest = inspected.entries.iter().map(|entry| entry.header.mtime).max().unwrap_or(0);
        let newest = SourceDate::from_seconds(newest);
        let parts = inspected.virtualenvs.iter().flat_map(|venv| {
            venv.distributions.iter().map(|part| {
                let purl =
                    format!("pkg:pypi/{}@{}", encoded(&part.normal(), b""), encoded(&part.version, b""));
                (purl, part, venv.path.as_str())
            })
        });
        let sources = [("mkdeb:commit", binary::COMMIT), ("mkdeb:lock", binary::LOCK)];
        let sources = sources.map(|(name, source)| (name, field(source)));
        Self {
            sources: sources.into_iter().filter(|(_, value)| !value.is_empty()).collect(),
            purl: format!("pkg:deb/{name}@{}?arch={architecture}", encoded(version, b"")),
            name: name.to_owned(),
            version: version.to_owned(),
            digest: inspected.sha256.to_string(),
            date: format!(
                "{}:{:02}Z",
                Moment::from(newest).to_string().replace(' ', "T"),
                newest.seconds() % 60
            ),
            parts: parts.collect(),
        }
    }

    /// A UUID that is the document's own: of the package's digest (RFC 9562, 5.8).
    fn uuid(&self) -> String {
        let d = &self.digest;
        format!("{}-{}-8{}-8{}-{}", &d[..8], &d[8..12], &d[13..16], &d[17..20], &d[20..32])
    }

    fn cyclonedx(&self) -> Value {
        let parts = self.parts.iter().map(|(purl, part, venv)| {
            let mut component = json!({
                "type": "library",
                "bom-ref": format!("{purl}#{venv}"),
                "name": part.name,
                "version": part.version,
                "purl": purl,
                "properties": [{ "name": "mkdeb:virtualenv", "value": venv }],
            });
            if let Some(license) = &part.license {
                component["licenses"] = match is_expression(license) {
                    true => json!([{ "expression": license }]),
                    false => json!([{ "license": { "name": license } }]),
                };
            }
            if let (Some(record), Some(properties)) = (&part.record, component["properties"].as_array_mut()) {
                properties.push(json!({ "name": "mkdeb:record-sha256", "value": record }));
            }
            component
        });
        let parts: Vec<Value> = parts.collect();
        let property = |(name, value): &(&str, &str)| json!({ "name": name, "value": value });
        let sources: Vec<Value> = self.sources.iter().map(property).collect();
        let refs: Vec<&Value> = parts.iter().map(|part| &part["bom-ref"]).collect();
        json!({
            "bomFormat": "CycloneDX",
            "specVersion": "1.5",
            "serialNumber": format!("urn:uuid:{}", self.uuid()),
            "version": 1,
            "metadata": {
                "timestamp": self.date,
                "tools": { "components": [
                    { "type": "application", "name": "mkdeb", "version": env!("CARGO_PKG_VERSION") },
                ] },
                "component": {
                    "type": "application",
                    "bom-ref": self.purl,
                    "name": self.name,
                    "version": self.version,
                    "purl": self.purl,
                    "hashes": [{ "alg": "SHA-256", "content": self.digest }],
                    "properties": sources,
                },
            },
            "dependencies": [{ "ref": self.purl, "dependsOn": refs }],
            "components": parts,
        })
    }

    fn spdx(&self) -> Value {
        let package = |id: &str, (name, version): (&str, &str), purl: &str, license: Option<&str>| {
            json!({
                "SPDXID": id,
                "name": name,
                "versionInfo": version,
                "downloadLocation": "NOASSERTION",
                "filesAnalyzed": false,
                "licenseConcluded": "NOASSERTION",
                "licenseDeclared": license.filter(|text| is_expression(text)).unwrap_or("NOASSERTION"),
                "copyrightText": "NOASSERTION",
                "externalRefs": [{
                    "referenceCategory": "PACKAGE-MANAGER",
                    "referenceType": "purl",
                    "referenceLocator": purl,
                }],
            })
        };
        let mut whole = package("SPDXRef-Package", (&self.name, &self.version), &self.purl, None);
        whole["checksums"] = json!([{ "algorithm": "SHA256", "checksumValue": self.digest }]);
        if !self.sources.is_empty() {
            let sources = self.sources.iter().map(|(name, value)| format!("{name} {value}"));
            whole["sourceInfo"] = Value::from(sources.collect::<Vec<_>>().join("; "));
        }
        let relation = |from: &str, kind: &str, to: &str| json!({ "spdxElementId": from, "relationshipType": kind, "relatedSpdxElement": to });
        let mut packages = vec![whole];
        let mut relations = vec![relation("SPDXRef-DOCUMENT", "DESCRIBES", "SPDXRef-Package")];
        for (number, (purl, part, venv)) in self.parts.iter().enumerate() {
            let id = format!("SPDXRef-Distribution-{number}");
            let mut found = package(&id, (&part.name, &part.version), purl, part.license.as_deref());
            let record = part.record.iter().map(|record| format!("RECORD has the SHA-256 digest {record}. "));
            let words = part.license.iter().filter(|license| !is_expression(license));
            let words = words.map(|license| format!("Its license, in its own words: {license}. "));
            let comment: String = record.chain(words).chain([format!("It is in {venv}.")]).collect();
            found["comment"] = Value::from(comment);
            packages.push(found);
            relations.push(relation("SPDXRef-Package", "CONTAINS", &id));
        }
        json!({
            "spdxVersion": "SPDX-2.3",
            "dataLicense": "CC0-1.0",
            "SPDXID": "SPDXRef-DOCUMENT",
            "name": format!("{}-{}", self.name, self.version),
            "documentNamespace": format!("https://spdx.org/spdxdocs/{}-{}", self.name, self.uuid()),
            "creationInfo": {
                "created": self.date,
                "creators": [concat!("Tool: mkdeb-", env!("CARGO_PKG_VERSION"))],
            },
            "packages": packages,
            "relationships": relations,
        })
    }
}

/// Whether a license is one of the identifiers that SPDX has for the usual ones, or made of such: others may be
/// anybody's words, and a document with them would not be valid.
fn is_expression(license: &str) -> bool {
    const KNOWN: [&str; 24] = [
        "0BSD",
        "AGPL-3.0-only",
        "AGPL-3.0-or-later",
        "Apache-2.0",
        "BSD-2-Clause",
        "BSD-3-Clause",
        "BSL-1.0",
        "CC0-1.0",
        "GPL-2.0-only",
        "GPL-2.0-or-later",
        "GPL-3.0-only",
        "GPL-3.0-or-later",
        "ISC",
        "LGPL-2.1-only",
        "LGPL-2.1-or-later",
        "LGPL-3.0-only",
        "LGPL-3.0-or-later",
        "MIT",
        "MIT-0",
        "MPL-2.0",
        "PSF-2.0",
        "Python-2.0",
        "Unlicense",
        "Zlib",
    ];
    let words: Vec<&str> = license.split([' ', '(', ')']).filter(|word| !word.is_empty()).collect();
    let is_operator = |word: &str| ["AND", "OR"].contains(&word);
    let alternate = words.iter().enumerate().all(|(number, word)| match number % 2 {
        0 => KNOWN.contains(word),
        _ => is_operator(word),
    });
    alternate && words.len() % 2 == 1
}
