"""A process that packs an hour of commits and tells how much memory that took, in KiB.

``python -m bench.block_packer``: the payloads come on standard input, each after its length (4
bytes, big-endian).
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from telewatt.store.batch import Sealing, read


def grow_kib(commits: list[bytes]) -> int:
    """How much resident memory a fresh process gains by packing these payloads into one block."""
    given = b"".join(len(commit).to_bytes(4) + commit for commit in commits)
    command = [sys.executable, "-m", "bench.block_packer"]
    ended = subprocess.run(command, input=given, stdout=subprocess.PIPE, check=True)
    return int(ended.stdout)


def _pack(given: bytes) -> int:
    before_kib = _peak_kib()
    sealing, place = Sealing(), 0
    while place < len(given):
        length = int.from_bytes(given[place : place + 4])
        for entry in read(given[place + 4 : place + 4 + length]):
            sealing.add(entry)
        place += 4 + length
    sealing.seal({})
    return _peak_kib() - before_kib


def _peak_kib() -> int:
    for line in Path("/proc/self/status").read_text().splitlines():
        name, value = line.split(":")
        if name == "VmHWM":
            return int(value.split()[0])
    raise LookupError("VmHWM in /proc/self/status")


if __name__ == "__main__":
    print(_pack(sys.stdin.buffer.read()))
