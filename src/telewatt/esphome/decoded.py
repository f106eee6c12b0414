"""Template entities: what the registers and codes of a meter mean, decoded on the chip.

The bits of STGE are those of `telewatt.tic.values.Stge` (54E 6.2.3.13); over-power means the same
in both modes: ADPS or ADIR in historic, bit 7 in standard.
"""

from collections.abc import Callable, Iterator
from typing import NamedTuple

from telewatt.entities import COLOURS, Entity, Profile, entities_of
from telewatt.esphome.answers import MeterAnswers
from telewatt.esphome.shown import contract_of_meter
from telewatt.language import Language, Text

LINK_MS = 10_000
"""A meter that sends no whole frame for so long is not heard any more."""
UNKNOWN = Text("unknown", "inconnue")


class Decoded(NamedTuple):
    """One template entity: ``section`` is binary_sensor or text_sensor, ``code`` its C++."""

    key: str
    section: str
    entity: Entity
    code: str


def id_of(meter: MeterAnswers, name: str) -> str:
    """The id inside the firmware of a label or of what is decoded."""
    plain = name.lower().replace("+", "_next").replace("-", "_last")
    return f"{meter.name}_{plain}"


def decoded(
    meter: MeterAnswers, labels: tuple[str, ...], language: Language
) -> tuple[Decoded, ...]:
    """The template entities of a meter that sends these labels."""
    known = {entity.key: entity for entity in _entities(meter, labels)}
    return tuple(
        Decoded(key, section, known[key], code)
        for key, section, code in _codes(meter, set(labels), language)
        if key in known
    )


def _entities(meter: MeterAnswers, labels: tuple[str, ...]) -> tuple[Entity, ...]:
    profile = Profile(
        meter.mode, frozenset(labels), frozenset(), contract_of_meter(meter), meter.phases
    )
    return entities_of(profile)


def _codes(
    meter: MeterAnswers, labels: set[str], language: Language
) -> Iterator[tuple[str, str, str]]:
    heard = f"id({id_of(meter, 'heard')})"
    yield "link", "binary_sensor", f"return {heard} != 0 && millis() - {heard} < {LINK_MS};"
    if "STGE" in labels:
        yield from _of_status(meter, language)
    else:
        yield from _of_codes(meter, labels, language)
    yield "tariff_period", "text_sensor", _period(meter, labels, language)


def _of_status(meter: MeterAnswers, language: Language) -> Iterator[tuple[str, str, str]]:
    """Standard mode: the fields of the status register."""
    register = f"id({id_of(meter, 'STGE')}).state"
    read = (
        f"if ({register}.empty()) return {{}};\n"
        f"auto stge = strtoul({register}.c_str(), nullptr, 16);\n"
    )

    def flag(key: str, test: str) -> tuple[str, str, str]:
        return key, "binary_sensor", f"{read}return ({test}) != 0;"

    yield flag("over_power", "stge >> 7 & 1")
    yield flag("overvoltage", "stge >> 6 & 1")
    yield flag("breaker_open", "stge >> 1 & 7")
    yield flag("terminal_cover_open", "stge >> 4 & 1")
    yield flag("dry_contact_closed", "~stge & 1")
    yield flag("clock_degraded", "stge >> 16 & 1")
    yield flag("ejp_today", "stge >> 30 & 3")
    yield flag("ejp_notice", "stge >> 28 & 3")
    words = ", ".join(f'"{word}"' for word in _colours(language))
    for key, bit in (("tempo_today", 24), ("tempo_tomorrow", 26)):
        names = f"static const char *const COLOURS[] = {{{words}}};\n"
        yield key, "text_sensor", f"{read}{names}return std::string(COLOURS[stge >> {bit} & 3]);"


def _of_codes(
    meter: MeterAnswers, labels: set[str], language: Language
) -> Iterator[tuple[str, str, str]]:
    """Historic mode: the codes of PTEC and DEMAIN, and labels that come only while it is so."""
    over = [
        f"id({id_of(meter, x)}).state > 0"
        for x in ("ADPS", "ADIR1", "ADIR2", "ADIR3")
        if x in labels
    ]
    if over:
        yield "over_power", "binary_sensor", f"return {' || '.join(over)};"
    ptec = f"id({id_of(meter, 'PTEC')}).state"
    yield "ejp_today", "binary_sensor", f'return {ptec}.substr(0, 2) == "PM";'
    if "PEJP" in labels:
        yield "ejp_notice", "binary_sensor", f"return id({id_of(meter, 'PEJP')}).state > 0;"
    letters = [f"{ptec}.size() > 3 && {ptec}[3] == '{letter}'" for letter in "BWR"]
    yield "tempo_today", "text_sensor", _first(letters, language)
    if "DEMAIN" in labels:
        demain = f"id({id_of(meter, 'DEMAIN')}).state"
        words = [f'{demain}.substr(0, 4) == "{word}"' for word in ("BLEU", "BLAN", "ROUG")]
        yield "tempo_tomorrow", "text_sensor", _first(words, language)


def _first(tests: list[str], language: Language) -> str:
    unknown, *colours = _colours(language)
    lines = [
        f'if ({test}) return std::string("{colour}");'
        for test, colour in zip(tests, colours, strict=True)
    ]
    return "\n".join([*lines, f'return std::string("{unknown}");'])


def _colours(language: Language) -> list[str]:
    return [text.of(language) for text in (UNKNOWN, *COLOURS.values())]


_PTEC = {
    "HC..": 1, "HP..": 2, "HN..": 1, "PM..": 2,
    "HCJB": 1, "HPJB": 2, "HCJW": 3, "HPJW": 4, "HCJR": 5, "HPJR": 6,
}  # fmt: skip


def _period(meter: MeterAnswers, labels: set[str], language: Language) -> str:
    """The name of the running period, from its code or its number."""
    periods = contract_of_meter(meter).periods
    test: Callable[[int], list[str]]
    if "NTARF" in labels:
        number = f"atoi(id({id_of(meter, 'NTARF')}).state.c_str())"

        def test(period: int) -> list[str]:
            return [f"{number} == {period}"]
    else:
        ptec = f"id({id_of(meter, 'PTEC')}).state"

        def test(period: int) -> list[str]:
            return [
                f'{ptec} == "{code}"'
                for code, n in _PTEC.items()
                if n == period and _fits(meter, code)
            ]

    lines = [
        f'if ({condition}) return std::string("{period.name.of(language)}");'
        for number_, period in periods.items()
        for condition in test(number_)
    ]
    return "\n".join([*lines, f'return std::string("{UNKNOWN.of(language)}");'])


def _fits(meter: MeterAnswers, code: str) -> bool:
    """Whether this code of PTEC belongs to the contract."""
    if meter.contract == "tempo":
        return code.endswith(("JB", "JW", "JR"))
    return code in {"hc": ("HC..", "HP.."), "ejp": ("HN..", "PM..")}.get(meter.contract, ())
