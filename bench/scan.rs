//! What looking for the build host's paths costs beside reading the files: `cargo bench --bench scan -- DIRECTORY…`.
//!
//! Each way is run by turns, and its quickest run counts, with the files in the page cache.
#![expect(
    clippy::disallowed_methods,
    clippy::print_stdout,
    reason = "a benchmark reads files, asks the clock and prints"
)]

use std::error::Error;
use std::fs::File;
use std::io::Read;
use std::path::PathBuf;
use std::time::Duration;
use std::time::Instant;

use memchr::memmem::Finder;
use mkdeb::deb::scan::Scanner;

/// How many times each way is run.
const RUNS: usize = 21;
/// How much is read at once, as `mkdeb build` does.
const PIECE: usize = 256 << 10;

/// What a CI has: its home, its workspace with the inputs in it, a virtualenv made elsewhere, passwords of two indices.
const NEEDLES: [&str; 8] = [
    "/home/builder",
    "/home/builder/orders",
    "/home/builder/orders/app",
    "/home/builder/orders/static",
    "/home/builder/orders/build/venv",
    "/tmp/tmp8f2k1x/venv",
    "glpat-2xQkVn7yUbT1Lw9sZ3rA",
    "pypi-AgEIcHlwaS5vcmcCJDk",
];

fn main() -> Result<(), Box<dyn Error>> {
    let words = std::env::args().skip(1).filter(|word| !word.starts_with("--"));
    let files = files(words.map(PathBuf::from).collect())?;
    let needles: Vec<Vec<u8>> = NEEDLES.iter().map(|needle| needle.as_bytes().to_vec()).collect();
    let finders: Vec<Finder<'_>> = needles.iter().map(Finder::new).collect();
    let mut scanner = Scanner::new(&needles);
    let (mut bytes, mut best) = (0, [Duration::MAX; 3]);
    for _ in 0..RUNS {
        let mut clock = |way: usize, started: Instant| best[way] = best[way].min(started.elapsed());
        let started = Instant::now();
        bytes = read(&files, &mut |_| {})?;
        clock(0, started);
        let started = Instant::now();
        for file in &files {
            read(std::slice::from_ref(file), &mut |piece| scanner.piece(piece))?;
            std::hint::black_box(scanner.end());
        }
        clock(1, started);
        let started = Instant::now();
        read(&files, &mut |piece| {
            let hits = finders.iter().filter(|finder| finder.find(piece).is_some());
            std::hint::black_box(hits.count());
        })?;
        clock(2, started);
    }
    let [reading, once, each] = best.map(|time| time.as_secs_f64());
    println!(
        "{} files, {} MiB: reading {reading:.3} s; and looking for {} needles, as a build does, {once:.3} s, {:.2} times; \
         and for each by itself {each:.3} s, {:.2} times",
        files.len(),
        bytes >> 20,
        NEEDLES.len(),
        once / reading,
        each / reading,
    );
    Ok(())
}

/// Every regular file below some directories.
fn files(mut directories: Vec<PathBuf>) -> Result<Vec<PathBuf>, Box<dyn Error>> {
    let mut found = Vec::new();
    while let Some(directory) = directories.pop() {
        for entry in std::fs::read_dir(&directory)? {
            let entry = entry?;
            let kind = entry.file_type()?;
            if kind.is_dir() {
                directories.push(entry.path());
            } else if kind.is_file() {
                found.push(entry.path());
            }
        }
    }
    Ok(found)
}

/// Reads files piece by piece; how many bytes they have.
fn read(files: &[PathBuf], see: &mut dyn FnMut(&[u8])) -> Result<usize, Box<dyn Error>> {
    let (mut buffer, mut bytes) = (vec![0; PIECE], 0);
    for path in files {
        let mut file = File::open(path)?;
        loop {
            let count = file.read(&mut buffer)?;
            if count == 0 {
                break;
            }
            bytes += count;
            see(&buffer[..count]);
        }
    }
    Ok(bytes)
}
