"""Files: they are away when something else stands where their folder was."""

from __future__ import annotations

import json
from datetime import datetime

from telewatt.logline import LineError, read_line
from tests.sinks.receivers import Receiver, Total


class Files(Receiver):
    can_hang = False

    async def go_away(self) -> None:
        here = self.folder / "kept"
        if here.exists():
            here.rename(self.folder / "away")
        here.write_text("no folder")

    async def come_back(self) -> None:
        here = self.folder / "kept"
        here.unlink()
        if (self.folder / "away").exists():
            (self.folder / "away").rename(here)


class JsonLinesFile(Files):
    async def start(self) -> str:
        return f'path = "{self.folder}/kept/readings.jsonl"'

    async def totals(self) -> list[Total]:
        path = self.folder / "kept" / "readings.jsonl"
        lines = path.read_text().splitlines() if path.exists() else []
        return sorted(total for line in lines for total in totals_of_document(json.loads(line)))


class DailyLogs(Files):
    goes_forward = True

    async def start(self) -> str:
        return f'folder = "{self.folder}/kept"\ninterval_s = 1'

    async def totals(self) -> list[Total]:
        return sorted(
            total
            for path in self.folder.glob("kept/*/*.log")
            for line in path.read_text().splitlines()
            for total in totals_of_line(path.stem[11:], line)
        )


def totals_of_document(document: dict) -> list[Total]:
    return [
        Total(document["line"], seconds_of(each["received_at"]), each["totals"]["import_wh"])
        for each in document["settled"]
        if "import_wh" in each["totals"]
    ]


def totals_of_line(source: str, line: str) -> list[Total]:
    try:
        found = read_line(line)
    except LineError:
        return []
    return [
        Total(source, int(found.stamp.timestamp()), int(found.fields[name]))
        for name in ("IndexTotal", "IndexBase")
        if name in found.fields and name not in found.doubtful
    ]


def seconds_of(iso: str) -> int:
    return int(datetime.fromisoformat(iso).timestamp())
