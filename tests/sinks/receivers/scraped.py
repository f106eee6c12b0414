"""What a Prometheus would read; it keeps the newest only."""

from __future__ import annotations

import re

from telewatt.sinks.prometheus import Prometheus
from tests.sinks.receivers import Receiver, Total

_TOTAL = re.compile(r'^telewatt_import_wh_total\{line="(\w+)",meter="\w+"\} (\d+)$', re.MULTILINE)


class Scraped(Receiver):
    keeps_all = can_be_away = can_hang = False
    sink: Prometheus | None = None

    async def start(self) -> str:
        return "stale_s = 10"

    async def totals(self) -> list[Total]:
        text = self.sink.text() if self.sink else ""
        return sorted(Total(line, 0, int(wh)) for line, wh in _TOTAL.findall(text))
