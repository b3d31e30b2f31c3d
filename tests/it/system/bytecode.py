"""Judges all bytecode below a directory as the import of this interpreter does; prints how much there is."""

import importlib._bootstrap_external as judge
import importlib.util
import marshal
import os
import sys
import types


def file_names(code):
    yield code.co_filename
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            yield from file_names(constant)


count = 0
for directory, _, names in os.walk(sys.argv[1]):
    for path in (os.path.join(directory, name) for name in names if name.endswith(".pyc")):
        with open(path, "rb") as file:
            data = file.read()
        source = importlib.util.source_from_cache(path)
        about = os.stat(source)
        assert judge._classify_pyc(data, path, {}) == 0, f"{path} is not compared by time"
        judge._validate_timestamp_pyc(data, int(about.st_mtime), about.st_size, path, {})
        for name in file_names(marshal.loads(data[16:])):
            assert name == source, f"{path} is of {name}"
        count += 1
print(count)
