"""Who is measured, by its command."""

import dataclasses
import functools
import pathlib
import shutil

# Of mkdeb and of every compressor: the goals are about two cores.
THREADS = 2
LEVELS = {"zstd": 9, "gzip": 6, "xz": 6}
COMPRESSORS = {
    "zstd": ["zstd", "--quiet", f"-T{THREADS}", "-9"],
    "gzip": ["pigz", "--processes", str(THREADS), "-6"],
    "xz": ["xz", f"-T{THREADS}", "-6"],
}
# A level of nfpm's, and mkdeb's at which the package is about as large: the fastest that is no larger counts.
NFPM = {"zstd": ("zstd:3", ["zstd:3", "zstd:5"]), "gzip": ("gzip:-1", ["gzip:4", "gzip:5"])}


@dataclasses.dataclass(frozen=True)
class Corpus:
    name: str
    source: pathlib.Path  # virtualenv, application and manifest
    work: pathlib.Path  # data.tar and tree, and what is written
    mkdeb: pathlib.Path
    cache: pathlib.Path


@dataclasses.dataclass(frozen=True)
class Contender:
    name: str
    command: list
    output: pathlib.Path
    # A compressor reads this; what makes packages opens its inputs itself.
    input: pathlib.Path = None
    directory: pathlib.Path = None


def group(corpus, format_name):
    """All contenders of one format, mkdeb first."""
    if format_name == "none":
        return [mkdeb(corpus, "none"), dpkg_deb(corpus, "none")]
    level = f"{format_name}:{LEVELS[format_name]}"
    found = [mkdeb(corpus, level), compressor(corpus, format_name), dpkg_deb(corpus, format_name)]
    if format_name in NFPM and (corpus.cache / "nfpm/bin/nfpm").exists():
        theirs, ours = NFPM[format_name]
        found += [nfpm(corpus, theirs), *(mkdeb(corpus, compression) for compression in ours)]
    if format_name == "xz" and corpus.name == "S" and cargo_deb_program(corpus.cache):
        found.append(cargo_deb(corpus))
    return found


def mkdeb(corpus, compression):
    output = corpus.work / f"mkdeb-{compression.replace(':', '')}.deb"
    command = [corpus.mkdeb, "build", "--threads", str(THREADS), "-Z", compression, "--output", output]
    return Contender(f"mkdeb {compression}", list(map(str, command)), output, directory=corpus.source)


def compressor(corpus, format_name):
    command = COMPRESSORS[format_name] + ["--stdout"]
    name = " ".join(COMPRESSORS[format_name])
    return Contender(name, command, corpus.work / "compressed", corpus.work / "data.tar")


def dpkg_deb(corpus, format_name):
    output = corpus.work / "dpkg-deb.deb"
    level = [f"-z{LEVELS[format_name]}"] if format_name in LEVELS else []
    command = ["dpkg-deb", "--root-owner-group", f"-Z{format_name}", *level]
    command += ["--build", str(corpus.work / "tree"), str(output)]
    return Contender(" ".join(["dpkg-deb", format_name, *level]), command, output)


def nfpm(corpus, compression):
    tops = [path for path in sorted((corpus.work / "tree").iterdir()) if path.name != "DEBIAN"]
    contents = "".join(f"  - {{src: {top}, dst: /{top.name}, type: tree}}\n" for top in tops)
    manifest = corpus.work / f"nfpm-{compression.replace(':', '')}.yaml"
    manifest.write_text(
        "name: bench-app\narch: amd64\nversion: '1.0'\nmaintainer: Bench <bench@example.org>\n"
        f"description: bench\ndeb: {{compression: '{compression}'}}\ncontents:\n{contents}"
    )
    output = manifest.with_suffix(".deb")
    command = [corpus.cache / "nfpm/bin/nfpm", "package", "-f", manifest, "-p", "deb", "-t", output]
    return Contender(f"nfpm {compression}", list(map(str, command)), output)


@functools.cache
def cargo_deb_program(cache):
    """Where cargo-deb is; it is built from source, which takes minutes, so nobody has to have it."""
    installed = cache / "cargo-deb/bin/cargo-deb"
    found = str(installed) if installed.exists() else shutil.which("cargo-deb")
    if found is None:
        print(f"skipped: cargo-deb; `cargo install cargo-deb --root {cache / 'cargo-deb'}` installs it")
    return found


def cargo_deb(corpus):
    """A crate without a build whose assets are the tree. It has no threads for xz, and packs lib64 a second time."""
    crate = corpus.work / "crate"
    (crate / "src").mkdir(parents=True, exist_ok=True)
    (crate / "src/main.rs").write_text("fn main() {}\n")
    link = crate / "opt"
    link.unlink(missing_ok=True)
    link.symlink_to(corpus.work / "tree/opt")
    (crate / "Cargo.toml").write_text(
        '[package]\nname = "bench-app"\nversion = "1.0.0"\nedition = "2021"\ndescription = "bench"\n'
        'license = "MIT"\nauthors = ["Bench <bench@example.org>"]\n[workspace]\n'
        '[package.metadata.deb]\npreserve-symlinks = true\nassets = [["opt/**/*", "opt/", "755"]]\n'
    )
    output = corpus.work / "cargo-deb.deb"
    command = [cargo_deb_program(corpus.cache), "--no-build", "--no-strip", "-Z", "xz", "-o", str(output)]
    return Contender("cargo-deb xz", command, output, directory=crate)


def payload_size(path):
    """The size of data.tar in a package, found by ar(5)'s headers; of anything else, its own."""
    with open(path, "rb") as file:
        if file.read(8) != b"!<arch>\n":
            return path.stat().st_size
        while header := file.read(60):
            size = int(header[48:58])
            if header.startswith(b"data.tar"):
                return size
            file.seek(size + size % 2, 1)
    raise ValueError(f"{path} has no data.tar")
