"""Counts words. An example of a project that is described in pyproject.toml alone."""

import collections

import click


@click.command()
@click.argument("file", type=click.File(), default="-")
@click.option("--top", default=3, show_default=True, help="How many words to print.")
@click.version_option("0.3.0rc1")
def main(file, top):
    """Print the most frequent words of FILE."""
    words = collections.Counter(file.read().lower().split())
    for word, count in words.most_common(top):
        click.echo(f"{count} {word}")
