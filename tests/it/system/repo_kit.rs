//! Repositories for tests: in a directory or in a bucket of a store that runs here.

use std::fs;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::bed::{Root, cache, missing};
use crate::project::{Ran, ran};

/// The object store moto, on the loopback, until it is dropped.
pub struct Moto {
    child: Child,
    port: u16,
}

impl Moto {
    #[track_caller]
    pub fn new() -> Option<Moto> {
        let code = cache().join("moto");
        if !code.join("moto").is_dir() {
            return missing("the object store moto");
        }
        let port = free_port();
        let words = ["-m", "moto.server", "-H", "127.0.0.1", "-p", &port.to_string()];
        let mut command = Command::new("/usr/bin/python3");
        command.args(words).env("PYTHONPATH", code).env("PYTHONDONTWRITEBYTECODE", "1");
        let child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        let moto = Moto { child, port };
        let start = Instant::now();
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            assert!(start.elapsed() < Duration::from_secs(60), "moto does not start");
            std::thread::sleep(Duration::from_millis(50));
        }
        // Everybody may read, as hosts do.
        let policy = r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": "*",
            "Action": "s3:GetObject", "Resource": "arn:aws:s3:::acme/*"}]}"#;
        for (path, body) in [("/acme", ""), ("/acme?policy", policy)] {
            let length = body.len();
            let answer = moto.ask(&format!("PUT {path} HTTP/1.0\r\nContent-Length: {length}\r\n\r\n{body}"));
            assert!(answer.contains(" 200 ") || answer.contains(" 204 "), "{path}: {answer}");
        }
        Some(moto)
    }

    pub fn endpoint(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    fn ask(&self, request: &str) -> String {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).unwrap();
        stream.write_all(request.as_bytes()).unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).unwrap();
        String::from_utf8_lossy(&answer).into_owned()
    }

    /// The headers of an object, by its key.
    pub fn headers(&self, key: &str) -> String {
        let answer = self.ask(&format!("GET /acme/{key} HTTP/1.0\r\n\r\n"));
        answer.split_once("\r\n\r\n").unwrap().0.to_owned()
    }
}

impl Drop for Moto {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

pub fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

/// Somebody who publishes: with a key, packages of his own, and the words for his store.
pub struct Publisher {
    pub shelf: tempfile::TempDir,
    /// The repository, as `mkdeb` is told.
    pub place: String,
    env: Vec<(String, String)>,
}

impl Publisher {
    /// Into a directory; its own, where none is given.
    pub fn of_directory(directory: Option<PathBuf>) -> Publisher {
        let shelf = tempfile::tempdir().unwrap();
        let place = directory.unwrap_or_else(|| shelf.path().join("apt")).display().to_string();
        Publisher { shelf, place, env: Vec::new() }.with_key()
    }

    pub fn of_moto(moto: &Moto) -> Publisher {
        Self::of_bucket("s3://acme/apt", &moto.endpoint(), ("AK", "SK"))
    }

    pub fn of_bucket(place: &str, endpoint: &str, (key, secret): (&str, &str)) -> Publisher {
        let env = [
            ("AWS_ACCESS_KEY_ID", key),
            ("AWS_SECRET_ACCESS_KEY", secret),
            ("AWS_REGION", "us-east-1"),
            ("AWS_ENDPOINT_URL", endpoint),
        ];
        let env = env.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        Publisher { shelf: tempfile::tempdir().unwrap(), place: place.to_owned(), env }.with_key()
    }

    /// Into a store whose credentials are in the environment.
    pub fn of_store(place: &str) -> Publisher {
        Publisher { shelf: tempfile::tempdir().unwrap(), place: place.to_owned(), env: Vec::new() }.with_key()
    }

    fn with_key(self) -> Publisher {
        let made = self.run(&["repo", "key", "generate", "key.asc", "--user-id", "Test <test@example.org>"]);
        assert_eq!(made.code, Some(0), "{}", made.err);
        self
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.shelf.path().join(name)
    }

    pub fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap()
    }

    pub fn command(&self, words: &[&str]) -> Command {
        let mut command = self.prepared(Command::new(env!("CARGO_BIN_EXE_mkdeb")));
        command.args(words);
        command
    }

    /// A script of the shell, with the same surroundings.
    pub fn shell(&self, script: &str) -> Command {
        let mut command = self.prepared(Command::new("/bin/sh"));
        command.args(["-euc", script]);
        command
    }

    fn prepared(&self, mut command: Command) -> Command {
        for name in ["MKDEB_KEY", "MKDEB_PASSPHRASE", "AWS_PROFILE", "AWS_SESSION_TOKEN", "SOURCE_DATE_EPOCH"]
        {
            command.env_remove(name);
        }
        command.current_dir(self.shelf.path()).env("HOME", self.shelf.path());
        command.envs(self.env.iter().map(|(name, value)| (name, value)));
        command
    }

    /// Runs a command.
    pub fn run(&self, words: &[&str]) -> Ran {
        ran(&mut self.command(words))
    }

    /// Runs a command that must succeed; what it printed.
    #[track_caller]
    pub fn ok(&self, words: &[&str]) -> String {
        let ran = self.run(words);
        assert_eq!(ran.code, Some(0), "{words:?}: {}", ran.err);
        ran.out
    }

    /// Runs a command that must fail, without a word of panic, and with these words.
    #[track_caller]
    pub fn refused(&self, words: &[&str], said: &[&str]) {
        let ran = self.run(words);
        assert_eq!((ran.code, ran.out.as_str()), (Some(2), ""), "{words:?}: {}", ran.err);
        assert!(ran.err.starts_with("error: ") && !ran.err.contains("panicked"), "{}", ran.err);
        for text in said {
            assert!(ran.err.contains(text), "`{text}` is not in: {}", ran.err);
        }
    }

    /// A verb of `repo` on this repository, signed.
    #[track_caller]
    pub fn repo(&self, verb: &str, words: &[&str]) -> String {
        let first = ["repo", verb, &self.place];
        let key: &[&str] = match verb {
            "list" | "log" | "gc" | "verify" => &[],
            _ => &["--key", "key.asc"],
        };
        self.ok(&[&first[..], words, key].concat())
    }

    #[track_caller]
    pub fn init(&self, suite: &str, words: &[&str]) {
        let first = ["--suite", suite, "--origin", "Acme", "--label", "Acme", "--architecture", "amd64"];
        self.repo("init", &[&first[..], words].concat());
    }

    /// Publishes packages in the only suite, or where `words` say.
    #[track_caller]
    pub fn publish(&self, words: &[&str]) -> String {
        self.ok(&[&["publish", &self.place, "--key", "key.asc"], words].concat())
    }

    /// The same, signed by these keys.
    #[track_caller]
    pub fn publish_by(&self, keys: &[&str], words: &[&str]) -> String {
        let keys: Vec<&str> = keys.iter().flat_map(|key| ["--key", key]).collect();
        self.ok(&[&["publish", &self.place], &keys[..], words].concat())
    }

    /// A small package of one file, which holds `text`; more control fields in `fields`.
    #[track_caller]
    pub fn deb_with(&self, name: &str, version: &str, (fields, text): (&str, &str)) -> String {
        let tree = self.path(&format!("tree-{name}-{version}"));
        fs::create_dir_all(tree.join("DEBIAN")).unwrap();
        let directory = tree.join("usr/share").join(name);
        fs::create_dir_all(&directory).unwrap();
        fs::write(directory.join("text"), text).unwrap();
        let architecture = if fields.contains("Architecture:") { "" } else { "Architecture: all\n" };
        let control = format!(
            "Package: {name}\nVersion: {version}\n{architecture}Maintainer: Test <test@example.org>\n\
             {fields}Description: {name} of a test\n for apt\n"
        );
        fs::write(tree.join("DEBIAN/control"), control).unwrap();
        let file = format!("{name}_{version}.deb");
        self.ok(&["pack", "--root-owner-group", "-Zgzip", "-q", tree.to_str().unwrap(), &file]);
        file
    }

    #[track_caller]
    pub fn deb(&self, name: &str, version: &str) -> String {
        self.deb_with(name, version, ("", version))
    }

    /// What is listed in a suite, as `name version`.
    #[track_caller]
    pub fn listed(&self, suite: &str) -> Vec<String> {
        let text = self.repo("list", &["--suite", suite]);
        text.lines().map(|line| line.split(' ').skip(1).take(2).collect::<Vec<_>>().join(" ")).collect()
    }

    /// Nothing is wrong.
    #[track_caller]
    pub fn verified(&self) {
        assert_eq!(self.repo("verify", &[]), "");
    }
}

/// Makes a host take packages from nowhere but the source in this file, with dates checked.
pub fn prepare(root: &Root, sources: &str) {
    root.sh("rm -rf /etc/apt/sources.list /etc/apt/sources.list.d/*");
    let options = "Acquire::http::Proxy \"DIRECT\";\nAcquire::Languages \"none\";\n\
        Acquire::Check-Date \"true\";\nAcquire::Check-Valid-Until \"true\";\n";
    fs::write(root.path().join("etc/apt/apt.conf.d/50test"), options).unwrap();
    fs::write(root.path().join("etc/apt/sources.list.d/test.sources"), sources).unwrap();
}

/// What apt says to a list of words that must succeed without a warning.
#[track_caller]
pub fn apt(root: &Root, words: &[&str]) -> String {
    let first =
        ["env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-y", "-o", "Dpkg::Options::=--force-unsafe-io"];
    let output = root.run(&[&first[..], words].concat());
    let said = output.text();
    assert!(output.success(), "{words:?}: {said}");
    assert!(!said.lines().any(|line| line.starts_with("W:") || line.starts_with("E:")), "{words:?}: {said}");
    said
}

pub fn version(root: &Root, package: &str) -> String {
    root.run(&["dpkg-query", "-W", "-f", "${Version}", package]).stdout
}

/// The text of a file of a repository in a directory.
pub fn text(directory: &Path, name: &str) -> String {
    fs::read_to_string(directory.join(name)).unwrap()
}
