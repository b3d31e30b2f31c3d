"""Tiny packages by the thousand, written without dpkg: `pkg00001_1.0_amd64.deb` and so on, about 1 kB each."""

import gzip
import hashlib
import io
import tarfile

DATE = 1_700_000_000


def archive(entries):
    """A compressed tar of files and, where there is no body, directories."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.GNU_FORMAT) as tar:
        for name, body in entries:
            entry = tarfile.TarInfo(name)
            entry.mtime, entry.uname, entry.gname = DATE, "root", "root"
            entry.type = tarfile.DIRTYPE if body is None else tarfile.REGTYPE
            entry.mode, entry.size = (0o755, 0) if body is None else (0o644, len(body))
            tar.addfile(entry, None if body is None else io.BytesIO(body))
    return gzip.compress(out.getvalue(), 6, mtime=0)


def member(name, body):
    head = f"{name:<16}{DATE:<12}{0:<6}{0:<6}{'100644':<8}{len(body):<10}`\n"
    return head.encode() + body + b"\n" * (len(body) % 2)


def package(number):
    """Name of the file and bytes of one package."""
    name = f"pkg{number:06d}"
    text, path = f"This is package {name}.\n".encode() * 3, f"usr/share/doc/{name}/README"
    control = (
        f"Package: {name}\nVersion: 1.0\nArchitecture: amd64\nMaintainer: Bench <bench@example.org>\n"
        f"Installed-Size: 1\nDepends: libc6 (>= 2.31), python3\nSection: misc\nPriority: optional\n"
        f"Homepage: https://example.org/{name}\nDescription: tiny package number {number}\n"
        " It is there to be one of many in an index,\n and has a description of two lines.\n"
    )
    sums = f"{hashlib.md5(text).hexdigest()}  {path}\n"
    parts = path.split("/")
    directories = ["./"] + ["./" + "/".join(parts[:depth]) + "/" for depth in range(1, len(parts))]
    return f"{name}_1.0_amd64.deb", b"".join(
        [
            b"!<arch>\n",
            member("debian-binary", b"2.0\n"),
            member("control.tar.gz", archive([("./", None), ("./control", control.encode()), ("./md5sums", sums.encode())])),
            member("data.tar.gz", archive([(path, None) for path in directories] + [("./" + path, text)])),
        ]
    )


def make(directory, count):
    """The first `count` packages, as paths; those that are there stay."""
    directory.mkdir(parents=True, exist_ok=True)
    paths = []
    for number in range(1, count + 1):
        path = directory / f"pkg{number:06d}_1.0_amd64.deb"
        if not path.exists():
            path.write_bytes(package(number)[1])
        paths.append(path)
    return paths
