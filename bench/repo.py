"""What publishing costs: many packages at first, then one more, beside reprepro and aptly in the same run; and how
many requests a bucket gets.

Figures never fail: what misses its goal says so. A program that fails does.
"""

import argparse
import contextlib
import dataclasses
import os
import pathlib
import shutil
import socket
import subprocess
import sys
import tempfile
import time

import debs
import measure

ROOT = pathlib.Path(__file__).resolve().parent.parent
CACHE = pathlib.Path(os.environ.get("MKDEB_CACHE", ROOT / ".cache"))
TARGET = pathlib.Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))
WORK = TARGET / "bench/repo"
MKDEB = TARGET / "release/mkdeb"
# CPU seconds of one more package by how many there are, CPU milliseconds of each of the first 10,000, requests
# for one more package, MiB with 100,000.
MORE, FIRST, REQUESTS, MEMORY = {10_000: 0.1, 100_000: 1.0}, 0.3, 12, 64
# How many packages a command line takes.
BATCH = 10_000


def arguments():
    parser = argparse.ArgumentParser(prog="bench/repo", description=__doc__)
    words = {"type": lambda text: [int(word) for word in text.split(",")], "metavar": "LIST"}
    parser.add_argument("--packages", **words, default=[10_000], help="how many there are [default: 10000]")
    parser.add_argument("--runs", type=int, default=3, help="medians of how many additions [default: 3]")
    parser.add_argument("--alone", action="store_true", help="without reprepro and aptly")
    return parser.parse_args()


def run(command):
    """What a program took. Its memory is told by a small process between it and this one, whose own would count."""
    peak = WORK / "peak"
    with open(WORK / "log", "wb") as log:
        cost = measure.run(["/usr/bin/time", "--format=%M", f"--output={peak}", *map(str, command)], log)
    return dataclasses.replace(cost, memory=int(peak.read_text()) / 1024)


class Mkdeb:
    name = "mkdeb"

    def __init__(self, place):
        self.place, self.key = place, WORK / "key.asc"
        if not self.key.exists():
            words = ["repo", "key", "generate", self.key, "--user-id", "Bench"]
            subprocess.run([MKDEB, *words], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        words = ["--suite", "stable", "--origin", "Bench", "--label", "Bench", "--architecture", "amd64"]
        self.run(["repo", "init", place, *words])

    def run(self, words):
        return run([MKDEB, *words, "--key", self.key])

    def publish(self, packages):
        return self.run(["publish", self.place, *packages])


class Reprepro:
    name = "reprepro"

    def __init__(self, place):
        self.place = place
        (place / "conf").mkdir(parents=True)
        text = "Codename: stable\nSuite: stable\nArchitectures: amd64\nComponents: main\nSignWith: yes\n"
        (place / "conf/distributions").write_text(text)

    def publish(self, packages):
        return run(["reprepro", "--silent", "--basedir", self.place, "includedeb", "stable", *packages])


class Aptly:
    name = "aptly"

    def __init__(self, place):
        place.mkdir(parents=True)
        self.conf, self.is_new = place / "conf.json", True
        self.conf.write_text('{"rootDir": "%s"}' % place)
        self.run(["repo", "create", "-distribution=stable", "bench"])

    def run(self, words):
        return run(["aptly", f"-config={self.conf}", *words])

    def publish(self, packages):
        added = self.run(["repo", "add", "bench", *packages])
        if self.is_new:
            shown = self.run(["publish", "repo", "-batch", "-architectures=amd64", "bench"])
        else:
            shown = self.run(["publish", "update", "-batch", "stable"])
        self.is_new = False
        total = (added.wall + shown.wall, added.cpu + shown.cpu, max(added.memory, shown.memory))
        return measure.Cost(*total, max(added.noise, shown.noise))


@contextlib.contextmanager
def signing_key():
    """A key of gpg's for those that sign by it, and its agent, gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="gnupg-") as home:
        os.environ["GNUPGHOME"] = home
        words = ["--batch", "--passphrase", "", "--quick-generate-key", "Bench <bench@example.org>", "ed25519", "sign"]
        subprocess.run(["gpg", *words], check=True, stderr=subprocess.DEVNULL)
        try:
            yield
        finally:
            subprocess.run(["gpgconf", "--kill", "all"], check=True)


def add(program, packages, runs):
    """The first packages but some, and the medians of one more."""
    first, more = packages[: len(packages) - runs], packages[len(packages) - runs :]
    batches = [first[start : start + BATCH] for start in range(0, len(first), BATCH)]
    costs = [program.publish(batch) for batch in batches]
    cpu = sum(cost.cpu for cost in costs) * 1000 / len(first)
    return cpu, max(cost.memory for cost in costs), measure.median([program.publish([one]) for one in more])


def goal(value, limit):
    return "" if limit is None else "  reached" if value <= limit else f"  MISSED, goal {limit}"


def tell(count, options):
    packages = debs.make(WORK / "debs", count)
    print(f"{count} packages, one more: medians of {options.runs}")
    programs = [Mkdeb] if options.alone or count > 10_000 else [Mkdeb, Reprepro, Aptly]
    for kind in programs:
        place = WORK / f"{kind.name}-{count}"
        shutil.rmtree(place, ignore_errors=True)
        first, peak, more = add(kind(place), packages, options.runs)
        ours = kind is Mkdeb
        limits = (FIRST if ours and count == 10_000 else None, MORE.get(count) if ours else None)
        print(f"  {kind.name:9} first  {first:7.3f} ms CPU a package{goal(first, limits[0])}")
        print(f"  {kind.name:9} more   {more.cpu:7.3f} s CPU, {more.wall:6.3f} s wall{goal(more.cpu, limits[1])}")
        memory = MEMORY if ours and count == 100_000 else None
        print(f"  {kind.name:9} memory {more.memory:7.1f} MiB for one more{goal(more.memory, memory)}, {peak:.1f} at first")
        shutil.rmtree(place)


def requests():
    """How many requests one more package is, as a bucket counts them."""
    code = CACHE / "moto"
    if not code.is_dir():
        print("requests: skipped: there is no moto; `tests/setup/run` gets it")
        return
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    log = WORK / "moto.log"
    with open(log, "wb") as out:
        words = ["/usr/bin/python3", "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)]
        server = subprocess.Popen(words, stdout=out, stderr=out, env={**os.environ, "PYTHONPATH": str(code)})
    try:
        for _ in range(600):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.1)
        endpoint = f"http://127.0.0.1:{port}"
        subprocess.run(["/usr/bin/python3", "-c", MAKE_BUCKET, endpoint], check=True)
        secrets = {"AWS_ACCESS_KEY_ID": "a", "AWS_SECRET_ACCESS_KEY": "s", "AWS_REGION": "us-east-1"}
        os.environ.update(secrets, AWS_ENDPOINT_URL=endpoint)
        packages = debs.make(WORK / "debs", 101)
        program = Mkdeb("s3://bench/apt")
        program.publish(packages[:100])
        before = log.read_bytes().count(b"HTTP/1.1")
        program.publish(packages[100:])
        count = log.read_bytes().count(b"HTTP/1.1") - before
        print(f"requests for one more package: {count}{goal(count, REQUESTS)}")
    finally:
        server.terminate()
        server.wait()


MAKE_BUCKET = """
import sys, urllib.request
urllib.request.urlopen(urllib.request.Request(sys.argv[1] + "/bench", method="PUT"))
"""


def main():
    options = arguments()
    WORK.mkdir(parents=True, exist_ok=True)
    with signing_key():
        for count in options.packages:
            tell(count, options)
    requests()


if __name__ == "__main__":
    sys.exit(main())
