"""Whatever happened to the file: the journal starts, and what can be read is read."""

import os
import random
import shutil
from collections.abc import Callable, Iterable
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from telewatt.reading import Reading
from telewatt.store import AlarmKind, Entry, Journal
from telewatt.store.files import PAGE_SIZE
from tests.store.readings import make_readings

READINGS = make_readings(900)
DAMAGE = {AlarmKind.DAMAGED, AlarmKind.GAP}


def write_journal(path: Path, readings: Iterable[Reading], commits_of: int = 30) -> None:
    """A journal with many batches, all of it in the file itself."""
    journal = Journal.open(path)
    for count, reading in enumerate(readings, start=1):
        journal.append(reading)
        if count % commits_of == 0:
            journal.confirm("mqtt", journal.commit() - 5)
    journal.close()


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("sound") / "journal.db"
    write_journal(path, READINGS)
    return path


@pytest.fixture
def path(sound: Path, tmp_path: Path) -> Path:
    return Path(shutil.copy(sound, tmp_path / "journal.db"))


def read_all(journal: Journal) -> list[Entry]:
    entries: list[Entry] = []
    while found := journal.read(entries[-1].seq if entries else 0, 200):
        entries += found
    return entries


def write_packed(path: Path, *, closed: bool) -> Path:
    """Blocks of 150 entries and two last commits; half of it in the log if it is not closed."""
    journal = Journal.open(path)
    for count, reading in enumerate(READINGS, start=1):
        journal.append(reading)
        if count % 30 == 0:
            journal.confirm("mqtt", journal.commit() - 5)
        if count % 150 == 0 and count < 900:
            while journal.pack():
                pass
        if count == 450 and not closed:
            journal.close()
            journal = Journal.open(path)
    if closed:
        journal.close()
        return path
    copy = path.with_name("copy") / path.name
    copy.parent.mkdir()
    for suffix in ("", "-wal"):
        shutil.copy(f"{path}{suffix}", f"{copy}{suffix}")
    journal.close()
    return copy


@pytest.fixture(scope="module")
def packed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_packed(tmp_path_factory.mktemp("packed") / "journal.db", closed=True)


@pytest.fixture(scope="module")
def packed_crashed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_packed(tmp_path_factory.mktemp("packed_crashed") / "journal.db", closed=False)


def check_promises(path: Path) -> Journal:
    """Open and read: no number without an entry or a gap, no entry that is not the original."""
    journal = Journal.open(path)
    if AlarmKind.FOREIGN in {alarm.kind for alarm in journal.alarms}:
        return journal  # too little is left to tell whose it is: untouched, another one is begun
    entries = read_all(journal)
    for entry in entries:
        assert entry.reading == READINGS[entry.seq - 1]
    covered = {entry.seq for entry in entries}
    assert len(covered) == len(entries)
    explained = [(gap.first_seq, gap.last_seq) for gap in journal.gaps]
    for seq in range(1, min(journal.last_seq, len(READINGS)) + 1):
        assert seq in covered or any(first <= seq <= last for first, last in explained), seq
    assert journal.last_seq >= len(READINGS), "a durable number may be given again"
    if len(entries) < len(READINGS):
        assert AlarmKind.GAP in {alarm.kind for alarm in journal.alarms}
    return journal


def check_goes_on(journal: Journal, path: Path) -> None:
    """Write, close, open again: the new entry is there, and nothing is wrong any more."""
    entries = [entry.reading for entry in read_all(journal)]
    entry = journal.append(READINGS[0])
    assert journal.commit() == entry.seq
    journal.close()
    again = Journal.open(path)
    assert [found.reading for found in read_all(again)] == [*entries, READINGS[0]]
    assert again.alarms == ()
    again.close()


def zero_page(number: int) -> Callable[[Path], None]:
    def damage(path: Path) -> None:
        with path.open("r+b") as file:
            file.seek(number * PAGE_SIZE)
            file.write(bytes(PAGE_SIZE))

    return damage


def truncate(share: float) -> Callable[[Path], None]:
    return lambda path: os.truncate(path, int(path.stat().st_size * share))


@pytest.mark.parametrize(
    ("damage", "saved"),
    [
        pytest.param(zero_page(0), 900, id="zeroed header"),
        pytest.param(zero_page(1), 870, id="zeroed root of a table"),
        pytest.param(zero_page(20), 840, id="zeroed page"),
        pytest.param(truncate(0.5), 300, id="half a file"),
        pytest.param(truncate(0.9999), 840, id="last bytes missing"),
        pytest.param(lambda path: os.truncate(path, 0), 0, id="empty file"),
        pytest.param(lambda path: os.truncate(path, 50), 0, id="half a header"),
        pytest.param(lambda path: path.write_bytes(bytes(100_000)), 0, id="all zero"),
    ],
)
def test_a_damaged_file_is_set_aside_and_salvaged(
    path: Path, damage: Callable[[Path], None], saved: int
) -> None:
    damage(path)
    journal = check_promises(path)
    entries = read_all(journal)
    assert len(entries) >= saved
    assert {alarm.kind for alarm in journal.alarms} <= DAMAGE
    if AlarmKind.DAMAGED in {alarm.kind for alarm in journal.alarms}:
        assert len(list(path.parent.glob("journal.db.damaged-*"))) == 1
    if saved > 800:
        assert journal.place("mqtt") >= 800
    check_goes_on(journal, path)


@pytest.mark.parametrize("page", [0, 1, 2, 3])
def test_blocks_are_salvaged_whole(packed: Path, tmp_path: Path, page: int) -> None:
    path = Path(shutil.copy(packed, tmp_path / "journal.db"))
    zero_page(page)(path)
    journal = check_promises(path)
    assert [entry.seq for entry in read_all(journal)] == list(range(1, 901))
    assert journal.place("mqtt") >= 865
    check_goes_on(journal, path)


@pytest.mark.parametrize("page", [0, 1, 2, 3])
def test_blocks_in_the_log_are_salvaged_whole(
    packed_crashed: Path, tmp_path: Path, page: int
) -> None:
    path = Path(shutil.copy(packed_crashed, tmp_path / "journal.db"))
    shutil.copy(f"{packed_crashed}-wal", tmp_path / "journal.db-wal")
    zero_page(page)(path)
    overwrite_file(Path(f"{path}-wal"), 0, 48)
    journal = check_promises(path)
    assert [entry.seq for entry in read_all(journal)] == list(range(1, 901))
    check_goes_on(journal, path)


def test_what_was_pruned_stays_so_when_a_journal_is_salvaged(packed: Path, tmp_path: Path) -> None:
    path = Path(shutil.copy(packed, tmp_path / "journal.db"))
    journal = Journal.open(path)
    assert journal.prune(1, 450)
    assert journal.first_seq == 451
    journal.close()
    zero_page(1)(path)
    journal = Journal.open(path)
    assert journal.first_seq >= 451
    assert [gap[:3] for gap in journal.gaps if gap.reason == "pruned"] == [(1, 450, "pruned")]
    journal.close()


def overwrite_file(path: Path, start: int, count: int) -> None:
    content = path.read_bytes()
    path.write_bytes(content[:start] + bytes(count) + content[start + count :])


class KilledError(BaseException):
    """The moment the process ends; nothing may catch it."""


@pytest.mark.parametrize("step", range(5))
def test_a_salvage_that_is_killed_goes_on_at_the_next_start(
    crashed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: int
) -> None:
    path = Path(shutil.copy(crashed, tmp_path))
    shutil.copy(f"{crashed}-wal", tmp_path)
    zero_page(0)(path)
    rename, steps = Path.rename, iter(range(99))

    def rename_or_die(self: Path, target: Path) -> Path:
        if next(steps) == step:
            raise KilledError
        return rename(self, target)

    with monkeypatch.context() as patch:
        patch.setattr(Path, "rename", rename_or_die)
        with pytest.raises(KilledError):
            Journal.open(path)
    journal = check_promises(path)
    assert len(read_all(journal)) == 900
    assert len(list(tmp_path.glob("journal.db.damaged-*-wal"))) == 1
    assert not list(tmp_path.glob("*.salvaging-*"))
    check_goes_on(journal, path)


def test_a_log_without_its_file_is_salvaged(crashed: Path, tmp_path: Path) -> None:
    shutil.copy(f"{crashed}-wal", tmp_path)
    journal = check_promises(tmp_path / "journal.db")
    assert len(read_all(journal)) >= 440
    check_goes_on(journal, tmp_path / "journal.db")


@pytest.fixture(scope="module")
def crashed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A journal as kill -9 leaves it: half in the file, half in the log."""
    path = tmp_path_factory.mktemp("crashed") / "journal.db"
    write_journal(path, READINGS[:450])
    journal = Journal.open(path)
    for start in range(450, 900, 15):
        for reading in READINGS[start : start + 15]:
            journal.append(reading)
        journal.confirm("mqtt", journal.commit() - 5)
    copy = path.with_name("copy") / path.name
    copy.parent.mkdir()
    for suffix in ("", "-wal"):
        shutil.copy(f"{path}{suffix}", f"{copy}{suffix}")
    journal.close()
    return copy


def overwrite(start: int, content: bytes) -> Callable[[bytes], bytes]:
    return lambda log: log[:start] + content + log[start + len(content) :]


def commits_before(log: bytes, end: int) -> int:
    """How many commits of the log have bytes before this place."""
    starts = range(32, end, 24 + PAGE_SIZE)
    ends = [log[start + 4 : start + 8] != bytes(4) for start in starts]  # 0: its commit goes on
    return sum(ends[:-1]) + 1


@pytest.mark.parametrize(
    ("damage", "saved"),
    [
        pytest.param(overwrite(16, b"\x00"), 900, id="a byte of the first salt"),
        pytest.param(overwrite(20, b"\x55"), 900, id="a byte of the second salt"),
        pytest.param(overwrite(16, bytes(8)), 900, id="salts zeroed"),
        pytest.param(overwrite(32 + 8, b"\x55"), 900, id="a byte of the first frame's salt"),
        pytest.param(overwrite(0, bytes(512)), 870, id="512 bytes zeroed"),
        pytest.param(overwrite(0, random.Random(1).randbytes(512)), 870, id="512 bytes random"),
        pytest.param(overwrite(0, bytes(4096)), 840, id="4 KiB zeroed"),
        pytest.param(overwrite(0, random.Random(2).randbytes(4096)), 840, id="4 KiB random"),
        pytest.param(overwrite(0, bytes(12288)), None, id="12 KiB zeroed"),
        pytest.param(overwrite(0, random.Random(3).randbytes(12288)), None, id="12 KiB random"),
    ],
)
def test_damage_at_the_beginning_of_the_log_costs_only_what_it_hits(
    crashed: Path, tmp_path: Path, damage: Callable[[bytes], bytes], saved: int | None
) -> None:
    path = Path(shutil.copy(crashed, tmp_path))
    log = Path(shutil.copy(f"{crashed}-wal", tmp_path))
    if saved is None:
        saved = 900 - 15 * commits_before(log.read_bytes(), 12288)
    log.write_bytes(damage(log.read_bytes()))
    journal = check_promises(path)
    assert len(read_all(journal)) >= saved
    (alarm,) = [alarm for alarm in journal.alarms if alarm.kind is AlarmKind.DAMAGED]
    assert "may be deleted" in alarm.remedy.en
    check_goes_on(journal, path)


def test_what_nothing_was_saved_of_is_to_be_kept(path: Path) -> None:
    os.truncate(path, 50)
    journal = check_promises(path)
    (alarm,) = [alarm for alarm in journal.alarms if alarm.kind is AlarmKind.DAMAGED]
    assert "Keep the file set aside" in alarm.remedy.en
    assert "Gardez le fichier mis de côté" in alarm.remedy.fr
    journal.close()


@pytest.mark.parametrize("stamp", ["name", "time"])
def test_numbers_do_not_go_back_when_the_clock_does(
    path: Path, monkeypatch: pytest.MonkeyPatch, stamp: str
) -> None:
    aside = path.with_name("journal.db.damaged-20400102T030405Z")
    aside.touch()
    os.utime(path, (0, 0))
    os.utime(aside, (0, 0))
    if stamp == "time":
        aside = aside.rename(path.with_name("journal.db.damaged"))
        os.utime(aside, (2_209_086_245, 2_209_086_245))
    monkeypatch.setattr("time.time_ns", lambda: 0)
    os.truncate(path, 50)
    journal = Journal.open(path)
    assert journal.last_seq == 2_209_086_245_000
    journal.close()


def test_after_a_clock_that_never_was_right_numbers_do_not_go_back(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("time.time_ns", lambda: 0)
    monkeypatch.setattr("telewatt.store.salvage.newest_time_ms", lambda path: 0)
    given = []
    for _ in range(3):
        zero_page(0)(path)
        journal = Journal.open(path)
        given.append(journal.append(READINGS[0]).seq)
        journal.close()
    assert given[0] > 1_760_000_000_000
    assert given == sorted(set(given))


damages = st.lists(
    st.tuples(st.floats(0, 1, exclude_max=True), st.integers(1, 3000), st.booleans()),
    min_size=1,
    max_size=4,
)


def damage_file(path: Path, runs: list[tuple[float, int, bool]]) -> None:
    content = bytearray(path.read_bytes())
    for share, length, zero in runs:
        start = int(share * len(content))
        end = min(start + length, len(content))
        noise = random.Random(start).randbytes(end - start)
        content[start:end] = bytes(end - start) if zero else noise
    path.write_bytes(content)


def check_damaged(path: Path) -> None:
    journal = check_promises(path)
    if {alarm.kind for alarm in journal.alarms} <= DAMAGE:
        check_goes_on(journal, path)
    else:
        journal.close()


@pytest.mark.slow
@settings(max_examples=40)
@example(runs=[(0.28125, 209, True)], cut=None)
@given(damages, st.none() | st.floats(0, 1))
def test_damage_costs_only_what_it_hits(
    sound: Path, runs: list[tuple[float, int, bool]], cut: float | None
) -> None:
    with TemporaryDirectory() as folder:
        path = Path(shutil.copy(sound, folder))
        damage_file(path, runs)
        if cut is not None:
            truncate(cut)(path)
        check_damaged(path)


@pytest.mark.slow
@settings(max_examples=40)
@given(damages)
def test_damage_of_the_log_costs_no_later_commit(
    crashed: Path, runs: list[tuple[float, int, bool]]
) -> None:
    with TemporaryDirectory() as folder:
        path = Path(shutil.copy(crashed, folder))
        log = Path(shutil.copy(f"{crashed}-wal", folder))
        damage_file(log, [(share * 0.9, length, zero) for share, length, zero in runs])
        check_damaged(path)


@pytest.mark.slow
@settings(max_examples=40)
@given(damages, damages)
def test_damage_of_the_file_and_its_log_costs_only_what_it_hits(
    crashed: Path, runs: list[tuple[float, int, bool]], more: list[tuple[float, int, bool]]
) -> None:
    with TemporaryDirectory() as folder:
        path = Path(shutil.copy(crashed, folder))
        log = Path(shutil.copy(f"{crashed}-wal", folder))
        damage_file(path, runs)
        damage_file(log, [(share * 0.9, length, zero) for share, length, zero in more])
        check_damaged(path)


@pytest.mark.slow
@settings(max_examples=40)
@example(runs=[(0.28125, 209, True)], cut=None)
@given(damages, st.none() | st.floats(0, 1))
def test_damage_of_packed_hours_costs_only_what_it_hits(
    packed: Path, runs: list[tuple[float, int, bool]], cut: float | None
) -> None:
    with TemporaryDirectory() as folder:
        path = Path(shutil.copy(packed, folder))
        damage_file(path, runs)
        if cut is not None:
            truncate(cut)(path)
        check_damaged(path)


@pytest.mark.slow
@settings(max_examples=40)
@given(damages, damages)
def test_damage_of_packed_hours_and_their_log_costs_only_what_it_hits(
    packed_crashed: Path, runs: list[tuple[float, int, bool]], more: list[tuple[float, int, bool]]
) -> None:
    with TemporaryDirectory() as folder:
        path = Path(shutil.copy(packed_crashed, folder))
        log = Path(shutil.copy(f"{packed_crashed}-wal", folder))
        damage_file(path, runs)
        damage_file(log, [(share * 0.9, length, zero) for share, length, zero in more])
        check_damaged(path)
