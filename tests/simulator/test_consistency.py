"""What one meter says agrees with itself, from frame to frame and through the events."""

import hashlib
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice, pairwise, takewhile

import pytest

from telewatt.simulator import (
    SettingsError,
    Transmission,
    parse_settings,
    simulate,
    stream_bytes,
)
from telewatt.simulator.clock import PARIS
from telewatt.simulator.twin import Twin
from telewatt.tic import Mode, Status


def stream(text: str, start: str = "2025-01-15T18:00") -> Iterator[Transmission]:
    return simulate(parse_settings(text), datetime.fromisoformat(start).replace(tzinfo=PARIS))


def during(text: str, start: str, seconds: int) -> list[Transmission]:
    first = datetime.fromisoformat(start).replace(tzinfo=PARIS)
    end = first + timedelta(seconds=seconds)
    return list(takewhile(lambda one: one.time < end, stream(text, start)))


def data(one: Transmission, label: str) -> str | None:
    return next((d.data for d in one.datasets if d.label == label), None)


def horodate(one: Transmission, label: str) -> str | None:
    return next((d.horodate for d in one.datasets if d.label == label), None)


def labels(one: Transmission) -> list[str]:
    return [d.label for d in one.datasets]


def number(one: Transmission, label: str) -> int:
    text = data(one, label)
    assert text is not None, label
    return int(text)


def stge(one: Transmission, bit: int, width: int = 1) -> int:
    text = data(one, "STGE")
    assert text is not None
    return (int(text, 16) >> bit) & ((1 << width) - 1)


FULL = "producer=yes&pv=4000&heatpump=2000&ev=3700"
LIVES = [
    f"contract=hc&{FULL}&every=1m&step=5s",
    f"contract=tempo&phases=3&kva=12&{FULL}&every=1m&step=5s",
    f"contract=weekend&{FULL}&every=1m&step=5s",
    f"contract=base&phases=3&kva=12&{FULL}&every=1m&step=5s",
    f"contract=ejp&{FULL}&every=1m&step=5s",
]


@pytest.mark.slow
@pytest.mark.parametrize("text", LIVES)
@pytest.mark.parametrize("start", ["2025-01-17T22:00", "2025-07-05T05:00"])
def test_a_day_of_frames_agrees_with_itself(text: str, start: str) -> None:
    for one in during(text, start, 86_400):
        assert number(one, "EAST") == sum(number(one, f"EASF{n:02}") for n in range(1, 11))
        assert number(one, "EAST") == sum(number(one, f"EASD{n:02}") for n in range(1, 5))
        assert number(one, "NTARF") == stge(one, 10, 4) + 1
        assert (data(one, "RELAIS") == "001") is (stge(one, 0) == 0)
        assert number(one, "SINSTS") == 0 or number(one, "SINSTI") == 0
        assert stge(one, 9) == (number(one, "SINSTI") > 0)
        assert stge(one, 8) == stge(one, 17) == 1
        stamp = horodate(one, "DATE")
        assert stamp is not None
        written = datetime.strptime(stamp[1:], "%y%m%d%H%M%S").replace(tzinfo=PARIS)
        assert written == one.time.astimezone(PARIS).replace(microsecond=0)
        ahead = [horodate(one, f"DPM{n}") for n in (1, 2, 3)]
        future = [h for h in ahead if h is not None and h[1:] > stamp[1:]]
        assert (data(one, "PPOINTE") is not None) is bool(future)


@pytest.mark.slow
def test_only_the_running_index_moves() -> None:
    for before, after in pairwise(during(LIVES[0], "2025-01-15T20:00", 6 * 3600)):
        moved = [
            n for n in range(1, 11) if number(after, f"EASF{n:02}") > number(before, f"EASF{n:02}")
        ]
        assert set(moved) <= {number(before, "NTARF"), number(after, "NTARF")}


@pytest.mark.slow
@pytest.mark.parametrize("phases", [1, 3])
def test_the_load_curve_is_the_slope_of_the_index(phases: int) -> None:
    """CCASN is the mean of its period: 2 W are one Wh of rounding in half an hour."""
    text = f"contract=hc&phases={phases}&kva=12&every=30m&step=5s&heatpump=2000&ev=3700"
    frames = during(text, "2025-01-15T18:00", 86_400)
    for before, after in pairwise(frames):
        mean = (number(after, "EAST") - number(before, "EAST")) * 2
        assert abs(number(after, "CCASN") - mean) <= 3
        assert horodate(after, "CCASN") == horodate(after, "DATE")
        assert data(after, "CCASN-1") == data(before, "CCASN")
        assert horodate(after, "CCASN-1") == horodate(before, "CCASN")


def test_the_index_follows_the_power() -> None:
    settings = parse_settings("contract=hc&heatpump=2000")
    start_s = int(datetime(2025, 1, 15, 17, tzinfo=UTC).timestamp())
    twin = Twin(settings, start_s)
    before, joules = twin.meter.east, 0
    for second in range(1, 3601):
        twin.advance(start_s + second)
        joules += twin.meter.watts
    assert abs(twin.meter.east - before - joules / 3600) <= 1


@pytest.mark.slow
def test_the_daily_maximum_moves_to_yesterday_at_midnight() -> None:
    frames = during("phases=3&kva=9&every=1m&step=5s", "2025-01-15T20:00", 5 * 3600)
    for before, after in pairwise(frames):
        if stamp_day(before) != stamp_day(after):
            break
    else:
        pytest.fail("no midnight")
    for label in ("SMAXSN", "SMAXSN1", "SMAXSN2", "SMAXSN3"):
        assert number(after, f"{label}-1") >= number(before, label)
        assert (horodate(after, label) or "")[1:] >= stamp_day(after) + "000000"
        assert (horodate(before, label) or "")[1:] <= stamp_day(after) + "000000"


def stamp_day(one: Transmission) -> str:
    return (horodate(one, "DATE") or "")[1:7]


@pytest.mark.parametrize(
    ("start", "letters", "hours"),
    [("2025-03-30T00:00", "HE", 23), ("2025-10-26T00:00", "EH", 25), ("2025-01-15T00:00", "H", 24)],
)
def test_a_day_of_a_clock_change_has_the_right_hours_and_letters(
    start: str, letters: str, hours: int
) -> None:
    frames = during("every=10m&step=1m&contract=hc", start, 26 * 3600)
    of_day = [f for f in frames if stamp_day(f) == start[2:10].replace("-", "")]
    assert len(of_day) == hours * 6
    seasons = "".join((horodate(f, "DATE") or "")[0] for f in of_day)
    assert "".join(dict.fromkeys(seasons)) == letters
    off_peak = [f for f in of_day if number(f, "NTARF") == 1]
    assert len(off_peak) == (8 - 24 + hours) * 6


def test_the_day_number_changes_with_the_first_frame_after_midnight() -> None:
    frames = during("contract=weekend", "2025-01-17T23:59:50", 20)
    days = [
        (stamp_day(f)[4:], data(f, "NJOURF"), data(f, "NJOURF+1"), data(f, "NTARF")) for f in frames
    ]
    assert list(dict.fromkeys(days)) == [("17", "00", "01", "01"), ("18", "01", "01", "03")]
    profiles = [data(f, "PJOURF+1") for f in during("contract=weekend", "2025-01-16T12:00", 1)]
    assert profiles[0] is not None
    assert profiles[0].startswith("0000C001 06008002 2200C001 NONUTILE")


@pytest.mark.slow
def test_tempo_changes_colour_at_six() -> None:
    text = "contract=tempo&every=10s&events=2025-01-15T21:00 peak pm=2 day=2025-01-16"
    frames = during(text + "&step=1m", "2025-01-15T20:59", 3600 * 10)
    changed = [f for f in frames if data(f, "NTARF") == "06"]
    assert (horodate(changed[0], "DATE") or "")[7:] == "060000"
    assert (data(changed[0], "LTARF"), stge(changed[0], 24, 2), stge(changed[0], 30, 2)) == (
        "    HP  ROUGE   ", 3, 2,
    )  # fmt: skip
    night = frames[frames.index(changed[0]) - 1]
    assert (stge(night, 26, 2), stge(night, 28, 2), data(night, "NTARF")) == (3, 2, "01")
    assert (horodate(night, "DPM2"), horodate(night, "FPM2")) == (" 250116060000", " 250117060000")
    assert data(night, "PPOINTE") is not None
    assert data(changed[0], "PPOINTE") is None
    assert horodate(changed[0], "DPM2") == " 250116060000"


def test_historic_tempo_says_tomorrow_from_eight_in_the_evening() -> None:
    text = "mode=historic&contract=tempo&events=+0s peak pm=2"
    frames = during(text, "2025-01-15T19:59:50", 20)
    assert list(dict.fromkeys(data(f, "DEMAIN") for f in frames)) == ["----", "ROUG"]


@pytest.mark.slow
def test_pejp_is_sent_only_in_the_half_hour_before_the_peak() -> None:
    text = "mode=historic&contract=ejp&every=30s&step=1m&events=2025-01-15T12:00 peak pm=1"
    frames = during(text, "2025-01-15T11:00", 86_400)
    noticed = [f.time.astimezone(PARIS) for f in frames if data(f, "PEJP") == "30"]
    assert (noticed[0].hour, noticed[0].minute) == (6, 30)
    assert (noticed[-1].hour, noticed[-1].minute) == (6, 59)
    assert data(next(f for f in frames if f.time > noticed[-1]), "PTEC") == "PM.."


OVER = "events=+5s overcurrent kva=9 for=30s"


def test_adps_is_sent_while_the_current_exceeds() -> None:
    frames = during(f"mode=historic&kva=6&{OVER}", "2025-01-15T12:00", 90)
    for one in frames:
        assert (data(one, "ADPS") is not None) is (number(one, "IINST") > 30)
        if data(one, "ADPS"):
            assert data(one, "ADPS") == data(one, "IINST")
            assert labels(one)[labels(one).index("IINST") + 1] == "ADPS"
    assert 10 < sum("ADPS" in labels(one) for one in frames) < 30


@pytest.mark.slow
def test_a_cbe_slips_adps_in_after_the_dataset_in_course() -> None:
    """Anywhere in the first frame, at its place after IINST in the next ones."""
    places = set()
    for seconds in range(3, 20):
        text = f"mode=historic&meter=cbe_icc&kva=6&events=+{seconds}s overcurrent kva=9 for=20s"
        warned = [f for f in during(text, "2025-01-15T12:00", 60) if "ADPS" in labels(f)]
        assert all(f.status is Status.COMPLETE for f in warned)
        assert labels(warned[1])[labels(warned[1]).index("IINST") + 1] == "ADPS"
        places.add(labels(warned[0])[labels(warned[0]).index("ADPS") - 1])
    assert len(places) > 4


def test_an_over_current_breaks_off_the_long_frame_and_sends_cycles_of_20_short_ones() -> None:
    text = "mode=historic&phases=3&kva=9&events=+5s overcurrent kva=6 for=30s phase=2"
    frames = during(text, "2025-01-15T12:00", 200)
    broken = [n for n, f in enumerate(frames) if f.status is Status.INTERRUPTED]
    assert len(broken) == 1
    assert frames[broken[0]].line.endswith(b"\r\x04")
    after = frames[broken[0] + 1 :]
    short = ["PAPP" not in labels(f) for f in after]
    assert short[:21] == [True] * 20 + [False]
    assert short[21:41] == [True] * 20
    assert labels(after[0]) == ["ADIR2", "ADCO", "IINST1", "IINST2", "IINST3"]
    assert data(after[0], "ADIR2") == data(after[0], "IINST2")
    for one, is_short in zip(after, short, strict=True):
        if is_short:
            assert ("ADIR2" in labels(one)) is (number(one, "IINST2") > 15)
    last_adir = max(f.time for f in after if "ADIR2" in labels(f))
    last_short = max(f.time for f, s in zip(after, short, strict=True) if s)
    assert 58 <= (last_short - last_adir).total_seconds() <= 61
    assert not any(short[-5:])


def test_the_breaker_cuts_the_house_off_and_closes_again() -> None:
    frames = during("kva=6&events=+5s overcurrent kva=18 for=30s", "2025-01-15T12:00", 200)
    organs = [stge(f, 1, 3) for f in frames]
    assert list(dict.fromkeys(organs)) == [0, 1]
    assert organs[-1] == 0
    opened = [f for f in frames if stge(f, 1, 3)]
    assert {number(f, "IRMS1") for f in opened[1:]} == {0}
    assert any(stge(f, 7) for f in frames)


def test_the_mode_switch_is_the_same_meter_at_another_speed() -> None:
    frames = during("mode=historic&contract=hc&events=+10s mode standard", "2025-01-15T12:00", 20)
    assert list(dict.fromkeys(f.mode for f in frames)) == [Mode.HISTORIC, Mode.STANDARD]
    first = next(f for f in frames if f.mode is Mode.STANDARD)
    assert (frames[0].baud, first.baud) == (1200, 9600)
    assert data(first, "ADSC") == data(frames[0], "ADCO")
    assert number(first, "EASF02") - number(frames[0], "HCHP") <= 1


def test_a_contract_change_keeps_the_indexes() -> None:
    frames = during("contract=base&events=+5s contract tempo", "2025-01-15T12:00", 10)
    before, after = frames[0], frames[-1]
    assert (data(before, "NGTF"), data(after, "NGTF")) == ("      BASE      ", "     TEMPO      ")
    assert 0 <= number(after, "EAST") - number(before, "EAST") <= 1
    assert stge(before, 24, 2) == 0
    assert stge(after, 24, 2) > 0


def test_a_modern_contract_shows_only_the_total_in_historic_mode() -> None:
    text = "contract=weekend&index=1000,2000,3000&life=0&heater=0"
    standard = during(text, "2025-01-15T12:00", 1)[0]
    historic = during(f"{text}&mode=historic", "2025-01-15T12:00", 1)[0]
    assert [data(historic, n) for n in ("OPTARIF", "PTEC", "BASE")] == ["BASE", "TH..", "000006000"]
    assert data(standard, "EAST") == "000006000"


def test_a_replaced_meter_has_another_address_and_starts_at_zero() -> None:
    frames = during("events=+5s replace;+8s replace address=041876123456", "2025-01-15T12:00", 12)
    addresses = list(dict.fromkeys(data(f, "ADSC") for f in frames))
    assert len(addresses) == 3
    assert addresses[2] == "041876123456"
    assert number(frames[-1], "EAST") == 0
    assert data(frames[0], "CCASN") is not None
    assert data(frames[-1], "CCASN") is None
    assert data(frames[-1], "UMOY1") is not None


def test_an_outage_cuts_the_line_inside_a_frame() -> None:
    frames = during("events=+5s outage for=10m", "2025-01-15T12:00", 620)
    cut = next(f for f in frames if f.status is Status.TRUNCATED)
    after = frames[frames.index(cut) + 1]
    assert not cut.line.endswith((b"\x03", b"\x04"))
    assert cut.line.count(b"\r") == len(cut.datasets)
    assert cut.time + timedelta(seconds=cut.duration_s) <= frames[0].time + timedelta(seconds=5)
    assert (after.time - frames[0].time).total_seconds() == 608
    assert number(after, "EAST") == number(frames[0], "EAST")
    assert data(after, "CCASN") is not None
    later = during("events=+5s outage for=10m&every=1m", "2025-01-15T12:00", 2400)
    point = next(f for f in later if f.time > frames[0].time + timedelta(seconds=1800))
    assert data(point, "CCASN") is None
    assert data(point, "CCASN-1") is not None


def test_a_degraded_clock_writes_small_letters_and_its_own_time() -> None:
    text = "contract=hc&events=+3s clock degraded offset=-3h;+8s clock restored"
    frames = during(text, "2025-01-15T23:00", 12)
    stamps = [horodate(f, "DATE") or "" for f in frames]
    assert "".join(dict.fromkeys(s[0] for s in stamps)) == "Hh"
    for one, stamp in zip(frames, stamps, strict=True):
        assert stge(one, 16) == stamp[0].islower()
        others = [d.horodate for d in one.datasets if d.horodate and d.horodate[0] != " "]
        assert all(h[0] == stamp[0] for h in others)
        assert stamp[7:9] == ("20" if stge(one, 16) else "23")
        assert number(one, "NTARF") == (2 if stge(one, 16) else 1)


def test_messages_stay_or_are_sent_once() -> None:
    text = "events=+3s message COUPURE PREVUE DEMAIN;+3s ultrashort BONJOUR"
    frames = during(text, "2025-01-15T12:00", 10)
    assert data(frames[-1], "MSG1") == "COUPURE PREVUE DEMAIN".ljust(32)
    once = [f for f in frames if data(f, "MSG2")]
    assert [data(f, "MSG2") for f in once] == ["BONJOUR".ljust(16)]
    assert labels(once[0])[labels(once[0]).index("MSG1") + 1] == "MSG2"


@pytest.mark.parametrize(
    ("event", "seen"),
    [
        ("power pref=6 pcoup=3", lambda f: (data(f, "PREF"), data(f, "PCOUP")) == ("06", "03")),
        ("voltage volts=258 for=1m", lambda f: stge(f, 6) == 1 and data(f, "URMS1") == "258"),
        ("cutoff for=1m", lambda f: stge(f, 1, 3) == 4 and data(f, "SINSTS") == "00000"),
        ("mode historic", lambda f: f.mode is Mode.HISTORIC),
        ("idle for=1m", lambda f: f.mode is Mode.STANDARD),
    ],
)
def test_every_other_event_shows(event: str, seen: Callable[[Transmission], bool]) -> None:
    frames = during(f"events=+3s {event}", "2025-01-15T12:00", 75)
    assert seen(frames[9])
    after = frames[-1]
    assert stge(after, 6) == stge(after, 1, 3) == 0 if after.mode is Mode.STANDARD else True


def test_veille_sends_the_address_alone() -> None:
    frames = during("mode=historic&meter=cbe&events=+3s idle for=5s", "2025-01-15T12:00", 12)
    idle = [f for f in frames if labels(f) == ["ADCO"]]
    assert len(idle) > 15
    assert len(idle[0].line) == 23
    assert labels(frames[-1])[:3] == ["ADCO", "OPTARIF", "ISOUSC"]


def test_a_plain_cbemm_has_no_apparent_power() -> None:
    plain = during("mode=historic&meter=cbe", "2025-01-15T12:00", 1)[0]
    icc = during("mode=historic&meter=cbe_icc", "2025-01-15T12:00", 1)[0]
    assert "PAPP" not in labels(plain)
    assert "PAPP" in labels(icc)


@pytest.mark.parametrize(
    ("text", "count", "length"),
    [
        ("mode=historic", 10, 152), ("mode=historic&contract=hc", 11, 170),
        ("mode=historic&contract=ejp", 11, 173), ("mode=historic&contract=tempo", 16, 275),
        ("mode=historic&phases=3", 16, 233), ("mode=historic&phases=3&contract=hc", 17, 251),
        ("mode=historic&phases=3&contract=tempo", 22, 356), ("", 38, 865),
        ("producer=yes", 48, 1093), ("phases=3", 53, 1214), ("phases=3&producer=yes", 63, 1442),
    ],
)  # fmt: skip
def test_frames_have_the_size_of_real_ones(text: str, count: int, length: int) -> None:
    one = next(stream(text, "2025-06-15T12:00"))
    assert (len(one.datasets), len(one.line)) == (count, length)


def test_frames_follow_each_other_as_on_the_wire() -> None:
    for mode in ("standard", "historic"):
        for before, after in pairwise(islice(stream(f"mode={mode}"), 50)):
            assert before.duration_s == len(before.line) * 10 / before.baud
            gap = (after.time - before.time).total_seconds() - before.duration_s
            assert 0.01669 <= gap <= 0.03341


@pytest.mark.parametrize(
    ("events", "words"),
    [
        ("2025-01-15T10:00 outage for=1m", ("before the start", "later")),
        ("+1m peak pm=1", ("base", "pm=1")),
        ("+1m contract tempo;+2m peak pm=3", ("tempo", "it has 2")),
    ],
)
def test_a_script_that_does_not_fit_says_why(events: str, words: tuple[str, ...]) -> None:
    with pytest.raises(SettingsError) as error:
        stream(f"events={events}")
    assert all(word in str(error.value) for word in words)


def test_a_start_without_time_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        simulate(parse_settings(""), datetime(2025, 1, 15))  # noqa: DTZ001


def test_parity_only_adds_bit_7() -> None:
    stripped = stream_bytes(parse_settings("contract=hc"), 20_000)
    parity = stream_bytes(parse_settings("contract=hc&parity=yes"), 20_000)
    assert bytes(b & 0x7F for b in parity) == stripped
    assert all(b.bit_count() % 2 == 0 for b in parity)


GOLDEN = {
    "contract=tempo&phases=3&kva=12&seed=7&producer=yes&pv=3000&heatpump=2000&ev=7000": (
        "ed12c676cae56def3f1ee80e611754d800b67e54b06876d62301df9cea7642c0"
    ),
    "mode=historic&contract=hc&seed=3&noise=flip:0.01,burst:0.001,drop:0.001": (
        "57ad7074077b89d46e3536db928f2dbada7d283188dfc0abda2a79a3e0e493c3"
    ),
}


@pytest.mark.parametrize("text", GOLDEN)
def test_the_bytes_of_a_seed_never_change(text: str) -> None:
    """The same on every Python: whoever stored an expectation can rely on it."""
    digest = hashlib.sha256(stream_bytes(parse_settings(text), 200_000)).hexdigest()
    assert digest == GOLDEN[text]
