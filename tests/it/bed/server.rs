//! A directory, served over HTTP on the loopback, with a record of what was asked for.

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::Duration;

/// Whether a server tells when a file was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Times {
    Hidden,
    Told,
}

/// A server that answers until it is dropped.
#[derive(Debug)]
pub struct Server {
    address: SocketAddr,
    requests: Arc<Mutex<Vec<String>>>,
    ended: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Server {
    /// Serves what is below `root`, as it is when it is asked for.
    pub fn new(root: &Path) -> Server {
        Self::start(root, Times::Hidden)
    }

    /// The same, with the times of files, so that who has one already is told that it is the same. Times are cut
    /// to seconds, as every web server cuts them.
    pub fn with_times(root: &Path) -> Server {
        Self::start(root, Times::Told)
    }

    fn start(root: &Path, times: Times) -> Server {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let (address, root) = (listener.local_addr().unwrap(), root.to_owned());
        let (requests, ended) = (Arc::default(), Arc::<AtomicBool>::default());
        let (record, is_ended) = (Arc::clone(&requests), Arc::clone(&ended));
        let serve = move || {
            for stream in listener.incoming() {
                if is_ended.load(Ordering::Relaxed) {
                    return;
                }
                // Whoever hangs up early has seen enough.
                let _ = stream.and_then(|stream| answer(stream, (&root, times), &record));
            }
        };
        Server { address, requests, ended, thread: Some(std::thread::spawn(serve)) }
    }

    /// Its address, without a slash at the end.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The paths that were asked for since the last call, in order.
    pub fn requests(&self) -> Vec<String> {
        std::mem::take(&mut *self.requests.lock().unwrap())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.ended.store(true, Ordering::Relaxed);
        let _ = TcpStream::connect(self.address);
        let _ = self.thread.take().map(JoinHandle::join);
    }
}

fn answer(
    stream: TcpStream,
    (root, times): (&Path, Times),
    requests: &Mutex<Vec<String>>,
) -> std::io::Result<()> {
    stream.set_read_timeout(Some(Duration::from_secs(10)))?;
    stream.set_write_timeout(Some(Duration::from_secs(10)))?;
    let mut reader = BufReader::new(stream.try_clone()?);
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") && reader.read_line(&mut head)? != 0 {}
    let path = head.split(' ').nth(1).unwrap_or_default().to_owned();
    requests.lock().unwrap().push(path.clone());
    let body = if path.starts_with("/secret/") && !head.to_ascii_lowercase().contains("authorization: basic")
    {
        Err("401 Unauthorized")
    } else {
        file(root, &path).ok_or("404 Not Found")
    };
    let mut stream = stream;
    match body {
        Err(status) => {
            write!(stream, "HTTP/1.1 {status}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
        }
        Ok(file) => {
            let length = file.metadata()?.len();
            let modified = http_date(file.metadata()?.modified()?);
            if times == Times::Hidden {
                write!(stream, "HTTP/1.1 200 OK\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n")?;
                return std::io::copy(&mut file.take(length), &mut stream).map(drop);
            }
            if head.contains(&format!("If-Modified-Since: {modified}\r\n")) {
                return write!(stream, "HTTP/1.1 304 Not Modified\r\nConnection: close\r\n\r\n");
            }
            write!(
                stream,
                "HTTP/1.1 200 OK\r\nContent-Length: {length}\r\nLast-Modified: {modified}\r\n\
                 Connection: close\r\n\r\n"
            )?;
            std::io::copy(&mut file.take(length), &mut stream).map(drop)
        }
    }
}

/// `Fri, 27 Nov 2026 10:00:00 GMT`; web servers cut times to seconds.
fn http_date(time: std::time::SystemTime) -> String {
    let seconds = time.duration_since(std::time::UNIX_EPOCH).unwrap().as_secs();
    mkdeb::types::date::SourceDate::from_seconds(seconds).rfc5322().replace("+0000", "GMT")
}

/// The file that a path of a request names; `%XX` stands for a byte.
fn file(root: &Path, path: &str) -> Option<fs::File> {
    let mut parts = path.trim_start_matches('/').split('%');
    let mut name = parts.next()?.as_bytes().to_vec();
    for part in parts {
        name.push(u8::from_str_radix(part.get(..2)?, 16).ok()?);
        name.extend(part[2..].bytes());
    }
    let relative = PathBuf::from(String::from_utf8(name).ok()?);
    let inside = relative
        .components()
        .all(|part| matches!(part, std::path::Component::Normal(_) | std::path::Component::CurDir));
    let file = fs::File::open(root.join(relative)).ok().filter(|_| inside)?;
    file.metadata().is_ok_and(|about| about.is_file()).then_some(file)
}
