"""Tables and numbers for people: aligned columns of text, digits in groups, times of France."""

from collections.abc import Sequence
from datetime import datetime

from telewatt.cli.times import PARIS
from telewatt.language import Language, Text
from telewatt.rollup import Step

WIDTH = 80
GAP = "  "
_DAYS = {
    "en": ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"),
    "fr": ("lun.", "mar.", "mer.", "jeu.", "ven.", "sam.", "dim."),
}


def layout(rows: Sequence[Sequence[str]], left: int = 1) -> list[str]:
    """Lines of aligned columns, without blanks at their ends.

    Args:
        rows: cells, each row of the same length.
        left: so many columns are aligned on the left, the others on the right.
    """
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return [
        GAP.join(
            cell.ljust(width) if number < left else cell.rjust(width)
            for number, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    ]


def whole(number: int, language: Language) -> str:
    r"""Digits in groups of three, as the language writes them.

    >>> whole(-1234567, "en"), whole(1234567, "fr").split("\xa0")
    ('-1,234,567', ['1', '234', '567'])
    """
    return f"{number:,}".replace(",", "," if language == "en" else "\xa0")


def decimal(number: float, language: Language) -> str:
    """A number with one decimal.

    >>> decimal(1234.56, "en"), decimal(0.5, "fr")
    ('1,234.6', '0,5')
    """
    integer, _, rest = f"{number:,.1f}".partition(".")
    if language == "en":
        return f"{integer}.{rest}"
    return f"{integer.replace(',', chr(0xA0))},{rest}"


def in_both(number: float) -> Text:
    r"""A number in both languages: whole as it is, else with one decimal.

    >>> in_both(1234), in_both(0.5).fr
    (Text(en='1,234', fr='1\xa0234'), '0,5')
    """
    if isinstance(number, int):
        return Text(whole(number, "en"), whole(number, "fr"))
    return Text(decimal(number, "en"), decimal(number, "fr"))


def size(count: int) -> Text:
    """Bytes in the unit that fits.

    >>> size(54_321), size(3 << 30).en
    (Text(en='53.0 KiB', fr='53,0 Kio'), '3.0 GiB')
    """
    steps = next((n for n in (3, 2, 1) if count >= 1 << 10 * n), 1)
    unit = "KMG"[steps - 1]
    value = in_both(count / (1 << 10 * steps))
    return Text(f"{value.en} {unit}iB", f"{value.fr} {unit}io")


def moment(at: datetime) -> str:
    """A time of France to the minute; with its offset in the hour that comes twice.

    >>> from datetime import UTC
    >>> moment(datetime(2026, 10, 24, 23, tzinfo=UTC))
    '2026-10-25 01:00'
    >>> moment(datetime(2026, 10, 25, 1, tzinfo=UTC))
    '2026-10-25 02:00+01:00'
    """
    local = at.astimezone(PARIS)
    if local.replace(fold=0).utcoffset() == local.replace(fold=1).utcoffset():
        return f"{local:%Y-%m-%d %H:%M}"
    return local.isoformat(" ", "minutes")


def interval(start: datetime, step: Step, language: Language) -> str:
    """The name of an interval: its time, its day with the day of the week, its month or year."""
    local = start.astimezone(PARIS)
    if step is Step.DAY:
        return f"{local:%Y-%m-%d} {_DAYS[language][local.weekday()]}"
    if step in (Step.MONTH, Step.YEAR):
        return f"{local:%Y-%m}" if step is Step.MONTH else f"{local:%Y}"
    return moment(start)
