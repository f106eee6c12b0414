"""The past as commands see it: the history and what is not yet in it, as one."""

from datetime import timedelta

from telewatt.cli.console import Console
from telewatt.cli.past import open_past
from telewatt.cli.setup import Setup
from telewatt.config import Config
from telewatt.logline import write_line
from telewatt.rollup import Step
from tests.cli.house import END, START, house_readings, telewatt, write_past

HOUR = timedelta(hours=1)


def setup_of(journal):
    return Setup(Config(meters={}), None, journal, Console("en"))


def frames(past):
    series = past.series("main", "frames", START, END + HOUR, Step.HOUR)
    return sum(row.number for row in series.rows)


def test_an_hour_that_is_written_meanwhile_is_counted_once(tmp_path):
    journal = tmp_path / "journal.db"
    readings = [reading for reading in house_readings() if reading.source == "main"][:300]
    write_past(journal, readings[:180])
    with open_past(setup_of(journal)) as past:
        assert frames(past) == 180
        write_past(journal, readings[180:])
        assert frames(past) == 300


def test_the_open_part_is_what_the_service_would_write(tmp_path):
    journal = tmp_path / "journal.db"
    readings = house_readings()[:300]
    write_past(journal, readings)
    with open_past(setup_of(journal)) as past:
        heard = past.open_part.heard
        assert past.open_part.newest == readings[-1].received_at
        assert heard["021964540359"].last_seen == readings[-1].received_at
        stored = past.history.series("main", "frames", START, END, Step.HOUR).rows
        assert 0 < sum(row.number for row in stored) < 300
        assert frames(past) == 300


def test_a_meter_that_was_imported_first_is_the_first_of_its_site(tmp_path):
    journal = tmp_path / "journal.db"
    readings = [reading for reading in house_readings() if reading.source == "main"]
    meter = readings[0].meter or ""
    log = tmp_path / "old.log"
    log.write_text("".join(f"{write_line(r.received_at, r.frame)}\n" for r in readings[:5]))
    telewatt("import", log, "--meter", meter, "--journal", journal)
    write_past(journal, readings[5:12])
    with open_past(setup_of(journal)) as past:
        (found,) = past.meters()
        assert found.sites == ("main",)
        assert found.first_seen == readings[5].received_at
        assert [name.title for name in past.names()] == ["main"]
        assert past.history.meters()[0].sites == ()
    again = telewatt("import", log, "--site", "main", "--journal", journal)
    assert again.exit_code == 0, again.stderr


def test_a_journal_begun_anew_is_read_from_its_beginning(tmp_path):
    journal = tmp_path / "journal.db"
    readings = [reading for reading in house_readings() if reading.source == "main"]
    write_past(journal, readings[:200])
    journal.unlink()
    with open_past(setup_of(journal)) as past:
        before = frames(past)
    fresh = tmp_path / "fresh" / "journal.db"
    write_past(fresh, readings[200:220])
    fresh.rename(journal)
    with open_past(setup_of(journal)) as past:
        assert frames(past) == before + 20
