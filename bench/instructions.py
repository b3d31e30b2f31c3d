"""Sums callgrind's counts by who spends them; compares them with the recorded ones, or records them."""

import re
import sys

# By the first pattern that a function's file or name matches. valgrind has no SHA instructions, so that digests
# count for much more than they cost.
FAMILIES = [
    ("compressor", r"zstd-sys|zstd_safe|zlib_rs|flate2|lzma"),
    ("digests", r"sha2|md5::"),
    ("C library", r"libc\.so|ld-linux|libgcc"),
    ("mkdeb", r""),
]
# Those that a change of mkdeb can be judged by; the rest is the work of others on the same bytes.
JUDGED = ["mkdeb", "C library"]
TOLERANCE = 0.02


def counted(profile):
    """Instructions by family, from callgrind's output; inlined code counts for the function that it is in.

    The format: https://valgrind.org/docs/manual/cl-format.html
    """
    totals = dict.fromkeys((name for name, _ in FAMILIES), 0)
    names, place, called = {}, {"ob": "", "fl": "", "fn": ""}, False
    for line in profile:
        if found := re.match(r"(c?)(ob|fl|fi|fe|fn)=\((\d+)\)(?: (.*))?$", line):
            callee, kind, number, name = found.groups()
            # Files share their numbers, whichever way they are named.
            space = "fl" if kind in ("fi", "fe") else kind
            if name:
                names[space, number] = name
            if not callee and kind in place:
                place[kind] = names[space, number]
                family = family_of(place)
        elif line.startswith("calls="):
            called = True
        elif found := re.match(r"[+\-*\d]\S* (\d+)$", line):
            # What a callee took is counted where it runs.
            if not called:
                totals[family] += int(found[1])
            called = False
    return totals


def family_of(place):
    where = " ".join(place.values())
    return next(name for name, pattern in FAMILIES if re.search(pattern, where))


def read(path):
    with open(path) as table:
        rows = [line.rstrip("\n").split("\t") for line in table]
    return dict(rows)


def compare(found, recorded, compiler):
    """Prints the counts beside the recorded ones; says what to do where they differ."""
    for name, count in found.items():
        before = int(recorded.get(name, 0))
        change = f"{(count - before) / before:+.1%}" if before else "new"
        print(f"{name:12}{count:>16,}{before:>16,}  {change}")
    mine, before = (sum(int(counts.get(name, 0)) for name in JUDGED) for counts in (found, recorded))
    change = (mine - before) / before if before else 1
    print(f"{'mkdeb + C':12}{mine:>16,}{before:>16,}  {change:+.1%}")
    if compiler != recorded.get("compiler"):
        print(f"recorded with {recorded.get('compiler')}, counted with {compiler}: record anew before comparing")
    elif change > TOLERANCE:
        print(f"MISS more than {TOLERANCE:.0%} above the record: find out why, or record it with --record")
    elif change < -TOLERANCE:
        print("pass, and so much less that it should be recorded with --record")
    else:
        print(f"pass within {TOLERANCE:.0%}")


profile, path, compiler, *options = sys.argv[1:]
with open(profile) as file:
    found = counted(file)
if "--record" in options:
    with open(path, "w") as table:
        for row in [("compiler", compiler), *found.items()]:
            print(*row, sep="\t", file=table)
compare(found, read(path), compiler)
