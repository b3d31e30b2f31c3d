"""The goals, as ratios between rows of one run."""

import dataclasses

# Wall time beside dpkg-deb on two cores: it compresses with threads, but for gzip; it writes no md5sums, and
# neither relocates nor checks anything.
WALL = {"gzip": 0.35, "zstd": 1.2, "xz": 1.02}
# CPU time at the default level beside the compressor alone on the same bytes.
CPU = 1.15
# data.tar beside that of dpkg-deb at the same level.
SIZE = 1.005
# Memory beyond the compressor's, and between a package of 180 MB and one of 820 MB, in MiB.
MEMORY, SPREAD = 64, 16
# CPU seconds for the small corpus at the default level.
SMALL = 2.0


@dataclasses.dataclass(frozen=True)
class Verdict:
    figure: str
    value: float
    goal: float = None  # at most; none for what is only to be seen

    @property
    def word(self):
        if self.goal is None:
            return "-"
        return "pass" if self.value <= self.goal else "MISS"


def of(corpus, format_name, rows):
    """What can be said of the rows of one corpus and format."""
    ours = rows[0]
    found = []
    for other in rows[1:]:
        name = f"{ours.name} / {other.name}"
        if other.name.startswith("dpkg-deb"):
            found.append(Verdict(f"wall, {name}", ours.cost.wall / other.cost.wall, WALL.get(format_name)))
            found.append(Verdict(f"size, {name}", ours.size / other.size, SIZE))
        elif other.contender.input:
            goal = CPU if format_name == "zstd" else None
            found.append(Verdict(f"CPU, {name}", ours.cost.cpu / other.cost.cpu, goal))
            found.append(Verdict(f"MiB, {ours.name} - {other.name}", ours.cost.memory - other.cost.memory, MEMORY))
    found += beside_nfpm(rows)
    if (corpus, format_name) == ("S", "zstd"):
        found.append(Verdict(f"CPU seconds, {ours.name}", ours.cost.cpu, SMALL))
    return found


def beside_nfpm(rows):
    """mkdeb's fastest row that is no larger than nfpm's."""
    for peer in (row for row in rows if row.name.startswith("nfpm")):
        fair = [row for row in rows if row.name.startswith("mkdeb") and row.size <= peer.size]
        if not fair:
            yield Verdict(f"size, {rows[0].name} / {peer.name}", rows[0].size / peer.size, 1.0)
            continue
        best = min(fair, key=lambda row: row.cost.wall)
        name = f"{best.name} / {peer.name}"
        yield Verdict(f"wall, {name}", best.cost.wall / peer.cost.wall, 1.0)
        yield Verdict(f"CPU, {name}", best.cost.cpu / peer.cost.cpu)
        yield Verdict(f"memory, {name}", best.cost.memory / peer.cost.memory)


def between_corpora(everything):
    """Whether memory grows with the package."""
    for (corpus, format_name), rows in everything.items():
        if corpus == "M" and ("L", format_name) in everything:
            large = everything["L", format_name][0]
            spread = abs(large.cost.memory - rows[0].cost.memory)
            yield Verdict(f"MiB between M and L, {large.name}", spread, SPREAD)
