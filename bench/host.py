"""What an upgrade to a release of code alone costs a host, by real dpkg in a root on the disk: one package with
everything beside the layout `split`, whose virtualenv is there already.

Figures never fail: what misses its goal says so. A program that fails does.
"""

import argparse
import contextlib
import os
import pathlib
import shutil
import statistics
import subprocess
import time

import goals
import report

ROOT = pathlib.Path(__file__).resolve().parent.parent
CACHE = pathlib.Path(os.environ.get("MKDEB_CACHE", ROOT / ".cache"))
TARGET = pathlib.Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))
WORK = TARGET / "bench/host"
# Beside a package with everything, for the largest corpus: a twentieth of the time, a hundredth of the download.
WALL, DOWNLOAD = 1 / 20, 1 / 100


def arguments():
    parser = argparse.ArgumentParser(prog="bench/host", description=__doc__)
    words = {"type": lambda text: text.split(","), "metavar": "LIST"}
    parser.add_argument("--corpora", **words, default="S,M", help="of S, M and L [default: S,M]")
    parser.add_argument("--runs", type=int, default=3, help="medians of how many upgrades [default: 3]")
    return parser.parse_args()


def build(corpus, kind, version):
    """The packages of one version, in the order in which dpkg takes them."""
    output = WORK / f"{corpus}-{kind}"
    output.mkdir(parents=True, exist_ok=True)
    words = ["--set", f"layout.kind={kind}", "--set", f"package.version={version}", "--quiet", "--output", output]
    command = [TARGET / "release/mkdeb", "build", *words]
    built = subprocess.run(command, cwd=CACHE / "bench" / corpus, check=True, stdout=subprocess.PIPE, text=True)
    return [pathlib.Path(line) for line in built.stdout.splitlines()]


@contextlib.contextmanager
def host():
    """A root on the disk, where services do not start; gone afterwards."""
    root = WORK / "root"
    shutil.rmtree(root, ignore_errors=True)
    subprocess.run(["cp", "--archive", CACHE / "root-bookworm", root], check=True)
    policy = root / "usr/sbin/policy-rc.d"
    policy.write_text("#!/bin/sh\nexit 101\n")
    policy.chmod(0o755)
    subprocess.run(["mount", "-t", "proc", "proc", root / "proc"], check=True)
    try:
        yield root
    finally:
        subprocess.run(["umount", root / "proc"], check=True)
        shutil.rmtree(root)


def dpkg(root, debs):
    """Installs in the root, one call for all but the last and one for that; the seconds it took."""
    (root / "debs").mkdir(exist_ok=True)
    for deb in debs:
        shutil.copy(deb, root / "debs")
    os.sync()
    start = time.monotonic()
    for call in filter(None, [debs[:-1], debs[-1:]]):
        command = ["chroot", root, "dpkg", "--install", *(f"/debs/{deb.name}" for deb in call)]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    return time.monotonic() - start


def files(deb):
    listed = subprocess.run(["dpkg-deb", "--contents", deb], check=True, stdout=subprocess.PIPE, text=True)
    return sum(line.startswith("-") for line in listed.stdout.splitlines())


def upgrades(corpus, kind, runs):
    """Wall seconds, bytes and files of an upgrade from 1.0 to 1.1."""
    old, new = build(corpus, kind, "1.0"), build(corpus, kind, "1.1")
    moved = [deb for deb in new if deb not in old]
    walls = []
    with host() as root:
        dpkg(root, old)
        for _ in range(runs):
            walls.append(dpkg(root, moved))
            dpkg(root, old[-1:])
            if len(moved) > 1:
                release = moved[0].name.split("_")[0]
                command = ["chroot", root, "dpkg", "--purge", release]
                subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return statistics.median(walls), sum(deb.stat().st_size for deb in moved), sum(map(files, moved))


def main():
    wanted = arguments()
    subprocess.run([ROOT / "bench/prepare", *wanted.corpora], check=True)
    subprocess.run(["cargo", "build", "--quiet", "--release"], cwd=ROOT, check=True)
    for corpus in wanted.corpora:
        print(f"\n{corpus:12}{'wall s':>12}{'bytes':>14}{'files':>10}")
        figures = {}
        for kind in ["single", "split"]:
            figures[kind] = upgrades(corpus, kind, wanted.runs)
            wall, size, count = figures[kind]
            print(f"  {kind:10}{wall:12.2f}{size:14d}{count:10d}", flush=True)
        wall, size, count = (ours / theirs for ours, theirs in zip(figures["split"], figures["single"]))
        is_large = corpus == "L"
        report.verdicts([
            goals.Verdict("wall, split / single", wall, WALL if is_large else None),
            goals.Verdict("bytes, split / single", size, DOWNLOAD if is_large else None),
            goals.Verdict("files, split / single", count),
        ])


main()
