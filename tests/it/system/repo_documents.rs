//! The commands of the documents about publishing, typed as they stand.

use std::fs;
use std::path::Path;

use super::examples::blocks;
use super::fleet_kit::project_for;
use super::repo_kit::{Moto, Publisher};
use crate::bed::{Suite, need};
use crate::project::ran;

#[test]
fn a_repository_is_made_and_kept_as_the_documents_say() {
    let moto = need!(Moto::new());
    for document in ["docs/publishing.md"] {
        let publisher = Publisher::of_moto(&moto);
        fs::remove_file(publisher.path("key.asc")).unwrap();
        let project = project_for(Suite::Bookworm);
        fs::create_dir(publisher.path("dist")).unwrap();
        for version in ["1.4.2", "1.4.3"] {
            project.write("app/orders/__init__.py", format!("def main():\n    print('{version}')\n"));
            let built = project.build(&["--set", &format!("package.version={version}")]);
            for deb in built.out.lines().map(Path::new) {
                fs::copy(deb, publisher.path("dist").join(deb.file_name().unwrap())).unwrap();
            }
        }
        let text = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(document)).unwrap();
        let apt = publisher.path("apt").display().to_string();
        let bucket = format!("s3://acme/{}", document.replace('/', "-"));
        let ours = blocks(&text, "sh").into_iter().filter(|block| {
            block.lines().all(|line| line.starts_with("mkdeb publish") || line.starts_with("mkdeb repo"))
        });
        let mut count = 0;
        for block in ours {
            let script = block.replace("/srv/apt", &apt).replace("s3://acme-apt", &bucket);
            let directory = Path::new(env!("CARGO_BIN_EXE_mkdeb")).parent().unwrap();
            let path = format!("{}:{}", directory.display(), std::env::var("PATH").unwrap());
            let mut command = publisher.shell(&script);
            let ran = ran(command.env("PATH", path));
            assert_eq!(ran.code, Some(0), "{document}: {block}\n{}", ran.err);
            count += block.lines().count();
        }
        assert!(count >= 10, "{document}: {count}");
    }
}
