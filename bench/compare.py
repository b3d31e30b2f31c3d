"""mkdeb beside compressors and other makers of packages: the same files, in one run, by turns.

Figures never fail: what misses its goal says so. A program that fails does.
"""

import argparse
import os
import pathlib
import shutil
import subprocess

import contenders
import goals
import measure
import report


ROOT = pathlib.Path(__file__).resolve().parent.parent
CACHE = pathlib.Path(os.environ.get("MKDEB_CACHE", ROOT / ".cache")) / "bench"
TARGET = pathlib.Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))
OUTPUT = TARGET / "bench"


def arguments():
    parser = argparse.ArgumentParser(prog="bench/run", description=__doc__)
    words = {"type": lambda text: text.split(","), "metavar": "LIST"}
    parser.add_argument("--corpora", **words, default="S,M", help="of S, M and L [default: S,M]")
    parser.add_argument("--formats", **words, default="zstd,gzip,xz,none", help="[default: all of zstd,gzip,xz,none]")
    parser.add_argument("--program", type=pathlib.Path, help="measure this mkdeb, as the static one [default: builds one]")
    parser.add_argument("--runs", type=int, default=3, help="medians of how many runs [default: 3]")
    return parser.parse_args()


def prepare(wanted):
    """Corpora and peers in the cache, and which mkdeb it is."""
    subprocess.run([ROOT / "bench/prepare", *wanted.corpora], check=True)
    OUTPUT.mkdir(parents=True, exist_ok=True)
    if wanted.program:
        return wanted.program.resolve(strict=True)
    subprocess.run(["cargo", "build", "--quiet", "--release"], cwd=ROOT, check=True)
    return TARGET / "release/mkdeb"


def unpack(name, program):
    """What every contender gets: mkdeb's own data.tar, and the tree that is in it."""
    corpus = contenders.Corpus(name, CACHE / name, OUTPUT / name, program, CACHE)
    shutil.rmtree(corpus.work, ignore_errors=True)
    corpus.work.mkdir()
    plain = contenders.mkdeb(corpus, "none")
    subprocess.run(plain.command, cwd=plain.directory, check=True, stdout=subprocess.DEVNULL)
    with open(corpus.work / "data.tar", "wb") as tar:
        subprocess.run(["dpkg-deb", "--fsys-tarfile", plain.output], check=True, stdout=tar)
    subprocess.run(["dpkg-deb", "--raw-extract", plain.output, corpus.work / "tree"], check=True)
    return corpus


def by_turns(group, runs, log):
    """Each contender once, then each again: what disturbs the machine meets all of them."""
    costs = [[] for _ in group]
    for _ in range(runs):
        for contender, taken in zip(group, costs):
            contender.output.unlink(missing_ok=True)
            stdin = open(contender.input, "rb") if contender.input else subprocess.DEVNULL
            stdout = open(contender.output, "wb") if contender.input else None
            taken.append(measure.run(contender.command, log, stdin, stdout, contender.directory))
    return [
        report.Row(contender, measure.median(taken), contenders.payload_size(contender.output))
        for contender, taken in zip(group, costs)
    ]


def main():
    wanted = arguments()
    program = prepare(wanted)
    # As many threads as mkdeb and the compressors are told to use.
    os.environ["DPKG_DEB_THREADS_MAX"] = str(contenders.THREADS)
    everything = {}
    with open(OUTPUT / "programs.log", "w") as log, open(OUTPUT / "results.tsv", "w") as table:
        report.heading(table)
        for name in wanted.corpora:
            corpus = unpack(name, program)
            for format_name in wanted.formats:
                rows = by_turns(contenders.group(corpus, format_name), wanted.runs, log)
                everything[name, format_name] = rows
                report.rows(f"{name}, {format_name}", rows, table)
                report.verdicts(goals.of(name, format_name, rows))
    report.verdicts(goals.between_corpora(everything))
    print(f"\nthe figures are in {OUTPUT / 'results.tsv'}")


main()
