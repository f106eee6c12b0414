"""The history as rows: energies, powers, voltages... interval by interval."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import IO

from telewatt.cli.console import NOTHING_FOUND
from telewatt.cli.export_target import Selection, Target
from telewatt.cli.past import Past, open_past
from telewatt.cli.setup import Setup
from telewatt.exchange.identities import RUN
from telewatt.exchange.rollups import columns_of, in_order, rows_of_series
from telewatt.exchange.scanner import Scanner
from telewatt.exchange.stamps import YEARS
from telewatt.exchange.tables import FORMS, Row
from telewatt.language import Text
from telewatt.rollup import Step

_NOTHING = Text(
    "nothing is known of that time → `telewatt meters` says since when each meter is known",
    "rien n'est connu de cette période → `telewatt meters` dit depuis quand chaque compteur l'est",
)
_UNKNOWN = Text(
    "--quantity {given}: unknown here → known are {known}",
    "--quantity {given} : inconnue ici → sont connues {known}",
)
_DONE = Text("{count} rows exported", "{count} lignes exportées")


def export_rollups(
    setup: Setup, selection: Selection, target: Target, step: Step, quantities: Sequence[str]
) -> None:
    """Write the selected series; nothing to write ends the command with code 1."""
    with open_past(setup) as past:
        names = [name.who for name in past.find(selection.names)]
        there = in_order({found for name in names for found in past.quantities(name)})
        for given in quantities:
            if given not in there:
                setup.console.fail(_UNKNOWN, given=given, known=", ".join(there))
        wanted = in_order(set(quantities) or set(there))
        rows = _Rows(past, names, wanted, selection, step, target)
        target.write(rows.write, rows.scanner)
        if not rows.count:
            setup.console.fail(_NOTHING, code=NOTHING_FOUND)
        setup.console.tell(_DONE, count=rows.count)


class _Rows:
    """The rows of all names; ``count`` so many were given, ``scanner`` as in `Target.write`."""

    def __init__(
        self,
        past: Past,
        names: Sequence[str],
        quantities: Sequence[str],
        selection: Selection,
        step: Step,
        target: Target,
    ) -> None:
        self._past, self._quantities, self._step, self._form = past, quantities, step, target.form
        self.count, self.scanner = 0, None
        self._titles = {name: name for name in names}
        if target.anonymise:
            self.scanner = Scanner([name for name in names if len(name) >= 2 * RUN])
            identities = target.identities(names)
            self._titles = {name: identities.name(name) for name in names}
        now = datetime.now(UTC)
        self._end = selection.until or now
        self._start = selection.since or self._first(now)

    def write(self, file: IO[bytes]) -> None:
        """Write all of them in the form that is wanted."""
        FORMS[self._form](columns_of(self._quantities), self._rows(), file)

    def _rows(self) -> Iterator[Row]:
        names = list(self._titles.items())
        if not names or not self._quantities:
            return
        span = self._start, self._end, self._step
        for row in rows_of_series(self._past.series, names, self._quantities, *span):
            self.count += 1
            yield row

    def _first(self, now: datetime) -> datetime:
        """The first month of which anything is known, of a meter that was read or imported."""
        start, end = datetime(YEARS[0], 1, 1, tzinfo=UTC), now
        for step in (Step.YEAR, Step.MONTH):
            names = [(name, name) for name in self._titles]
            series = rows_of_series(
                self._past.series, names, self._quantities[:1] or ["frames"], start, end, step
            )
            first = next(series, None)
            if first is None:
                return start if step is Step.MONTH else now
            start, end = first[0], first[2]
        return start
