"""Runs a program and says what it took: wall and CPU time, peak memory, and how busy the machine was with others."""

import dataclasses
import os
import statistics
import subprocess
import sys
import time


@dataclasses.dataclass(frozen=True)
class Cost:
    """What one run took; or the medians of several."""

    wall: float  # seconds
    cpu: float  # seconds, user and system, with all children
    memory: float  # MiB, of the largest process; a program smaller than this interpreter counts as large
    noise: float  # cores that other programs kept busy meanwhile


def busy():
    """Seconds that all cores together have worked since the machine started."""
    with open("/proc/stat") as file:
        user, nice, system, _, _, irq, softirq = map(int, file.readline().split()[1:8])
    return (user + nice + system + irq + softirq) / os.sysconf("SC_CLK_TCK")


def run(command, log, stdin=None, stdout=None, directory=None):
    """Runs `command` to its end; what it prints goes to `log`. A program that fails ends the benchmark."""
    before, start = busy(), time.monotonic()
    child = subprocess.Popen(command, cwd=directory, stdin=stdin, stdout=stdout or log, stderr=log)
    _, status, usage = os.wait4(child.pid, 0)
    wall = time.monotonic() - start
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode != 0:
        sys.exit(f"error: `{' '.join(command)}` failed with {child.returncode}; see `{log.name}`")
    cpu = usage.ru_utime + usage.ru_stime
    noise = max(0.0, busy() - before - cpu) / max(wall, 0.01)
    return Cost(wall, cpu, usage.ru_maxrss / 1024, noise)


def median(costs):
    """The median of each figure by itself."""
    return Cost(*(statistics.median(figures) for figures in zip(*map(dataclasses.astuple, costs))))
