"""Says hello. The smallest application: one module of the standard library alone."""

import sys


def main():
    name = sys.argv[1] if len(sys.argv) > 1 else "world"
    print(f"hello, {name}")
