"""The command `seal`: a new key, a sealed text, an opened one."""

import argparse
import sys

from cryptography.fernet import Fernet, InvalidToken


def main():
    parser = argparse.ArgumentParser(prog="seal")
    parser.add_argument("action", choices=["key", "close", "open"])
    parser.add_argument("key", nargs="?", help="what `seal key` printed; not for `key`")
    arguments = parser.parse_args()
    if arguments.action == "key":
        print(Fernet.generate_key().decode())
        return 0
    if arguments.key is None:
        parser.error("a key is needed")
    box = Fernet(arguments.key)
    text = sys.stdin.buffer.read()
    try:
        done = box.encrypt(text) + b"\n" if arguments.action == "close" else box.decrypt(text.strip())
    except InvalidToken:
        print("seal: not sealed with this key", file=sys.stderr)
        return 1
    sys.stdout.buffer.write(done)
    return 0
