"""What other programs have decoded, in exports and replays: it stays that."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from telewatt.reading import Reading
from telewatt.store import Archive
from telewatt.tic import Mode, Status
from telewatt.tic.relayed import RelayedDecoder, Value, write_frame
from tests.cli.house import START, readings_of, telewatt, write_past

LINKY = "021861348497"


def relayed() -> Iterator[Reading]:
    decoder = RelayedDecoder()
    for n in range(400):
        values = [Value("ADSC", LINKY), Value("EAST", str(17_000_000 + n)), Value("IRMS1", "3.5")]
        (frame,) = decoder.feed(write_frame(Mode.STANDARD, values))
        yield Reading(LINKY, "tasmota", START + timedelta(seconds=30 * n), frame)


@pytest.fixture
def journal(tmp_path: Path) -> Path:
    path = tmp_path / "journal.db"
    end = START + timedelta(hours=3)
    line = readings_of("main", "mode=historic&contract=base&seed=2&every=55s", START, end)
    write_past(path, sorted([*relayed(), *line], key=lambda reading: reading.received_at))
    return path


def statuses(journal: Path) -> list[tuple[str, Status, int]]:
    with Archive.open(journal) as archive:
        entries = [entry.reading for entry in archive.entries()]
    return [(r.source, r.frame.status, len(r.frame.rejected)) for r in entries]


def test_a_replay_leaves_them_as_they_are(journal: Path, tmp_path: Path) -> None:
    file = tmp_path / "telewatt.toml"
    file.write_text(f'[journal]\npath = "{journal}"\n[meters.main]\nsource = "sim:"\n')
    before = statuses(journal)
    assert ("tasmota", Status.RELAYED, 1) in before
    result = telewatt("replay", "--config", file)
    assert result.exit_code == 0, result.stderr
    assert statuses(journal) == before
    assert telewatt("verify", "--config", file).exit_code == 0


def test_json_lines_tell_their_status_and_a_raw_capture_has_none_of_them(
    journal: Path, tmp_path: Path
) -> None:
    result = telewatt("export", "frames", "--journal", journal, "--format", "jsonl")
    told = {(f["line"], f["status"]) for f in map(json.loads, result.stdout.splitlines())}
    assert told == {("tasmota", "relayed"), ("main", "complete")}
    folder = tmp_path / "captures"
    arguments = ("--journal", journal, "--format", "raw", "--output", f"{folder}/")
    result = telewatt("export", "frames", *arguments)
    assert result.exit_code == 0
    assert "400 frames left out: their values came decoded" in result.stderr
    assert [path.stem for path in folder.glob("*.tic")] != []
    assert not (folder / f"{LINKY}.tic").exists()
