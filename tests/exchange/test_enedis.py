from __future__ import annotations

from datetime import datetime, timedelta
from fractions import Fraction
from math import floor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telewatt.exchange import Hints, NotImportableError, parse
from telewatt.exchange.measures import HOLES_MAX, Measures
from telewatt.rollup import merge_summaries
from telewatt.rollup.instant import from_ms
from tests.exchange.downloads import (
    PARIS,
    PREAMBLE,
    PRM,
    at,
    edf_power,
    enedis_curve,
    stamps,
    total_wh,
    workbook_curve,
)

FORMS = [enedis_curve, edf_power, workbook_curve]
DAYS = [("2025-03-30", 46), ("2025-10-26", 50), ("2024-02-29", 48), ("2024-12-31", 48)]


def read(text: str, encoding: str = "utf-8") -> Measures:
    return parse(text.encode(encoding), Hints())


def bounds(measures: Measures) -> list[tuple[datetime, datetime]]:
    """Where each portion begins and ends."""
    spans = []
    for portion in measures.portions:
        totals = merge_summaries(portion.minutes.values()).counters
        first = min(total.first_ms for total in totals.values())
        spans.append((from_ms(first), from_ms(max(total.last_ms for total in totals.values()))))
    return spans


def day_of(day: str, minutes: int = 30) -> list[datetime]:
    following = datetime.fromisoformat(day) + timedelta(days=1)
    return stamps(at(day), at(following.isoformat()), minutes)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize(("day", "halves"), DAYS)
def test_a_day_of_any_length_is_read_whole(form, day: str, halves: int) -> None:
    ends = day_of(day)
    values = [100 + 2 * n for n in range(len(ends))]
    measures = read(form(ends, values))
    assert len(ends) == halves
    assert bounds(measures) == [(at(day), ends[-1])]
    assert total_wh(measures.portions) == sum(values) // 2


@given(
    day=st.sampled_from([day for day, _ in DAYS]),
    minutes=st.sampled_from([10, 15, 30, 60]),
    form=st.sampled_from([enedis_curve, edf_power]),
    data=st.data(),
)
def test_any_part_of_a_curve_sums_up_exactly(day: str, minutes: int, form, data) -> None:
    ends = day_of(day, minutes)
    values = data.draw(
        st.lists(st.integers(0, 36_000), min_size=len(ends), max_size=len(ends)), label="values"
    )
    [portion] = read(form(ends, values)).portions
    total = {
        from_ms(counter.last_ms): counter.last_total
        for minute in portion.minutes.values()
        for counter in minute.counters.values()
    }
    exact = Fraction(0)
    for end, value in zip(ends, values, strict=True):
        exact += Fraction(value * minutes, 60)
        assert total[end] - total[at(day)] == floor(exact)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_encoding_and_line_ends_do_not_matter(encoding: str, end: str) -> None:
    ends = day_of("2025-05-01")
    plain = edf_power(ends, list(range(len(ends))))
    assert read(plain.replace("\r\n", end), encoding) == read(plain)


def test_a_missing_value_is_a_hole_and_never_zero() -> None:
    ends = day_of("2025-05-01")
    values: list[object] = [1000] * 10 + [None] * 4 + [1000] * 34
    measures = read(enedis_curve(ends, values))
    assert bounds(measures) == [(at("2025-05-01"), ends[9]), (ends[13], ends[-1])]
    assert total_wh(measures.portions) == 44 * 500


@pytest.mark.parametrize("form", [enedis_curve, edf_power])
def test_a_missing_row_is_a_hole_too(form) -> None:
    ends = day_of("2025-05-01")
    kept = ends[:10] + ends[14:]
    measures = read(form(kept, [1000] * len(kept)))
    assert bounds(measures) == [(at("2025-05-01"), ends[9]), (ends[13], ends[-1])]


def test_the_step_may_change_inside_a_file() -> None:
    hourly = stamps(at("2025-05-01T00:00"), at("2025-05-01T06:00"), 60)
    finer = stamps(at("2025-05-01T06:00"), at("2025-05-01T12:00"), 30)
    finest = stamps(at("2025-05-01T12:00"), at("2025-05-01T18:00"), 10)
    ends = hourly + finer + finest
    measures = read(enedis_curve(ends, [1200] * len(ends)))
    assert bounds(measures) == [(at("2025-05-01T00:00"), at("2025-05-01T18:00"))]
    assert total_wh(measures.portions) == 18 * 1200


def test_a_stamp_between_two_others_splits_their_interval() -> None:
    ends = day_of("2025-05-01")
    odd = sorted([*ends, ends[5] + timedelta(minutes=10)])
    measures = read(edf_power(odd, [600] * len(odd)))
    assert bounds(measures) == [(at("2025-05-01"), ends[-1])]
    assert total_wh(measures.portions) == 24 * 600


def test_rows_may_come_in_any_direction_and_twice() -> None:
    ends = day_of("2025-10-26")
    values = list(range(len(ends)))
    lines = enedis_curve(ends, values, end="\n").splitlines()
    shuffled = [*lines[:3], *reversed(lines[3:]), lines[7]]
    assert read("\n".join(shuffled) + "\n") == read(enedis_curve(ends, values))


@pytest.mark.parametrize(
    ("unit", "value", "wh"),
    [("W", "1500", 750), ("kW", "1,5", 750), ("Wh", "750", 750), ("kWh", "0.75", 750)],
)
def test_units_of_power_and_energy_are_told_apart(unit: str, value: str, wh: int) -> None:
    ends = day_of("2025-05-01")
    measures = read(enedis_curve(ends, [value] * 48, unit=unit))
    assert total_wh(measures.portions) == 48 * wh


def test_production_is_energy_injected() -> None:
    ends = day_of("2025-05-01")
    measures = read(enedis_curve(ends, [800] * 48, business="Production"))
    assert total_wh(measures.portions, "export_wh") == 24 * 800


def test_the_metering_point_is_told() -> None:
    ends = day_of("2025-05-01")
    assert {p.meter for p in read(enedis_curve(ends, [1] * 48)).portions} == {PRM}
    assert {p.meter for p in read(edf_power(ends, [1] * 48)).portions} == {""}


DAILY = (
    f";Point Référence Mesure (PRM) : ;{PRM}\n;Type de comptage : ;Consommation Quotidienne\n\n"
    ";Date;Valeur (en kWh)\n;29/03/2025;6,329\n;30/03/2025;NA\n;31/03/2025;5\n;01/04/2025;4,5\n"
)


def test_daily_energies_cover_civil_days() -> None:
    measures = read(DAILY)
    assert measures.kind == "daily"
    assert bounds(measures) == [
        (at("2025-03-29"), at("2025-03-30")),
        (at("2025-03-31"), at("2025-04-02")),
    ]
    assert total_wh(measures.portions) == 6329 + 5000 + 4500


def test_daily_energies_of_edf_are_read() -> None:
    text = (
        "\nRécapitulatif de ma consommation\n\n"
        "Date de consommation;Consommation (kWh);Nature de la donnée\n"
        "02/01/2025;9;Réelle\n01/01/2025;7,5;Estimée\n\n"
    )
    measures = read(text, "cp1252")
    assert bounds(measures) == [(at("2025-01-01"), at("2025-01-03"))]
    assert total_wh(measures.portions) == 16_500
    assert [remark.en[:1] for remark in measures.remarks] == ["1"]


def test_a_file_saved_again_with_its_accents_lost_is_read() -> None:
    ends = day_of("2025-05-01")
    plain = edf_power(ends, [100] * 48)
    assert read(plain.replace("è", "\ufffd").replace("é", "\ufffd")) == read(plain)
    assert read(plain.encode().decode("cp1252")) == read(plain)


INDEX = "\n".join(
    [
        PREAMBLE.removesuffix(";Pas en minutes"),
        f"{PRM};Index;01/09/2019;21/08/2020;Energie active;Consommation;Comptage Brut;Wh",
        "",
        "Horodate;Type de releve;EAS F1;EAS F2;EAS F3;EAS F10;EAS D1;EAS D4;EAS T",
        "2019-09-02T00:00:00+02:00;Arrêté quotidien;1009905;819074;2679;;1012584;;1831658",
        "2019-09-03T00:00:00+02:00;Arrêté quotidien;1009905;819074;5185;;1015090;;1834164",
        "2019-09-04T00:00:00+02:00;Arrêté quotidien;;;;;;;",
        "2019-09-05T00:00:00+02:00;Arrêté quotidien;1009905;819174;5185;;1015190;;1834264",
        "",
        "Periode;Identifiant calendrier fournisseur;Libelle calendrier fournisseur",
        "Du 2019-09-01T00:00:00+01:00 au;AA000000;Option Heures Creuses + Week-End",
        "",
    ]
)


def test_indexes_of_every_register_are_read() -> None:
    measures = read(INDEX)
    [portion] = measures.portions
    totals = merge_summaries(portion.minutes.values()).counters
    energies = {name: total.last_total - total.first_total for name, total in totals.items()}
    assert energies == {
        "import_1_wh": 0, "import_2_wh": 100, "import_3_wh": 2506, "grid_1_wh": 2606,
        "import_wh": 2606,
    }  # fmt: skip
    assert bounds(measures) == [(at("2019-09-02"), at("2019-09-05"))]


def test_a_replaced_meter_counts_nothing_for_its_jump() -> None:
    lower = INDEX.replace("1009905;819174;5185;;1015190;;1834264", "50;0;0;;50;;50")
    [portion] = read(lower).portions
    assert total_wh([portion]) == 2506
    assert {event.kind.value for event in portion.events} == {"reset"}


def test_indexes_of_edf_add_up_to_the_total() -> None:
    text = (
        "Récapitulatif de mes index\n\nDate de relevé de l'index;Type d'index;"
        "Index Heures pleines (kWh);Index Heures creuses (kWh)\n"
        "03/01/2025;Index transmis par le distributeur;1010;520\n"
        "01/01/2025;Index transmis par le distributeur;1000;515\n"
    )
    [portion] = read(text).portions
    assert total_wh([portion]) == 15_000
    assert total_wh([portion], "import_1_wh") == 5000
    assert total_wh([portion], "import_2_wh") == 10_000


def test_peak_powers_after_the_indexes_are_left_out() -> None:
    peaks = [
        PREAMBLE,
        f"{PRM};Puissance maximale quotidienne;;;Puissance maximale atteinte;;;;",
        "Horodate;Valeur",
        "2020-03-30T00:00:00+02:00;4500",
    ]
    assert read(INDEX + "\n".join(peaks) + "\n") == read(INDEX)


def test_of_many_holes_the_short_ones_are_filled_and_told() -> None:
    ends = stamps(at("2025-05-01"), at("2025-05-08"), 30)
    values: list[object] = [600] * len(ends)
    for place in range(3, 3 + 5 * 60, 5):
        values[place] = None
    for place in range(310, 320):
        values[place] = None
    measures = read(enedis_curve(ends, values))
    assert len(measures.portions) == HOLES_MAX + 1
    assert [remark.en.split()[0] for remark in measures.remarks] == [str(61 - HOLES_MAX)]
    assert total_wh(measures.portions) == (len(ends) - 10 - (HOLES_MAX - 1)) * 300
    assert (ends[309], ends[319]) in zip(
        [end for _, end in bounds(measures)],
        [start for start, _ in bounds(measures)[1:]],
        strict=False,
    )


CURVE = enedis_curve(day_of("2025-05-01")[:6], [100, 200, 300, 400, 500, 600], end="\n")
BAD_FILES = {
    "wrong columns": ("a;b;c\n1;2;3\n", 1, "no table"),
    "column missing": (CURVE.replace("Horodate;Valeur", "Horodate;Autre"), 1, "no table"),
    "unit unknown": (CURVE.replace(";W;", ";VA;"), 3, "unit"),
    "unit missing": ("Horodate;Valeur\n2025-05-01T00:30:00+02:00;100\n", 1, "unit"),
    "unit contradicts values": (CURVE.replace(";W;", ";kW;"), 7, "unit"),
    "no date": (CURVE.replace("2025-05-01T01:30:00+02:00", "2025-13-01T01:30:00+02:00"), 6, "date"),
    "date of a spreadsheet": (CURVE.replace("2025-05-01T01:30:00+02:00", "45778,0625"), 6, "date"),
    "no number": (CURVE.replace("300", "3OO"), 6, "number"),
    "negative": (CURVE.replace(";300", ";-300"), 6, "negative"),
    "text among values": (CURVE.replace("2025-05-01T01:30:00+02:00;300", "bonjour;x"), 6, "date"),
    "contradiction": (CURVE + "2025-05-01T01:30:00+02:00;301\n", 10, "line 6"),
    "irregular step": (CURVE.replace("T01:30:00", "T01:31:00"), 6, "step"),
    "cut in a stamp": (CURVE[: CURVE.rindex("T03:00")] + "T03", 9, "date"),
    "cut before a value": (CURVE[: CURVE.rindex(";")], 9, "columns"),
    "quote never closed": (CURVE.replace(";300", ';"300'), 6, "quotation"),
    "half a row of EDF": (
        edf_power(day_of("2025-05-01")[:6], [100] * 6)[:-5].replace("\r", "").rpartition(";")[0],
        11,
        "columns",
    ),
    "peak powers": (
        CURVE.replace("Courbe de charge", "Puissance maximale quotidienne"), 3, "powers",
    ),
    "reactive energy": (CURVE.replace("Energie active", "Energie reactive"), 3, "reactive"),
    "nothing measured": (enedis_curve(day_of("2025-05-01")[:3], [None] * 3), 3, "no value"),
    "two curves": (CURVE + CURVE, 12, "line 3"),
    "overlap": (
        "Début;Fin;Valeur (en kW)\n01/05/2025 00:00;01/05/2025 00:30;1\n"
        "01/05/2025 00:15;01/05/2025 00:45;1\n", 3, "overlaps",
    ),
    "unknown register": (INDEX.replace("EAS F2", "Index Lune (kWh)"), 4, "lune"),
    "a day that begins at noon": (DAILY.replace("31/03/2025", "31/03/2025 12:00"), 7, "midnight"),
    "a day twice": (DAILY + ";31/03/2025;6\n", 9, "line 7"),
}  # fmt: skip


@pytest.mark.parametrize(("text", "line", "word"), BAD_FILES.values(), ids=BAD_FILES.keys())
@pytest.mark.parametrize("encoding", ["utf-8", "cp1252"])
def test_a_bad_file_is_told_with_its_line_and_remedy(text, line, word, encoding) -> None:
    with pytest.raises(NotImportableError) as refused:
        read(text, encoding)
    assert refused.value.line == line
    english, french = (refused.value.describe("a.csv", language) for language in ("en", "fr"))
    assert english.startswith(f"a.csv:{line}: ")
    assert word in english.lower()
    assert " → " in english
    assert " → " in french
    assert english != french


@pytest.mark.slow
def test_a_year_is_read_whole() -> None:
    ends = stamps(at("2024-01-01"), at("2025-01-01"), 30)
    assert ends[0].astimezone(PARIS).year == 2024
    measures = read(enedis_curve(ends, [500] * len(ends)))
    assert total_wh(measures.portions) == 500 * len(ends) // 2
