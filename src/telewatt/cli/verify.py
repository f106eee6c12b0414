"""``telewatt verify``: whether every frame and every sum is still what it was, in words."""

from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Annotated, NamedTuple

import typer

from telewatt.cli import verify_texts as texts
from telewatt.cli.console import NOTHING_FOUND, console_of
from telewatt.cli.options import ConfigOption, JournalOption
from telewatt.cli.past import NO_JOURNAL, ending_on_trouble
from telewatt.cli.progress import progress
from telewatt.cli.setup import Setup, load
from telewatt.cli.table import in_both, interval, size
from telewatt.language import Text
from telewatt.rollup.instant import from_ms
from telewatt.service.disk import size_of
from telewatt.store import Archive
from telewatt.store import verify as proof
from telewatt.store.history import (
    JOURNAL,
    Difference,
    History,
    HistoryDamagedError,
    history_path,
)
from telewatt.store.history import Report as HistoryReport


class Finding(NamedTuple):
    """Something wrong, and the remedy."""

    what: Text
    remedy: Text


def verify(
    context: typer.Context,
    file: Annotated[
        Path | None,
        typer.Argument(metavar="FILE", help="A journal, or the folder of a backup."),
    ] = None,
    config: ConfigOption = None,
    journal: JournalOption = None,
) -> None:
    """Prove that every frame is there bit for bit, and that every sum is right."""
    console = console_of(context)
    if file is not None and journal is not None:
        console.fail(texts.ONE_FILE, file=file)
    if file is not None and file.is_dir():
        file /= "journal.db"
    setup = load(console, config, None, file or journal, required=False)
    if not setup.journal.exists():
        setup.console.fail(NO_JOURNAL, code=NOTHING_FOUND, journal=setup.journal)
    with ending_on_trouble(setup):
        found = [*_verify_journal(setup), *_verify_history(setup)]
    setup.console.answer(_sizes(setup), *conclude(found))
    raise typer.Exit(NOTHING_FOUND if found else 0)


def conclude(found: list[Finding]) -> Iterator[Text]:
    """The last word: nothing is wrong, or all that is."""
    if not found:
        yield texts.GOOD
        return
    yield texts.BAD.fill(count=len(found))
    for finding in found:
        yield texts.FINDING.fill(what=finding.what, remedy=finding.remedy)


def _sizes(setup: Setup) -> Text:
    journal, history = (size_of(path) for path in (setup.journal, history_path(setup.journal)))
    limit = setup.config.journal.disk_limit_mib << 20
    return texts.SIZES.fill(
        journal=size(journal),
        history=size(history),
        share=in_both(100 * (journal + history) / limit),
        limit=size(limit),
    )


# -- the journal -----------------------------------------------------------------------------------


def _verify_journal(setup: Setup) -> Iterator[Finding]:
    with Archive.open(setup.journal) as archive:
        first_seq, last_seq, gaps = archive.first_seq, archive.last_seq, archive.gaps
        with progress(setup.console, texts.READING) as tell:
            report = proof.verify(
                archive, lambda row: tell(row.last_seq - first_seq + 1, last_seq - first_seq + 1)
            )
    setup.console.answer(texts.JOURNAL.fill(path=setup.journal))
    reasons = Counter(gap.reason for gap in gaps)
    listed = [texts.REASONS[reason].fill(n=count) for reason, count in sorted(reasons.items())]
    said = [*_frames(report), texts.NUMBERS.fill(first=first_seq, last=last_seq)]
    if any(fault.kind in texts.OF_NUMBERS for fault in report.faults):
        said.pop()
    if listed:
        said.append(texts.GAPS.fill(gaps=_joined(listed)))
    setup.console.answer(*said)
    yield from findings_of(report)


def findings_of(report: proof.Report) -> Iterator[Finding]:
    """What is wrong with the entries of a journal."""
    for fault in report.faults:
        what = texts.FAULT.fill(
            first=fault.first_seq, last=fault.last_seq, what=texts.FAULTS[fault.kind]
        )
        yield Finding(what, texts.RESTORE)


def _frames(report: proof.Report) -> Iterator[Text]:
    if not report.entries:
        return
    yield texts.FRAMES.fill(
        entries=in_both(report.entries),
        size=in_both(report.payload_bytes / report.entries),
        raw=in_both(report.raw_bytes / report.entries),
    )
    bad = sum(fault.kind in texts.OF_BATCHES for fault in report.faults)
    waiting = report.rows - report.proved - bad - report.listed
    if report.proved:
        yield texts.PROVED.fill(proved=report.proved, rows=report.rows)
    if waiting:
        yield texts.WAITING.fill(rows=waiting)


# -- the history -----------------------------------------------------------------------------------


def _verify_history(setup: Setup) -> Iterator[Finding]:
    path = history_path(setup.journal)
    setup.console.answer(texts.HISTORY.fill(path=path))
    if not path.exists():
        setup.console.answer(texts.NO_HISTORY)
        return
    try:
        with (
            closing(History.open(path, writable=False)) as history,
            progress(setup.console, texts.COMPARING) as tell,
        ):
            report = history.verify(tell)
    except HistoryDamagedError as error:
        yield Finding(error.text, texts.REPLAY)
        return
    setup.console.answer(*_levels(report))
    for difference in report.differences:
        remedy = texts.REPLAY if difference.origin == JOURNAL else texts.IMPORT_AGAIN
        yield Finding(_describe(difference), remedy)
    for name in report.altered:
        yield Finding(texts.ALTERED.fill(name=name), texts.IMPORT_AGAIN)


def _levels(report: HistoryReport) -> Iterator[Text]:
    if not report.differences:
        minutes = in_both(report.minutes)
        yield texts.LEVELS_PROVED.fill(minutes=minutes, meters=report.meters)
    if report.imports and not report.altered:
        yield texts.IMPORTS.fill(count=report.imports)


def _describe(difference: Difference) -> Text:
    start, level = from_ms(difference.start_ms), difference.level
    at = Text(interval(start, level.step, "en"), interval(start, level.step, "fr"))
    return texts.DIFFERENCE.fill(meter=difference.meter, level=texts.LEVELS[level], at=at)


def _joined(parts: Iterable[Text]) -> Text:
    english, french = zip(*parts, strict=True)
    return Text(", ".join(english), ", ".join(french))
