//! Bills of materials: what is in a package, with licenses and digests.

use std::path::Path;

use mkdeb::types::digest::Sha256;
use serde_json::Value;

use crate::project::Project;

const SITE: &str = "build/venv/lib/python3.11/site-packages";

fn bill(project: &Project, deb: &str, form: &str) -> Value {
    let ran = project.run(&["inspect", deb, "--sbom", form]);
    assert_eq!(ran.code, Some(0), "{}", ran.err);
    serde_json::from_str(&ran.out).unwrap()
}

#[test]
fn a_bill_names_each_distribution_with_its_license_and_digests() {
    let project = Project::new("");
    let record = "Flask_Login-1.0.dist-info/METADATA,,\nFlask_Login-1.0.dist-info/RECORD,,\n";
    project.write(&format!("{SITE}/Flask_Login-1.0.dist-info/RECORD"), record);
    let metadata = "Metadata-Version: 2.4\nName: Flask_Login\nVersion: 1.0+local\nLicense-Expression: MIT OR Apache-2.0\n";
    project.write(&format!("{SITE}/Flask_Login-1.0.dist-info/METADATA"), metadata);
    let own = "Metadata-Version: 2.1\nName: inhouse\nVersion: 2\nLicense: ask \"Legal\"\n";
    project.write(&format!("{SITE}/inhouse-2.dist-info/METADATA"), own);
    let deb = project.build(&[]).out.trim_end().to_owned();
    let bytes = std::fs::read(Path::new(&deb)).unwrap();
    let digest = Sha256::of(&bytes).to_string();

    let bill_of = bill(&project, &deb, "cyclonedx");
    assert_eq!((&bill_of["bomFormat"], &bill_of["specVersion"]), (&"CycloneDX".into(), &"1.5".into()));
    assert_eq!(bill_of["metadata"]["component"]["hashes"][0]["content"], digest);
    let part = |name: &str| {
        let parts = bill_of["components"].as_array().unwrap();
        parts.iter().find(|part| part["name"] == name).unwrap().clone()
    };
    let known = part("Flask_Login");
    assert_eq!(known["purl"], "pkg:pypi/flask-login@1.0%2Blocal");
    assert_eq!(known["licenses"][0]["expression"], "MIT OR Apache-2.0");
    assert_eq!(known["properties"][1]["value"], Sha256::of(record.as_bytes()).to_string());
    assert_eq!(part("inhouse")["licenses"][0]["license"]["name"], "ask \"Legal\"");
    let needs = bill_of["dependencies"][0]["dependsOn"].as_array().unwrap();
    assert!(needs.contains(&known["bom-ref"]), "{needs:?}");

    let bill_of = bill(&project, &deb, "spdx");
    assert_eq!(bill_of["spdxVersion"], "SPDX-2.3");
    assert_eq!(bill_of["packages"][0]["checksums"][0]["checksumValue"], digest);
    let packages = bill_of["packages"].as_array().unwrap();
    let of = |name: &str| packages.iter().find(|part| part["name"] == name).unwrap();
    assert_eq!(of("Flask_Login")["licenseDeclared"], "MIT OR Apache-2.0");
    // What is no expression would make the document invalid.
    assert_eq!(of("inhouse")["licenseDeclared"], "NOASSERTION");
    assert!(of("inhouse")["comment"].as_str().unwrap().contains("ask \"Legal\""));
    assert_eq!(bill_of["relationships"].as_array().unwrap().len(), packages.len());

    // The same package gives the same document, also from a pipe; another form is an error.
    let twice = project.run(&["inspect", &deb, "--sbom", "spdx"]).out;
    assert_eq!(twice, project.run(&["inspect", &deb, "--sbom", "spdx"]).out);
    let none = project.run(&["inspect", &deb, "--sbom", "swid"]);
    assert!(none.code == Some(2) && none.err.contains("[possible values: cyclonedx, spdx]"), "{}", none.err);
}
