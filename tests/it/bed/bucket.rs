//! A bucket that speaks just enough of S3 to be strict about signatures, and to fail where a test wants it to.
//!
//! moto is kinder than real stores: it takes every signature and never fails.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::Duration;

use mkdeb::types::date::SourceDate;
use mkdeb::types::digest::Sha256;

pub const KEY: &str = "AKTEST";
pub const SECRET: &str = "secret/with+odd=signs";

/// What a request gets instead of its answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// A status and nothing done.
    Status(u16),
    /// The work is done, and the connection ends before the answer.
    Cut,
    /// The answer comes late.
    Slow(Duration),
}

/// Which conditions a store keeps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Keeps {
    All,
    /// Versions without their quotes, as Ceph wants them.
    Bare,
    /// `If-None-Match` alone.
    Creation,
    Nothing,
}

type Judge = dyn FnMut(&str, &str) -> Option<Fault> + Send;

struct State {
    objects: BTreeMap<String, (Vec<u8>, String)>,
    requests: Vec<String>,
    keeps: Keeps,
    judge: Box<Judge>,
}

pub struct Bucket {
    address: SocketAddr,
    state: Arc<Mutex<State>>,
    ended: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Bucket {
    pub fn new(keeps: Keeps) -> Bucket {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let judge: Box<Judge> = Box::new(|_, _| None);
        let state = State { objects: BTreeMap::new(), requests: Vec::new(), keeps, judge };
        let state = Arc::new(Mutex::new(state));
        let ended = Arc::<AtomicBool>::default();
        let (shared, is_ended) = (Arc::clone(&state), Arc::clone(&ended));
        let serve = move || {
            for stream in listener.incoming() {
                if is_ended.load(Ordering::Relaxed) {
                    return;
                }
                let shared = Arc::clone(&shared);
                // Whoever hangs up early has seen enough.
                std::thread::spawn(move || stream.and_then(|stream| answer(stream, &shared)));
            }
        };
        Bucket { address, state, ended, thread: Some(std::thread::spawn(serve)) }
    }

    pub fn endpoint(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Asks, for each request's method and path, what goes wrong with it.
    pub fn fails(&self, judge: impl FnMut(&str, &str) -> Option<Fault> + Send + 'static) {
        self.state.lock().unwrap().judge = Box::new(judge);
    }

    /// What was asked for since the last call: `PUT pool/…`.
    pub fn requests(&self) -> Vec<String> {
        std::mem::take(&mut self.state.lock().unwrap().requests)
    }
}

impl Drop for Bucket {
    fn drop(&mut self) {
        self.ended.store(true, Ordering::Relaxed);
        let _ = TcpStream::connect(self.address);
        let _ = self.thread.take().map(JoinHandle::join);
    }
}

struct Request {
    method: String,
    target: String,
    headers: BTreeMap<String, String>,
    body: Vec<u8>,
}

fn read(stream: &TcpStream) -> std::io::Result<Option<Request>> {
    let mut reader = BufReader::new(stream);
    let mut line = String::new();
    if reader.read_line(&mut line)? == 0 {
        return Ok(None);
    }
    let mut words = line.split_whitespace().map(str::to_owned);
    let (method, target) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    let mut headers = BTreeMap::new();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line)?;
        let Some((name, value)) = line.trim_end().split_once(':') else { break };
        headers.insert(name.to_ascii_lowercase(), value.trim().to_owned());
    }
    let length = headers.get("content-length").and_then(|text| text.parse().ok()).unwrap_or(0);
    let mut body = vec![0; length];
    reader.read_exact(&mut body)?;
    Ok(Some(Request { method, target, headers, body }))
}

fn answer(mut stream: TcpStream, state: &Mutex<State>) -> std::io::Result<()> {
    stream.set_read_timeout(Some(Duration::from_secs(20)))?;
    let Some(request) = read(&stream)? else { return Ok(()) };
    let (path, query) = request.target.split_once('?').unwrap_or((&request.target, ""));
    let key = decoded(path.trim_start_matches("/acme").trim_start_matches('/'));
    let mut guard = state.lock().unwrap();
    guard.requests.push(format!("{} {key}", request.method));
    let fault = (guard.judge)(&request.method, &key);
    let (status, headers, body) = match fault {
        Some(Fault::Status(status)) => (status, String::new(), b"<Error><Code>Test</Code></Error>".to_vec()),
        _ if !is_signed(&request, path, query) => {
            let text = b"<Error><Code>SignatureDoesNotMatch</Code></Error>".to_vec();
            (403, String::new(), text)
        }
        _ => work(&mut guard, &request, (&key, query)),
    };
    drop(guard);
    match fault {
        Some(Fault::Cut) => return Ok(()),
        Some(Fault::Slow(time)) => std::thread::sleep(time),
        _ => {}
    }
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs();
    let date = SourceDate::from_seconds(now).rfc5322().replace("+0000", "GMT");
    let length = body.len();
    write!(
        stream,
        "HTTP/1.1 {status} X\r\nDate: {date}\r\nContent-Length: {length}\r\n{headers}Connection: close\r\n\r\n"
    )?;
    if request.method != "HEAD" {
        stream.write_all(&body)?;
    }
    Ok(())
}

fn work(state: &mut State, request: &Request, (key, query): (&str, &str)) -> (u16, String, Vec<u8>) {
    let none = String::new;
    let there = state.objects.get(key).cloned();
    let of = |(bytes, headers): &(Vec<u8>, String)| {
        let modified = "Last-Modified: Mon, 23 Nov 2026 10:00:00 GMT\r\n";
        format!("ETag: \"{}\"\r\n{modified}{headers}", &Sha256::of(bytes).to_string()[..32])
    };
    match (request.method.as_str(), there) {
        ("GET", _) if query.contains("list-type=2") => (200, none(), listing(state, query)),
        ("GET" | "HEAD", Some(object)) => (200, of(&object), object.0),
        ("GET" | "HEAD", None) => (404, none(), b"<Error><Code>NoSuchKey</Code></Error>".to_vec()),
        ("DELETE", _) => {
            state.objects.remove(key);
            (204, none(), Vec::new())
        }
        ("PUT", there) => {
            let header = |name: &str| request.headers.get(name).map(String::as_str);
            let etag = there.map(|object| format!("\"{}\"", &Sha256::of(&object.0).to_string()[..32]));
            let creates = header("if-none-match") == Some("*") && state.keeps != Keeps::Nothing;
            let version = header("if-match").filter(|_| matches!(state.keeps, Keeps::All | Keeps::Bare));
            let bare = |etag: &String| etag.trim_matches('"').to_owned();
            let expected = if state.keeps == Keeps::Bare { etag.as_ref().map(bare) } else { etag.clone() };
            if creates && etag.is_some() || version.is_some() && version != expected.as_deref() {
                return (412, none(), b"<Error><Code>PreconditionFailed</Code></Error>".to_vec());
            }
            let kept = ["cache-control", "content-type", "x-amz-meta-sha256"];
            let headers =
                kept.iter().filter_map(|name| Some(format!("{name}: {}\r\n", header(name)?))).collect();
            let object = (request.body.clone(), headers);
            let answer = of(&object);
            state.objects.insert(key.to_owned(), object);
            (200, answer, Vec::new())
        }
        _ => (405, none(), Vec::new()),
    }
}

fn listing(state: &State, query: &str) -> Vec<u8> {
    let prefix =
        query.split('&').find_map(|part| part.strip_prefix("prefix=")).map(decoded).unwrap_or_default();
    let mut text = "<ListBucketResult><IsTruncated>false</IsTruncated>".to_owned();
    for (key, (bytes, _)) in state.objects.iter().filter(|(key, _)| key.starts_with(&prefix)) {
        text += &format!(
            "<Contents><Key>{key}</Key><LastModified>2026-11-23T10:00:00.000Z</LastModified>\
             <ETag>x</ETag><Size>{}</Size></Contents>",
            bytes.len()
        );
    }
    (text + "</ListBucketResult>").into_bytes()
}

fn decoded(text: &str) -> String {
    let mut parts = text.split('%');
    let mut bytes = parts.next().unwrap_or_default().as_bytes().to_vec();
    for part in parts {
        bytes.push(u8::from_str_radix(&part[..2], 16).unwrap());
        bytes.extend(part[2..].bytes());
    }
    String::from_utf8(bytes).unwrap()
}

/// Signature Version 4, computed anew from what came
/// (<https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html>).
fn is_signed(request: &Request, path: &str, query: &str) -> bool {
    let header = |name: &str| request.headers.get(name).cloned().unwrap_or_default();
    let authorization = header("authorization");
    let part = |name: &str| {
        let rest = authorization.split_once(&format!("{name}="))?.1;
        Some(rest.split(',').next()?.trim().to_owned())
    };
    let (Some(credential), Some(signed), Some(signature)) =
        (part("Credential"), part("SignedHeaders"), part("Signature"))
    else {
        return false;
    };
    let scope: Vec<&str> = credential.split('/').collect();
    let [KEY, date, region, service, "aws4_request"] = scope[..] else { return false };
    let payload = header("x-amz-content-sha256");
    if payload != Sha256::of(&request.body).to_string() {
        return false;
    }
    let mut pairs: Vec<String> = query
        .split('&')
        .filter(|part| !part.is_empty())
        .map(|part| if part.contains('=') { part.to_owned() } else { format!("{part}=") })
        .collect();
    pairs.sort();
    let lines: String = signed.split(';').map(|name| format!("{name}:{}\n", header(name))).collect();
    let canonical = format!("{}\n{path}\n{}\n{lines}\n{signed}\n{payload}", request.method, pairs.join("&"));
    let digest = Sha256::of(canonical.as_bytes());
    let text = format!(
        "AWS4-HMAC-SHA256\n{}\n{date}/{region}/{service}/aws4_request\n{digest}",
        header("x-amz-date")
    );
    let mut key = format!("AWS4{SECRET}").into_bytes();
    for step in [date, region, service, "aws4_request"] {
        key = hmac(&key, step.as_bytes()).to_vec();
    }
    let expected: String = hmac(&key, text.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect();
    expected == signature
}

/// HMAC with SHA-256 (RFC 2104); the keys here are shorter than a block.
fn hmac(key: &[u8], text: &[u8]) -> [u8; 32] {
    let pad = |with: u8| -> Vec<u8> { (0..64).map(|at| key.get(at).copied().unwrap_or(0) ^ with).collect() };
    let inner = Sha256::of(&[pad(0x36), text.to_vec()].concat());
    *Sha256::of(&[pad(0x5c), inner.bytes().to_vec()].concat()).bytes()
}
