"""The command `orders`: tells its version, or serves for trying things out."""

import argparse
import sys

from orders import __version__


def main():
    parser = argparse.ArgumentParser(prog="orders")
    parser.add_argument("--version", action="version", version=__version__)
    parser.add_argument("serve", nargs="?", choices=["serve"])
    parser.add_argument("--bind", default="127.0.0.1:8000")
    arguments = parser.parse_args()
    if arguments.serve is None:
        parser.print_help()
        return 0
    sys.argv = ["gunicorn", "--bind", arguments.bind, "orders.web:app"]
    from gunicorn.app.wsgiapp import run

    return run()
