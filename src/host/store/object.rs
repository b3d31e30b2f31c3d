//! A repository in a bucket: S3 and what speaks its language, Google Cloud Storage, Azure.
//!
//! The only place that knows tokio: one runtime of one thread, which whoever calls drives.

use std::error::Error as StdError;
use std::io;
use std::io::Read;
use std::sync::Arc;
use std::sync::atomic::AtomicU32;
use std::sync::atomic::Ordering;
use std::time::Duration;

use futures_util::StreamExt;
use futures_util::TryStreamExt;
use futures_util::stream::BoxStream;
use object_store::Attribute;
use object_store::Attributes;
use object_store::Error as ObjectError;
use object_store::GetOptions;
use object_store::MultipartUpload;
use object_store::ObjectMeta;
use object_store::ObjectStore;
use object_store::ObjectStoreExt;
use object_store::PutMode;
use object_store::PutMultipartOptions;
use object_store::PutOptions;
use object_store::PutPayload;
use object_store::UpdateVersion;
use object_store::path::Path;
use tokio::runtime::Builder;
use tokio::runtime::Runtime;

use crate::host::store::advice;
use crate::host::store::clock::Clock;
use crate::host::store::wait_until;
use crate::host::watch::Watch;
use crate::repo::layout;
use crate::repo::layout::Headers;
use crate::repo::store::About;
use crate::repo::store::Content;
use crate::repo::store::Found;
use crate::repo::store::Put;
use crate::repo::store::Store;
use crate::repo::store::StoreError;
use crate::repo::store::Turn;
use crate::repo::store::Version;
use crate::types::date::SourceDate;
use crate::types::digest::Sha256;

/// What is written by one request, in bytes. Larger files go in parts of this size: stores take 10,000 of them, and
/// Cloudflare's wants all of one size.
const PART: usize = 16 << 20;
/// How often a file is created again that others were creating, and was not there then.
const CONFLICTS: u32 = 8;
/// How long to wait in between.
const PAUSE: Duration = Duration::from_millis(200);
/// The metadata that holds a file's digest. ETags are digests for some stores and some files only.
const DIGEST: &str = "sha256";

/// A bucket.
pub struct Bucket {
    inner: Arc<dyn ObjectStore>,
    runtime: Runtime,
    clock: Arc<Clock>,
    /// What all paths begin with.
    prefix: String,
    /// What it is called in messages.
    name: String,
    head_ttl: AtomicU32,
    watch: Watch,
}

/// Nobody has to wait: publishers agree by the journal.
struct Everybodys;

impl Turn for Everybodys {}

impl Bucket {
    /// What `inner` keeps below `prefix`.
    pub(in crate::host::store) fn new(
        inner: Arc<dyn ObjectStore>,
        clock: Arc<Clock>,
        (prefix, name): (String, String),
        watch: &Watch,
    ) -> io::Result<Self> {
        let runtime = Builder::new_current_thread().enable_all().build()?;
        let head_ttl = AtomicU32::new(0);
        Ok(Self { inner, runtime, clock, prefix, name, head_ttl, watch: watch.clone() })
    }

    fn key(&self, path: &str) -> Result<Path, StoreError> {
        let full = match (&self.prefix[..], path) {
            ("", path) => path.to_owned(),
            (prefix, "") => prefix.to_owned(),
            (prefix, path) => format!("{prefix}/{path}"),
        };
        // `Path::from` would write `~` in another way, and every second Debian version has one.
        Path::parse(full).map_err(|error| self.fail("name", path, error))
    }

    fn fail(
        &self,
        action: &'static str,
        path: &str,
        error: impl StdError + Send + Sync + 'static,
    ) -> StoreError {
        let hint = advice::hint(&error);
        StoreError { action, place: self.spelled(path), hint, source: Box::new(Told(told(&error))) }
    }

    fn attributes(&self, path: &str, content: &dyn Content) -> Attributes {
        let headers = Headers::of(path);
        let head_ttl = self.head_ttl.load(Ordering::Relaxed);
        let mut attributes = Attributes::new();
        attributes.insert(Attribute::CacheControl, headers.cache_control(head_ttl).into());
        attributes.insert(Attribute::ContentType, headers.content_type.into());
        attributes.insert(Attribute::Metadata(DIGEST.into()), content.sha256().to_string().into());
        attributes
    }

    fn put(&self, path: &str, content: &dyn Content, mode: PutMode) -> Result<Put, StoreError> {
        let key = self.key(path)?;
        self.watch.check().map_err(|error| self.fail("write", path, error))?;
        let attributes = self.attributes(path, content);
        let mut reader = content.open().map_err(|error| self.fail("read for", path, error))?;
        if content.size() > PART as u64 {
            return self.put_parts(path, &key, (&mut *reader, attributes));
        }
        let mut bytes = Vec::new();
        reader.read_to_end(&mut bytes).map_err(|error| self.fail("read for", path, error))?;
        let options = PutOptions { mode, attributes, ..PutOptions::default() };
        match self.runtime.block_on(self.inner.put_opts(&key, PutPayload::from(bytes), options)) {
            Ok(_) => Ok(Put::Done),
            Err(ObjectError::AlreadyExists { .. } | ObjectError::Precondition { .. }) => Ok(Put::Refused),
            Err(error) => Err(self.fail("write", path, error)),
        }
    }

    /// Stores ignore conditions here, so only files go this way whose path names their digest.
    fn put_parts(
        &self,
        path: &str,
        key: &Path,
        (reader, attributes): (&mut dyn Read, Attributes),
    ) -> Result<Put, StoreError> {
        let options = PutMultipartOptions { attributes, ..PutMultipartOptions::default() };
        let upload = self.runtime.block_on(self.inner.put_multipart_opts(key, options));
        let mut upload = upload.map_err(|error| self.fail("write", path, error))?;
        let sent = self.send_parts(path, reader, &mut *upload);
        if sent.is_err() {
            // Parts that stay cost money; what fails here is told by what failed first.
            let _ = self.runtime.block_on(upload.abort());
        }
        sent.map(|()| Put::Done)
    }

    fn send_parts(
        &self,
        path: &str,
        reader: &mut dyn Read,
        upload: &mut dyn MultipartUpload,
    ) -> Result<(), StoreError> {
        loop {
            let mut part = Vec::with_capacity(PART);
            reader
                .take(PART as u64)
                .read_to_end(&mut part)
                .map_err(|error| self.fail("read for", path, error))?;
            if part.is_empty() {
                break;
            }
            let sent = self.runtime.block_on(upload.put_part(PutPayload::from(part)));
            sent.map_err(|error| self.fail("write", path, error))?;
        }
        let done = self.runtime.block_on(upload.complete());
        done.map(|_| ()).map_err(|error| self.fail("write", path, error))
    }

    fn below(&self, location: &Path) -> String {
        let full = location.as_ref();
        full.strip_prefix(&self.prefix).unwrap_or(full).trim_start_matches('/').to_owned()
    }
}

impl Store for Bucket {
    fn get(&self, path: &str) -> Result<Option<Found>, StoreError> {
        let key = self.key(path)?;
        self.watch.check().map_err(|error| self.fail("read", path, error))?;
        let got = self.runtime.block_on(async {
            let got = self.inner.get(&key).await?;
            let meta = got.meta.clone();
            Ok((meta, got.bytes().await?.to_vec()))
        });
        let Some((meta, bytes)) = optional(got).map_err(|error| self.fail("read", path, error))? else {
            return Ok(None);
        };
        if path == layout::SETTINGS {
            let settings = serde_json::from_slice::<crate::repo::settings::Settings>(&bytes);
            let head_ttl = settings.map_or(0, |settings| settings.head_ttl);
            self.head_ttl.store(head_ttl, Ordering::Relaxed);
        }
        let version = Version(meta.e_tag.clone().unwrap_or_default());
        Ok(Some(Found { bytes, version, modified: modified(&meta) }))
    }

    fn open(&self, path: &str) -> Result<Option<Box<dyn Read + '_>>, StoreError> {
        let key = self.key(path)?;
        let got = optional(self.runtime.block_on(self.inner.get(&key)));
        let got = got.map_err(|error| self.fail("read", path, error))?;
        Ok(got.map(|got| {
            let body = Body {
                chunks: got.into_stream().map_ok(|chunk| chunk.to_vec()).boxed(),
                rest: Vec::new(),
                at: 0,
                bucket: self,
            };
            Box::new(body) as Box<dyn Read>
        }))
    }

    fn about(&self, path: &str) -> Result<Option<About>, StoreError> {
        let key = self.key(path)?;
        let options = GetOptions { head: true, ..GetOptions::default() };
        let got = optional(self.runtime.block_on(self.inner.get_opts(&key, options)));
        let Some(got) = got.map_err(|error| self.fail("read", path, error))? else { return Ok(None) };
        let digest = got.attributes.get(&Attribute::Metadata(DIGEST.into()));
        let mut sha256 = digest.and_then(|digest| Sha256::from_hex(digest));
        if sha256.is_none() {
            // Somebody else put it there.
            if let Some(mut body) = self.open(path)? {
                let hashed = Sha256::of_reader(&mut body).map_err(|error| self.fail("read", path, error))?;
                sha256 = Some(hashed.0);
            }
        }
        Ok(Some(About { path: path.to_owned(), size: got.meta.size, modified: modified(&got.meta), sha256 }))
    }

    fn list(&self, directory: &str) -> Result<Vec<About>, StoreError> {
        let key = self.key(directory.trim_end_matches('/'))?;
        let listed = self.runtime.block_on(self.inner.list(Some(&key)).try_collect::<Vec<ObjectMeta>>());
        let listed = listed.map_err(|error| self.fail("list", directory, error))?;
        let about = |meta: &ObjectMeta| About {
            path: self.below(&meta.location),
            size: meta.size,
            modified: modified(meta),
            sha256: None,
        };
        let mut found: Vec<About> = listed.iter().map(about).collect();
        found.sort_by(|left, right| left.path.cmp(&right.path));
        Ok(found)
    }

    fn create(&self, path: &str, content: &dyn Content) -> Result<Put, StoreError> {
        if content.size() > PART as u64 && self.about(path)?.is_some() {
            return Ok(Put::Refused);
        }
        for _ in 0..CONFLICTS {
            if self.put(path, content, PutMode::Create)? == Put::Done {
                return Ok(Put::Done);
            }
            // S3 answers 409 where two come at once, though perhaps neither of them is done; the library takes that
            // for a file that is there.
            let there = optional(self.runtime.block_on(self.inner.head(&self.key(path)?)));
            if there.map_err(|error| self.fail("read", path, error))?.is_some() {
                return Ok(Put::Refused);
            }
            std::thread::sleep(PAUSE);
        }
        let others = io::Error::other("others write it at the same time, again and again");
        Err(self.fail("write", path, others))
    }

    fn replace(
        &self,
        path: &str,
        content: &dyn Content,
        version: Option<&Version>,
    ) -> Result<Put, StoreError> {
        let mode = version.map_or(PutMode::Overwrite, |version| {
            PutMode::Update(UpdateVersion { e_tag: Some(version.0.clone()), version: None })
        });
        self.put(path, content, mode)
    }

    fn flush(&self) -> Result<(), StoreError> {
        Ok(())
    }

    fn largest_create(&self) -> u64 {
        PART as u64
    }

    fn delete(&self, path: &str) -> Result<(), StoreError> {
        let key = self.key(path)?;
        let deleted = optional(self.runtime.block_on(self.inner.delete(&key)));
        deleted.map(|_| ()).map_err(|error| self.fail("delete", path, error))
    }

    fn now(&self) -> Result<SourceDate, StoreError> {
        if let Some(now) = self.clock.now() {
            return Ok(now);
        }
        // Every answer tells the time, also that there is no such file.
        self.get(layout::SETTINGS)?;
        let silent = || io::Error::other("the store tells no time: its answers have no `Date`");
        self.clock.now().ok_or_else(|| self.fail("ask", "", silent()))
    }

    fn wait(&self, until: SourceDate) -> Result<(), StoreError> {
        let now = || self.now().map_err(io::Error::other);
        wait_until(until, &now, &self.watch).map_err(|error| self.fail("wait for", "", error))
    }

    fn turn(&self) -> Result<Box<dyn Turn + '_>, StoreError> {
        Ok(Box::new(Everybodys))
    }

    fn spelled(&self, path: &str) -> String {
        if path.is_empty() { self.name.clone() } else { format!("{}/{path}", self.name) }
    }
}

/// What a store sends, as it comes.
struct Body<'a> {
    chunks: BoxStream<'static, Result<Vec<u8>, ObjectError>>,
    rest: Vec<u8>,
    at: usize,
    bucket: &'a Bucket,
}

impl Read for Body<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.at == self.rest.len() {
            self.bucket.watch.check()?;
            match self.bucket.runtime.block_on(self.chunks.next()) {
                None => return Ok(0),
                Some(Ok(chunk)) => (self.rest, self.at) = (chunk, 0),
                Some(Err(error)) => return Err(io::Error::other(told(&error))),
            }
        }
        let count = buffer.len().min(self.rest.len() - self.at);
        buffer[..count].copy_from_slice(&self.rest[self.at..self.at + count]);
        self.at += count;
        Ok(count)
    }
}

/// What a store said, in its own words.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
struct Told(String);

/// The chain of causes as one line: the library's own words are about itself, the innermost are about what happened.
fn told(error: &(dyn StdError + 'static)) -> String {
    let mut texts: Vec<String> = Vec::new();
    let mut next = Some(error);
    while let Some(error) = next {
        let text = error.to_string();
        // Each layer repeats those below it.
        match texts.last_mut() {
            Some(last) if last.contains(&text) => {}
            _ => texts.push(text),
        }
        next = error.source();
    }
    texts.join(": ").replace('\n', " ")
}

fn optional<T>(outcome: Result<T, ObjectError>) -> Result<Option<T>, ObjectError> {
    match outcome {
        Ok(value) => Ok(Some(value)),
        // Without the right to list, S3 says of what is not there that it is forbidden; that is no absence.
        Err(ObjectError::NotFound { .. }) => Ok(None),
        Err(error) => Err(error),
    }
}

fn modified(meta: &ObjectMeta) -> SourceDate {
    SourceDate::from_seconds(u64::try_from(meta.last_modified.timestamp()).unwrap_or(0))
}
