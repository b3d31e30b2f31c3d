"""Draws a session of a terminal, read from standard input, as an SVG that types it.

A line `$ …` is a command, `# …` a remark, all others are what programs said.
"""
import sys
from html import escape

WIDTH = 108  # in characters
CHARACTER, LINE, SIZE = 8.4, 19, 14  # in pixels
MARGIN = 18
WRONG = "preflight failed"
TYPING, SAYING, REMARK = 1.2, 0.15, 1.0  # how long a line stands alone, in seconds

STYLE = """
svg { background: #0d1117; border-radius: 8px; }
text { font: %dpx ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace; white-space: pre; fill: #c9d1d9; }
.typed { fill: #ffffff; font-weight: bold; }
.prompt { fill: #3fb950; }
.remark { fill: #8b949e; font-style: italic; }
.wrong { fill: #ff7b72; }
@media (prefers-reduced-motion: no-preference) {
  text { opacity: 0; animation: appear 0.01s linear forwards; }
  @keyframes appear { to { opacity: 1; } }
}
""" % SIZE


def wrapped(line):
    """The parts of a line that is too long, the later ones indented."""
    yield line[:WIDTH]
    rest = line[WIDTH:]
    while rest:
        yield "    " + rest[: WIDTH - 4]
        rest = rest[WIDTH - 4 :]


def drawn(lines):
    """The elements of all lines, and how high they are together."""
    at, when = MARGIN + SIZE, 0.3
    for line in lines:
        kind = {"$ ": "typed", "# ": "remark"}.get(line[:2], "wrong" if WRONG in line else "said")
        if kind == "remark" and at > MARGIN + SIZE:
            at += LINE / 2
        for part in wrapped(line):
            text = escape(part, quote=False)
            if kind == "typed" and part.startswith("$ "):
                text = '<tspan class="prompt">$</tspan> ' + text[2:]
            yield f'<text class="{kind}" x="{MARGIN}" y="{at:g}" style="animation-delay:{when:.2f}s">{text}</text>'
            at += LINE
        when += {"typed": TYPING, "remark": REMARK}.get(kind, SAYING)
    yield at


def main():
    """Reads the session and writes the picture."""
    lines = [line.expandtabs() for line in sys.stdin.read().splitlines()]
    *elements, height = drawn(lines)
    width = MARGIN * 2 + WIDTH * CHARACTER
    title = "mkdeb builds a package; dpkg installs it, and goes back from a release that does not start"
    print(f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:g} {height:g}" role="img" aria-label="{title}">')
    print(f"<title>{title}</title><style>{STYLE}</style>")
    print("\n".join(elements))
    print("</svg>")


main()
