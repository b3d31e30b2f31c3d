//! A store in memory that stops when it is told to, and that takes turns between publishers.

use std::collections::BTreeMap;
use std::error::Error as StdError;
use std::io::Read;
use std::sync::Arc;
use std::sync::Condvar;
use std::sync::Mutex;
use std::sync::MutexGuard;
use std::sync::OnceLock;

use crate::openpgp;
use crate::openpgp::certificate::Fingerprint;
use crate::openpgp::secret::Kind;
use crate::openpgp::secret::SecretKey;
use crate::openpgp::signed;
use crate::openpgp::signed::Signed;
use crate::repo::session::Signer;
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

/// When every simulation begins.
pub(super) const START: u64 = 1_795_428_000;

/// A file: its bytes, its version, when it was written.
type File = (Vec<u8>, u64, u64);

/// What all publishers of a simulation share.
#[derive(Default)]
pub(super) struct World {
    files: Mutex<BTreeMap<String, File>>,
    clock: Mutex<u64>,
    counter: Mutex<u64>,
}

impl World {
    pub(super) fn new() -> Arc<Self> {
        Arc::new(Self { clock: Mutex::new(START), ..Self::default() })
    }

    /// Another world with the same files.
    pub(super) fn copy(&self) -> Arc<Self> {
        Arc::new(Self {
            files: Mutex::new(lock(&self.files).clone()),
            clock: Mutex::new(*lock(&self.clock)),
            counter: Mutex::new(*lock(&self.counter)),
        })
    }

    pub(super) fn paths(&self) -> Vec<String> {
        lock(&self.files).keys().cloned().collect()
    }

    pub(super) fn sleep(&self, seconds: u64) {
        *lock(&self.clock) += seconds;
    }

    pub(super) fn put(&self, path: &str, bytes: &[u8]) {
        let now = *lock(&self.clock);
        lock(&self.files).insert(path.to_owned(), (bytes.to_vec(), 0, now));
    }

    pub(super) fn bytes(&self, path: &str) -> Vec<u8> {
        lock(&self.files).get(path).expect(path).0.clone()
    }

    pub(super) fn remove(&self, path: &str) {
        lock(&self.files).remove(path).expect(path);
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().expect("no publisher panicked")
}

/// When a publisher is stopped.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Stop {
    Never,
    /// Before its operation with this number.
    Before(usize),
    /// Behind it: it was done, and nobody heard of it.
    Behind(usize),
}

/// The world as one publisher has it.
pub(super) struct SimStore {
    world: Arc<World>,
    stop: Stop,
    done: Mutex<usize>,
    /// Whose turn it is, and which publisher this one is.
    schedule: Option<(Arc<Schedule>, usize)>,
    /// Whether conditions on the version of a file are ignored.
    pub(super) ignores_versions: bool,
}

struct Anybodys;

impl Turn for Anybodys {}

impl SimStore {
    pub(super) fn new(world: &Arc<World>, stop: Stop) -> Self {
        let world = Arc::clone(world);
        Self { world, stop, done: Mutex::new(0), schedule: None, ignores_versions: false }
    }

    pub(super) fn scheduled(world: &Arc<World>, schedule: &Arc<Schedule>, number: usize) -> Self {
        let schedule = Some((Arc::clone(schedule), number));
        Self { schedule, ..Self::new(world, Stop::Never) }
    }

    /// How many operations there were.
    pub(super) fn operations(&self) -> usize {
        *lock(&self.done)
    }

    fn operation<T>(
        &self,
        path: &str,
        work: impl FnOnce(&mut BTreeMap<String, File>) -> T,
    ) -> Result<T, StoreError> {
        let number = {
            let mut done = lock(&self.done);
            *done += 1;
            *done - 1
        };
        let crash = || StoreError {
            action: "reach",
            place: path.to_owned(),
            hint: None,
            source: "the publisher was stopped".into(),
        };
        // Whoever is stopped does nothing more.
        match self.stop {
            Stop::Before(stop) if number >= stop => return Err(crash()),
            Stop::Behind(stop) if number > stop => return Err(crash()),
            _ => {}
        }
        let work = || work(&mut lock(&self.world.files));
        let outcome = match &self.schedule {
            Some((schedule, publisher)) => schedule.at_turn(*publisher, work),
            None => work(),
        };
        if self.stop == Stop::Behind(number) { Err(crash()) } else { Ok(outcome) }
    }

    fn file(&self, content: &dyn Content) -> File {
        let mut bytes = Vec::new();
        content.open().expect("memory").read_to_end(&mut bytes).expect("memory");
        let mut counter = lock(&self.world.counter);
        *counter += 1;
        (bytes, *counter, *lock(&self.world.clock))
    }
}

impl Store for SimStore {
    fn get(&self, path: &str) -> Result<Option<Found>, StoreError> {
        self.operation(path, |files| {
            let (bytes, version, modified) = files.get(path)?;
            let modified = SourceDate::from_seconds(*modified);
            Some(Found { bytes: bytes.clone(), version: Version(version.to_string()), modified })
        })
    }

    fn open(&self, path: &str) -> Result<Option<Box<dyn Read + '_>>, StoreError> {
        let found = self.get(path)?;
        Ok(found.map(|found| Box::new(std::io::Cursor::new(found.bytes)) as Box<dyn Read>))
    }

    fn about(&self, path: &str) -> Result<Option<About>, StoreError> {
        self.operation(path, |files| files.get(path).map(|file| about(path, file)))
    }

    fn list(&self, directory: &str) -> Result<Vec<About>, StoreError> {
        self.operation(directory, |files| {
            let below = files.iter().filter(|(path, _)| path.starts_with(directory));
            below.map(|(path, file)| About { sha256: None, ..about(path, file) }).collect()
        })
    }

    fn create(&self, path: &str, content: &dyn Content) -> Result<Put, StoreError> {
        let file = self.file(content);
        self.operation(path, |files| match files.contains_key(path) {
            true => Put::Refused,
            false => {
                files.insert(path.to_owned(), file);
                Put::Done
            }
        })
    }

    fn replace(
        &self,
        path: &str,
        content: &dyn Content,
        version: Option<&Version>,
    ) -> Result<Put, StoreError> {
        let file = self.file(content);
        self.operation(path, |files| {
            let there = files.get(path).map(|(_, version, _)| version.to_string());
            let is_other = version.is_some_and(|version| Some(&version.0) != there.as_ref());
            if is_other && !self.ignores_versions {
                return Put::Refused;
            }
            files.insert(path.to_owned(), file);
            Put::Done
        })
    }

    fn flush(&self) -> Result<(), StoreError> {
        Ok(())
    }

    fn delete(&self, path: &str) -> Result<(), StoreError> {
        self.operation(path, |files| {
            files.remove(path);
        })
    }

    fn now(&self) -> Result<SourceDate, StoreError> {
        Ok(SourceDate::from_seconds(*lock(&self.world.clock)))
    }

    fn wait(&self, until: SourceDate) -> Result<(), StoreError> {
        let mut clock = lock(&self.world.clock);
        *clock = until.seconds().max(*clock);
        Ok(())
    }

    fn turn(&self) -> Result<Box<dyn Turn + '_>, StoreError> {
        Ok(Box::new(Anybodys))
    }

    fn spelled(&self, path: &str) -> String {
        format!("sim:{path}")
    }
}

fn about(path: &str, (bytes, _, modified): &File) -> About {
    About {
        path: path.to_owned(),
        size: bytes.len() as u64,
        modified: SourceDate::from_seconds(*modified),
        sha256: Some(Sha256::of(bytes)),
    }
}

/// The order in which two publishers do their operations.
pub(super) struct Schedule {
    /// Whose operations come next, and who is at an end.
    state: Mutex<(Vec<usize>, [bool; 2])>,
    changed: Condvar,
}

impl Schedule {
    /// `order` names the publisher of each operation; behind it, the first goes on to its end, then the other.
    pub(super) fn new(order: &[usize]) -> Arc<Self> {
        let order: Vec<usize> = order.iter().rev().copied().collect();
        Arc::new(Self { state: Mutex::new((order, [false; 2])), changed: Condvar::new() })
    }

    fn at_turn<T>(&self, publisher: usize, work: impl FnOnce() -> T) -> T {
        let mut state = lock(&self.state);
        loop {
            let next = match (state.0.last(), state.1) {
                (Some(next), ended) if !ended[*next] => *next,
                (Some(_), _) => {
                    state.0.pop();
                    continue;
                }
                (None, [false, _]) => 0,
                (None, _) => 1,
            };
            if next == publisher {
                break;
            }
            state = self.changed.wait(state).expect("no publisher panicked");
        }
        state.0.pop();
        let outcome = work();
        self.changed.notify_all();
        outcome
    }

    /// A publisher does nothing more.
    pub(super) fn end(&self, publisher: usize) {
        lock(&self.state).1[publisher] = true;
        self.changed.notify_all();
    }
}

/// A real key, made once.
pub(super) struct RealSigner;

fn key() -> &'static SecretKey {
    static KEY: OnceLock<SecretKey> = OnceLock::new();
    KEY.get_or_init(|| {
        let now = SourceDate::from_seconds(START - 86_400);
        SecretKey::generate(Kind::Ed25519, "Simulated", (&mut rand::rngs::OsRng, now)).expect("a key")
    })
}

impl Signer for RealSigner {
    fn sign(&self, text: &str, date: SourceDate) -> Result<Signed, Box<dyn StdError + Send + Sync>> {
        Ok(signed::sign(text, std::slice::from_ref(key()), date)?)
    }

    fn signing(&self) -> Vec<Fingerprint> {
        vec![key().certificate().fingerprint()]
    }

    fn signers(&self, inline: &str) -> Result<Vec<Fingerprint>, openpgp::Error> {
        signed::signers(inline, &[key().certificate()])
    }
}
