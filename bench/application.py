"""Writes an application of some two hundred files: modules, templates, images. The same bytes on every run."""

import os
import random
import sys

chance = random.Random(20240601)
words = ["".join(chance.choices("aeioubcdfglmnprst", k=chance.randint(3, 9))) for _ in range(800)]


def text(count):
    return " ".join(chance.choices(words, k=count))


def function():
    verb, noun, argument = chance.sample(words, 3)
    return f'''
def {verb}_{noun}({argument}_, verbose=False):
    """{text(9)}."""
    if verbose:
        print("{text(5)}", {argument}_)
    return [{argument}_, {chance.randrange(10**6)}, "{noun}"]
'''


def module(number):
    functions = "\n".join(function() for _ in range(chance.randint(3, 25)))
    return f'"""Module {number}: {text(12)}."""\n\nimport json\nimport os\n\n{functions}'


def files():
    yield "README.md", b"# benchapp\n"
    yield "benchapp/__init__.py", b""
    yield "benchapp/main.py", b"def main():\n    print(1)\n"
    for number in range(170):
        package = f"benchapp/part{number // 20}"
        if number % 20 == 0:
            yield f"{package}/__init__.py", b""
        yield f"{package}/module{number}.py", module(number).encode()
    for number in range(12):
        page = "".join(f"<p>{text(30)}</p>\n" for _ in range(40))
        yield f"templates/page{number}.html", f"<html>{page}</html>".encode()
    for number in range(6):
        # What an image is to a compressor.
        yield f"static/image{number}.png", chance.randbytes(40_000)


for name, body in files():
    path = os.path.join(sys.argv[1], name)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "wb") as file:
        file.write(body)
    os.utime(path, (1_700_000_000, 1_700_000_000))
