"""What processes have used, as the system tells of it."""

import os
from contextlib import suppress
from pathlib import Path

TICKS_A_S = os.sysconf("SC_CLK_TCK")
PROC = Path("/proc")


def cpu_s(pid: int, *, with_the_dead: bool = False) -> float:
    """CPU seconds a process has used. Shape: with_the_dead adds those of its children that have ended."""
    return sum(map(int, _stat(pid)[11 : 15 if with_the_dead else 13])) / TICKS_A_S


def cpu_of_family_s(pid: int) -> float:
    """CPU seconds of a process and of all its children, dead and alive."""
    return cpu_s(pid, with_the_dead=True) + sum(cpu_s(child) for child in children(pid))


def memory_mb(pid: int, name: str = "VmRSS") -> float:
    """What a process holds now. Shape: name is VmHWM for the most it ever held."""
    lines = (PROC / str(pid) / "status").read_text().splitlines()
    return round(sum(int(line.split()[1]) for line in lines if line.startswith(f"{name}:")) / 1024, 1)


def _stat(pid: int) -> list[str]:
    """Shape: what follows the process's name, which stands in brackets and may hold anything."""
    return (PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()


def command(pid: int) -> str:
    """How a process was started."""
    return (PROC / str(pid) / "cmdline").read_text().replace("\0", " ")


def children(pid: int) -> list[int]:
    """The processes a process has started, as far as they still are."""
    found = []
    for one in PROC.iterdir():
        # A process may end while the others are looked at.
        with suppress(OSError):
            if one.name.isdecimal() and int(_stat(int(one.name))[1]) == pid:
                found.append(int(one.name))
    return found
