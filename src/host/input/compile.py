"""Compiles modules for mkdeb: reads them on stdin, writes bytecode on stdout.

A module comes as the lengths of its path and of its source, then both; the answer is a length and the bytecode.
What is no module of this Python, a template for instance, is answered with nothing.
"""
import importlib.util
import marshal
import os
import struct
import sys

UNCHECKED_HASH = struct.pack("<I", 1)  # PEP 552


def compiled(path, source):
    try:
        code = compile(source, path, "exec", dont_inherit=True)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return b""
    header = importlib.util.MAGIC_NUMBER + UNCHECKED_HASH + importlib.util.source_hash(source)
    return header + marshal.dumps(code)


def main():
    given, answers = sys.stdin.buffer, sys.stdout.buffer
    while True:
        lengths = given.read(16)
        if not lengths:
            return
        path, source = struct.unpack("<QQ", lengths)
        path = given.read(path).decode()
        bytecode = compiled(path, given.read(source))
        answers.write(struct.pack("<Q", len(bytecode)))
        answers.write(bytecode)
        answers.flush()


try:
    main()
except BrokenPipeError:
    # mkdeb is gone, and with it whoever would read why.
    os._exit(1)
