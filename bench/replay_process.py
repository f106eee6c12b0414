"""A process that replays a journal until it is killed: ``python -m bench.replay_process PATH``."""

import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path
from random import Random

from telewatt.service import replay
from telewatt.store import Archive
from telewatt.store.history import History, history_path


def work(path: Path) -> None:
    """Go on with the replay that was killed, to its end; a place is kept every 200 entries."""
    replay.WRITE_ENTRIES = 200
    with (
        closing(Archive.open(path)) as archive,
        closing(History.open(history_path(path))) as history,
    ):
        one = replay.Replay(archive, history, {})
        one.begin()
        sys.stdout.write("begun\n")
        sys.stdout.flush()
        one.run(lambda reached, last: None)


def kill_again_and_again(path: Path, kills: int, seed: int, longest_s: float) -> int:
    """Start replays and kill each at a random moment; how many came to their end before."""
    chance, ended = Random(seed), 0
    for _ in range(kills):
        process = subprocess.Popen(
            [sys.executable, "-m", "bench.replay_process", str(path)], stdout=subprocess.PIPE
        )
        assert process.stdout is not None
        process.stdout.readline()
        time.sleep(chance.uniform(0, longest_s))
        process.kill()
        ended += process.wait() == 0
        process.stdout.close()
    return ended


if __name__ == "__main__":
    work(Path(sys.argv[1]))
