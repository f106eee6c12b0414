import io
import logging
import os
from datetime import UTC, datetime

import pytest

from telewatt.language import Text
from telewatt.service.logs import set_up_logs
from telewatt.service.reports import Reports
from telewatt.sources import LineState, LineStatus
from telewatt.sources.line import Line
from telewatt.store.alarms import Alarm, AlarmKind
from telewatt.tic import Decoder
from telewatt.truth import Event, EventKind

UNPLUGGED = LineStatus(LineState.UNPLUGGED, "", (("port", "/dev/ttyUSB0"),))
READING = LineStatus(LineState.READING, "", (("port", "/dev/ttyUSB0"),))


class Clock:
    now_s = 1000.0

    def __call__(self):
        return self.now_s


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def reports(clock):
    return Reports("en", clock)


def test_a_state_is_said_with_its_remedy(reports, caplog):
    reports.state("house", UNPLUGGED)
    (record,) = caplog.records
    assert record.levelno == logging.WARNING
    assert record.getMessage() == (
        "house: /dev/ttyUSB0 is not there: plug the adapter in; reading goes on by itself"
    )


def test_what_the_world_says_is_one_line_and_commands_no_terminal(reports, caplog):
    hostile = "no\n12:00:00 house: all is well\x1b[2J\u202e\u2028"
    reports.say(logging.WARNING, Text("{said}", "{said}"), said=hostile)
    (record,) = caplog.records
    assert record.getMessage() == "no\ufffd12:00:00 house: all is well\ufffd[2J\ufffd\ufffd"
    reports.say(logging.WARNING, Text("é\u202f!\u00a0…", ""))
    assert caplog.records[1].getMessage() == "é\u202f!\u00a0…"


def test_a_line_that_changes_all_the_time_says_each_state_once_a_minute(reports, clock, caplog):
    caplog.set_level(logging.INFO)
    for _ in range(120):
        clock.now_s += 1
        reports.state("house", UNPLUGGED)
        reports.state("house", READING)
    assert len(caplog.records) == 4


def test_a_state_that_lasts_is_said_when_its_quiet_minute_is_over(reports, clock, caplog):
    caplog.set_level(logging.INFO)
    for after_s, status in ((0, UNPLUGGED), (5, READING), (25, UNPLUGGED)):
        clock.now_s += after_s
        reports.state("house", status)
    said = []
    for _ in range(180):
        clock.now_s += 1
        reports.say_what_lasts()
        said.append(len(caplog.records))
    assert (said[28], said[29], said[-1]) == (2, 3, 3)
    assert "is not there" in caplog.messages[-1]


def test_a_state_that_is_over_again_within_its_minute_is_not_said_later(reports, clock, caplog):
    caplog.set_level(logging.INFO)
    for status in (UNPLUGGED, READING, UNPLUGGED, READING):
        clock.now_s += 1
        reports.state("house", status)
    clock.now_s += 120
    reports.say_what_lasts()
    assert len(caplog.records) == 2


def test_one_line_does_not_silence_another(reports, caplog):
    reports.state("house", UNPLUGGED)
    reports.state("solar", UNPLUGGED)
    assert len(caplog.records) == 2


def test_counters_tell_what_came_since_the_last_time(reports, caplog):
    caplog.set_level(logging.INFO)
    line = Line("sim:?seed=1", "house", lambda reading: None)
    frames = Decoder().feed(b"\x02\nADCO 021861348497 L\r\nPAPP 00751 -\r\x03" * 2)
    for frame in frames:
        line.counters.count(frame)
    reports.state("house", READING)
    reports.counters("house", line)
    line.counters.count(frames[0])
    reports.counters("house", line)
    first, second = [record.getMessage() for record in caplog.records[1:]]
    assert first == (
        "house: 2 frames (2 damaged), 2 datasets, 0 repaired, "
        "2 rejected (checksum 2), 1 changes of state"
    )
    assert second.startswith("house: 1 frames (1 damaged), 1 datasets")


@pytest.mark.parametrize("language", ["en", "fr"])
def test_counters_of_a_meter_that_is_not_read_say_its_state_and_remedy(clock, caplog, language):
    caplog.set_level(logging.INFO)
    reports = Reports(language, clock)
    line = Line("sim:?seed=1", "house", lambda reading: None)
    reports.state("house", UNPLUGGED)
    reports.counters("house", line)
    said = caplog.records[-1].getMessage()
    assert said.startswith(("house: 0 frames", "house : 0 trames"))
    assert said.endswith(f"; unplugged - {UNPLUGGED.remedy.of(language)}")


def test_another_meter_at_the_same_port_is_a_warning(clock, caplog):
    caplog.set_level(logging.INFO)
    reports = Reports("fr", clock)
    reports.meter("house", None, "021861348497")
    reports.meter("house", "021861348497", "021861348498")
    first, second = caplog.records
    assert (first.levelno, first.getMessage()) == (logging.INFO, "house : compteur …8497")
    assert second.levelno == logging.WARNING
    assert "…8498, avant …8497" in second.getMessage()
    assert "02186134" not in caplog.text
    assert "câbles échangés ou compteur remplacé" in second.getMessage()


def full(what):
    return Alarm(
        AlarmKind.DISK_FULL,
        datetime(2026, 11, 22, tzinfo=UTC),
        Text(fr=f"Le disque est plein{what}.", en=f"The disk is full{what}."),
        Text(fr="Libérez de la place.", en="Free some space."),
    )


def test_an_alarm_of_the_journal_is_said_in_the_language_of_the_service(clock, caplog):
    Reports("fr", clock).alarms([full("")])
    assert caplog.messages == ["journal : Le disque est plein. Libérez de la place."]


def test_each_alarm_is_said_once_and_a_new_one_of_the_same_kind_too(reports, caplog):
    caplog.set_level(logging.INFO)
    for active in ([full("")], [full("")], [full(" again")], []):
        reports.alarms(active)
    assert caplog.messages == [
        "journal: The disk is full. Free some space.",
        "journal: The disk is full again. Free some space.",
        "journal: this is over: The disk is full again.",
    ]


@pytest.fixture
def root_logger():
    root = logging.getLogger()
    before = root.handlers[:], root.level
    yield root
    for handler in root.handlers:
        handler.close()
    root.handlers[:], level = before
    root.setLevel(level)


def test_journald_gets_every_line_with_its_priority(root_logger, tmp_path):
    with (tmp_path / "stderr").open("w+") as stream:
        status = os.fstat(stream.fileno())
        journal_stream = f"{status.st_dev}:{status.st_ino}"
        set_up_logs("info", stream, {"JOURNAL_STREAM": journal_stream})
        logging.getLogger("telewatt").warning("one\ntwo")
        logging.getLogger("telewatt").info("three")
        logging.getLogger("telewatt").debug("not this")
        stream.seek(0)
        assert stream.read() == "<4>one\n<4>two\n<6>three\n"


def test_people_get_the_time_instead(root_logger):
    stream = io.StringIO()
    set_up_logs("debug", stream, {"JOURNAL_STREAM": "1:2"})
    logging.getLogger("telewatt").debug("here")
    assert stream.getvalue().endswith(" here\n")
    assert stream.getvalue()[2] == ":"


def test_a_doubtful_index_is_a_warning(reports, caplog):
    caplog.set_level(logging.INFO)
    words = Text("held back", "retenus")
    now = datetime.now(UTC)
    for kind in (EventKind.DOUBTFUL, EventKind.RESOLVED):
        reports.event("house", Event(kind, now, now, "import_wh", "1", "2", words))
    assert [record.levelno for record in caplog.records] == [logging.WARNING, logging.INFO]
    assert caplog.records[0].getMessage() == "house: held back"


def test_what_is_written_to_the_disk_is_said(reports, caplog):
    caplog.set_level(logging.INFO)
    reports.disk((1_500_000, 12_345_678), 40_000_000)
    assert caplog.text.count("1.5 MB written (12.3 MB a day)") == 1
    reports.disk(None, 40_000_000)
    assert len(caplog.records) == 1
