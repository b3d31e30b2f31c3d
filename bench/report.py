"""Figures as tables: aligned for people, with tabs for programs."""

import dataclasses

import contenders
import measure

COLUMNS = ["wall s", "CPU s", "MiB", "data.tar", "noise"]


@dataclasses.dataclass(frozen=True)
class Row:
    contender: contenders.Contender
    cost: measure.Cost
    size: int  # bytes of data.tar as it was compressed

    @property
    def name(self):
        return self.contender.name


def heading(table):
    print("group", "program", *COLUMNS, sep="\t", file=table)


def rows(group, found, table):
    """Prints the rows of a group, and adds them to the table."""
    print(f"\n{group:26}" + "".join(f"{column:>12}" for column in COLUMNS))
    for row in found:
        cost = row.cost
        figures = [f"{cost.wall:.2f}", f"{cost.cpu:.2f}", f"{cost.memory:.0f}", str(row.size), f"{cost.noise:.1f}"]
        print(f"  {row.name:24}" + "".join(f"{figure:>12}" for figure in figures))
        print(group, row.name, *figures, sep="\t", file=table, flush=True)


def verdicts(found):
    """Prints each figure beside its goal."""
    for verdict in found:
        goal = "" if verdict.goal is None else f"<= {verdict.goal:g}"
        print(f"  {verdict.word:5}{verdict.figure:56}{verdict.value:8.3f}  {goal}", flush=True)
