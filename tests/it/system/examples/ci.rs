//! The pipelines of `debian-examples/ci`: their steps in order, as their CIs run them, into a real repository.

use std::collections::BTreeMap;
use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::Command;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::{Value, json};

use super::project::{Project, wheels};
use crate::bed::{Suite, need, prepared};
use crate::project::{Ran, ran};
use crate::system::repo_kit::Publisher;

const PACKAGE: &str = "orders";

/// A project in git with a lock, and a repository for its packages.
struct Pipeline {
    project: Project,
    publisher: Publisher,
    /// What the CI sets for all steps.
    env: BTreeMap<String, String>,
}

impl Pipeline {
    #[track_caller]
    fn new() -> Option<Pipeline> {
        let project = Project::new("flask-service")?;
        let manifest = fs::read_to_string(project.path().join("mkdeb.toml")).unwrap();
        let manifest = manifest.replace("tarball = \"build/orders.tar.gz\"", "git = \"HEAD\"");
        let split = "path = \"build/venv\"\nrequirements = \"requirements.txt\"\n[layout]\nkind = \"split\"";
        fs::write(project.path().join("mkdeb.toml"), manifest.replace("path = \"build/venv\"", split))
            .unwrap();
        fs::write(
            project.path().join(".gitignore"),
            "/build\n/dist\n/wheels\n/*.sarif\n/*.md\n/*.html\n/*.json\n/output\n",
        )
        .unwrap();
        project.sh("git init --quiet; git add .");
        let publisher = Publisher::of_directory(None);
        publisher.init("staging", &[]);
        let env = BTreeMap::from([("CI".to_owned(), "true".to_owned())]);
        Some(Pipeline { project, publisher, env })
    }

    /// A commit with this version.
    fn commit(&self, version: &str) {
        let words = "sed -i \"s/^version = .*/version = \\\"$1\\\"/\" mkdeb.toml
            sed -i \"s/^__version__ = .*/__version__ = '$1'/\" orders/__init__.py; git add .
            git -c user.name=Ops -c user.email=ops@example.com commit --quiet --message=\"$1\"";
        self.project.run(&["sh", "-euc", words, "sh", version]);
    }

    /// A step, as a CI runs it: with these variables, too.
    #[track_caller]
    fn step(&self, shell: &[&str], script: &str, more: &BTreeMap<String, String>) -> Ran {
        let programs = Path::new(env!("CARGO_BIN_EXE_mkdeb")).parent().unwrap();
        let mut command = Command::new(shell[0]);
        command.args(&shell[1..]).arg(script).current_dir(self.project.path()).env_clear();
        command.env("PATH", format!("{}:/usr/sbin:/usr/bin:/sbin:/bin", programs.display()));
        command.env("HOME", self.project.path()).env("LC_ALL", "C.UTF-8");
        command.env("PIP_NO_INDEX", "1").env("PIP_FIND_LINKS", wheels()).env("PIP_NO_CACHE_DIR", "1");
        let ran = ran(command.envs(&self.env).envs(more));
        assert_eq!(ran.code, Some(0), "{script}\n{}{}", ran.out, ran.err);
        ran
    }

    /// What a step made.
    fn text(&self, name: &str) -> String {
        fs::read_to_string(self.project.path().join(name)).unwrap()
    }

    /// Three packages of each version are there, and the virtualenv was made once.
    fn published(&self, versions: &[&str]) {
        let listed = self.publisher.listed("staging");
        for version in versions {
            assert!(listed.contains(&format!("{PACKAGE} {version}-1")), "{listed:?}");
        }
        let venvs = listed.iter().filter(|line| line.contains("-venv-")).count();
        assert_eq!((listed.len(), venvs), (2 * versions.len() + 1, 1), "{listed:?}");
        self.publisher.verified();
    }
}

fn document(name: &str) -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("debian-examples/ci").join(name);
    serde_saphyr::from_str(&fs::read_to_string(path).unwrap()).unwrap()
}

fn texts(value: &Value) -> BTreeMap<String, String> {
    let entries = value.as_object().into_iter().flatten();
    entries.map(|(name, value)| (name.clone(), value.as_str().unwrap().to_owned())).collect()
}

/// What GitHub puts in the place of `${{ … }}`.
fn expanded(text: &str, known: &BTreeMap<String, String>) -> String {
    let mut text = text.to_owned();
    while let Some((before, rest)) = text.split_once("${{ ") {
        let (name, after) = rest.split_once(" }}").unwrap();
        text = format!("{before}{}{after}", known[name]);
    }
    text
}

/// Runs a step as GitHub does.
#[track_caller]
fn on_github(pipeline: &Pipeline, step: &Value, known: &BTreeMap<String, String>) {
    let mut env = texts(&step["env"]);
    env.values_mut().for_each(|value| *value = expanded(value, known));
    for file in ["GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY"] {
        env.insert(file.to_owned(), pipeline.project.path().join("output").display().to_string());
    }
    let temporary = pipeline.project.path().join("build");
    env.insert("RUNNER_TEMP".to_owned(), temporary.display().to_string());
    env.insert("GITHUB_PATH".to_owned(), temporary.join("path").display().to_string());
    let bash = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c"];
    pipeline.step(&bash, &expanded(step["run"].as_str().unwrap(), known), &env);
}

/// Runs the job of the workflow that publishes, which alone has the key.
#[track_caller]
fn publish(pipeline: &mut Pipeline, (address, digest): (&str, &str)) {
    let workflow = document("workflow.yml");
    let (place, key) = (pipeline.publisher.place.clone(), pipeline.publisher.read("key.asc"));
    let set = [("REPOSITORY", place.as_str()), ("SUITE", "staging"), ("MKDEB", address), ("SHA256", digest)];
    assert!(set.iter().all(|(name, _)| workflow["env"][name].is_string()), "{}", workflow["env"]);
    let common = pipeline.env.clone();
    pipeline.env.extend(set.map(|(name, value)| (name.to_owned(), value.to_owned())));
    let bucket = ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"].map(|name| (name, String::new()));
    let secrets = [("MKDEB_KEY", key)].into_iter().chain(bucket);
    let known = secrets.map(|(name, value)| (format!("secrets.{name}"), value)).collect();
    let steps = workflow["jobs"]["publish"]["steps"].as_array().unwrap();
    for step in steps.iter().filter(|step| step["run"].is_string()) {
        on_github(pipeline, step, &known);
    }
    pipeline.env = common;
}

/// Runs the action; the names of the steps that were left to GitHub's own programs.
fn act(pipeline: &Pipeline, inputs: &BTreeMap<String, String>) -> Vec<String> {
    let action = document("action.yml");
    let mut known: BTreeMap<String, String> = action["inputs"]
        .as_object()
        .unwrap()
        .iter()
        .map(|(name, input)| (name.clone(), input["default"].as_str().unwrap_or_default().to_owned()))
        .map(|(name, default)| (format!("inputs.{name}"), inputs.get(&name).cloned().unwrap_or(default)))
        .collect();
    let output = pipeline.project.path().join("output");
    let mut left = Vec::new();
    for step in action["runs"]["steps"].as_array().unwrap() {
        let name = step["name"].as_str().unwrap().to_owned();
        let is_wanted = match step["if"].as_str() {
            None => step["run"].is_string(),
            Some("inputs.mkdeb != ''") => !known["inputs.mkdeb"].is_empty(),
            Some("inputs.test != ''") => !known["inputs.test"].is_empty(),
            Some("inputs.root != ''") => !known["inputs.root"].is_empty(),
            Some(_) => false,
        };
        if !is_wanted {
            left.push(name);
            continue;
        }
        assert_eq!(step["shell"], "bash");
        fs::write(&output, "").unwrap();
        on_github(pipeline, step, &known);
        let told = fs::read_to_string(&output).unwrap();
        if let Some(id) = step["id"].as_str() {
            let outputs = told.lines().map(|line| line.split_once('=').unwrap());
            known.extend(
                outputs.map(|(name, value)| (format!("steps.{id}.outputs.{name}"), value.to_owned())),
            );
        }
    }
    left
}

#[test]
fn the_workflow_makes_tries_compares_and_publishes_each_commit() {
    let mut pipeline = need!(Pipeline::new());
    let root = Suite::Bookworm.dir();
    need!(prepared(&root, &["unshare", "nsenter", "mount", "tar"]));
    let mut inputs: BTreeMap<String, String> = [("package", PACKAGE), ("suite", "staging")]
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .into();
    pipeline.commit("1.0.0");
    let (address, digest) = release(&pipeline);
    // Of a repository that this job cannot read, nothing is said.
    let nowhere = pipeline.project.path().join("nowhere").display().to_string();
    inputs.insert("repository".to_owned(), nowhere);
    act(&pipeline, &inputs);
    assert!(pipeline.text("changes.md").starts_with("`orders` is compared with nothing: "));
    inputs.insert("repository".to_owned(), pipeline.publisher.place.clone());
    let left = act(&pipeline, &inputs);
    let own = [
        "Install mkdeb",
        "Take it from the cache",
        "Test the application",
        "Keep the packages, and the page about them",
        "Show what lint found",
        "Try an upgrade that fails, a removal and a purge",
    ];
    assert_eq!(left, [&own[..], &["Comment it"]].concat());
    assert_eq!(pipeline.text("changes.md"), "The first version of `orders` in `staging`.\n");
    publish(&mut pipeline, (&address, &digest));
    pipeline.published(&["1.0.0"]);
    // A change that is only looked at, then tried and published.
    pipeline.commit("1.1.0");
    pipeline.project.sh("rm -rf dist wheels");
    act(&pipeline, &inputs);
    let changes = pipeline.text("changes.md");
    assert!(changes.contains("1.0.0-1") && changes.contains("1.1.0-1"), "{changes}");
    assert!(pipeline.text("report.html").contains("Where the megabytes are"));
    let sarif: Value = serde_json::from_str(&pipeline.text("lint.sarif")).unwrap();
    assert_eq!(sarif["runs"][0]["results"].as_array().map(Vec::len), Some(0));
    pipeline.published(&["1.0.0"]);
    inputs.insert("root".to_owned(), root.display().to_string());
    let test = "PYTHONPATH=. build/venv/bin/python -c 'import orders.web' && echo tested >build/tested";
    inputs.insert("test".to_owned(), test.to_owned());
    inputs.insert("mkdeb".to_owned(), address.clone());
    inputs.insert("mkdeb-sha256".to_owned(), digest.clone());
    act(&pipeline, &inputs);
    publish(&mut pipeline, (&address, &digest));
    pipeline.published(&["1.0.0", "1.1.0"]);
    assert_eq!(pipeline.text("build/tested"), "tested\n");
    let directories = pipeline.text("build/path");
    let directory = directories.lines().last().unwrap();
    pipeline.step(&["sh", "-ec"], &format!("{directory}/mkdeb --version"), &BTreeMap::new());
}

/// The address of a release with this program, laid out as `release/build` lays it out, and its digest. It does not lie
/// where the action downloads to.
fn release(pipeline: &Pipeline) -> (String, String) {
    let words =
        "mkdir -p build/mkdeb-1; cp \"$1\" build/mkdeb-1; tar -C build -czf build/release.tar.gz mkdeb-1";
    pipeline.project.run(&["sh", "-euc", words, "sh", env!("CARGO_BIN_EXE_mkdeb")]);
    let path = pipeline.project.path().join("build/release.tar.gz");
    let digest = mkdeb::types::digest::Sha256::of(&fs::read(&path).unwrap());
    (format!("file://{}", path.display()), digest.to_string())
}

#[test]
fn the_workflow_gives_the_action_what_it_takes() {
    let (action, workflow) = (document("action.yml"), document("workflow.yml"));
    let steps = workflow["jobs"]["package"]["steps"].as_array().unwrap();
    let given = steps.iter().find_map(|step| step["with"].as_object()).unwrap();
    let inputs = action["inputs"].as_object().unwrap();
    assert!(given.keys().all(|name| inputs.contains_key(name)), "{given:?}");
    let needed = inputs.iter().filter(|(_, input)| input["required"] == true);
    assert!(needed.into_iter().all(|(name, _)| given.contains_key(name)), "{given:?}");
    // Where tests and dependencies run, nobody could publish.
    let package = workflow["jobs"]["package"].to_string();
    assert!(!package.contains("secrets.MKDEB_KEY") && !package.contains("secrets.AWS_"), "{package}");
}

/// What somebody else wrote, who has seen the pipeline's notes.
const COLLEAGUES: &str = "<!-- mkdeb orders -->\nA colleague's";

/// The notes of a merge request, as GitLab's API has them, for this many requests.
struct Notes {
    url: String,
    texts: Arc<Mutex<Vec<String>>>,
}

impl Notes {
    fn new(requests: usize) -> Notes {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let texts = Arc::<Mutex<Vec<String>>>::default();
        let notes = Arc::clone(&texts);
        std::thread::spawn(move || {
            for stream in listener.incoming().take(requests) {
                answer(stream.unwrap(), &mut notes.lock().unwrap());
            }
        });
        Notes { url, texts }
    }
}

/// Says whose the token is, lists notes, adds one, or changes the one that the path ends with.
fn answer(mut stream: TcpStream, notes: &mut Vec<String>) {
    stream.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
    let mut reader = BufReader::new(stream.try_clone().unwrap());
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") && reader.read_line(&mut head).unwrap() != 0 {}
    assert!(head.contains("PRIVATE-TOKEN: t0ken\r\n"), "{head}");
    let length = head.lines().find_map(|line| line.strip_prefix("Content-Length: ")?.parse().ok());
    let mut body = vec![0; length.unwrap_or(0)];
    reader.read_exact(&mut body).unwrap();
    let body = decoded(&String::from_utf8(body).unwrap());
    let path = head.split(' ').nth(1).unwrap();
    let below = path.strip_prefix("/projects/7/merge_requests/3/notes");
    match (head.split(' ').next().unwrap(), below) {
        ("GET", _) => {}
        ("POST", Some("")) => notes.push(body),
        ("PUT", Some(id)) => notes[id[1..].parse::<usize>().unwrap()] = body,
        _ => panic!("{head}"),
    }
    let listed = notes.iter().enumerate().map(|(id, body)| {
        let author = if body.ends_with(COLLEAGUES) { 1 } else { 2 };
        json!({ "id": id, "body": body, "author": { "id": author } })
    });
    let text = if path == "/user" { json!({ "id": 2 }) } else { Value::from_iter(listed) }.to_string();
    write!(stream, "HTTP/1.1 200 OK\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{text}", text.len())
        .unwrap();
}

/// What a form says of `body`.
fn decoded(form: &str) -> String {
    let mut parts = form.strip_prefix("body=").unwrap_or_default().split('%');
    let mut bytes = parts.next().unwrap().replace('+', " ").into_bytes();
    for part in parts {
        bytes.push(u8::from_str_radix(&part[..2], 16).unwrap());
        bytes.extend(part[2..].replace('+', " ").bytes());
    }
    String::from_utf8(bytes).unwrap()
}

#[test]
fn the_job_for_gitlab_does_the_same() {
    let mut pipeline = need!(Pipeline::new());
    let document = document("gitlab-ci.yml");
    pipeline.env.extend(texts(&document["variables"]));
    let notes = Notes::new(6);
    notes.texts.lock().unwrap().push(COLLEAGUES.to_owned());
    let place = pipeline.publisher.place.clone();
    let set = [
        ("REPOSITORY", place.as_str()),
        ("TEST", "echo tested >>build/tested"),
        ("COMMENT_TOKEN", "t0ken"),
        ("CI_API_V4_URL", &notes.url),
        ("CI_PROJECT_ID", "7"),
        ("CI_MERGE_REQUEST_IID", "3"),
    ];
    pipeline.env.extend(set.map(|(name, value)| (name.to_owned(), value.to_owned())));
    for version in ["1.0.0", "1.1.0"] {
        pipeline.commit(version);
        pipeline.project.sh("rm -rf dist wheels");
        for job in document["stages"].as_array().unwrap() {
            // A runner gives all lines of a job to one shell.
            let lines = document[job.as_str().unwrap()]["script"].as_array().unwrap().iter();
            let lines: Vec<&str> = lines.map(|line| line.as_str().unwrap()).collect();
            // Of the environment of the job that publishes.
            let is_publishing = document[job.as_str().unwrap()]["environment"].is_string();
            let key = is_publishing.then(|| ("MKDEB_KEY".to_owned(), pipeline.publisher.read("key.asc")));
            pipeline.step(&["bash", "-eo", "pipefail", "-c"], &lines.join("\n"), &key.into_iter().collect());
        }
    }
    let changes = pipeline.text("changes.md");
    assert!(changes.contains("1.1.0-1"), "{changes}");
    let note = format!("<!-- mkdeb orders -->\n{}\n", changes.trim_end());
    assert_eq!(*notes.texts.lock().unwrap(), [COLLEAGUES, &note], "one note, brought up to date");
    assert_eq!(pipeline.text("build/tested"), "tested\ntested\n");
    pipeline.published(&["1.0.0", "1.1.0"]);
}
