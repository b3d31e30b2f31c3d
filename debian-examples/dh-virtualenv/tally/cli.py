"""The command `tally`: prepares the database, votes, reports."""

import argparse

from tally import __version__, store


def main():
    parser = argparse.ArgumentParser(prog="tally")
    parser.add_argument("--version", action="version", version=__version__)
    parser.add_argument("action", choices=["prepare", "vote", "report"])
    parser.add_argument("name", nargs="?", default="nobody")
    arguments = parser.parse_args()
    if arguments.action == "prepare":
        store.prepare()
    elif arguments.action == "vote":
        store.vote(arguments.name)
    else:
        for name, count in store.counted().items():
            print(f"{name}: {count}")
