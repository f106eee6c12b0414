"""Comparing a frame with the last one saves work and changes nothing."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telewatt.tic import Dataset, Frame, Mode, Status
from telewatt.truth.sight import GAUGES, INDEXES, Sight

LABELS = ("EAST", "EASF01", "SINSTS", "URMS1", "NTARF", "MSG1")
DATASETS = {(label, n): Dataset(label, str(n), n) for label in LABELS for n in range(3)}
frames = st.lists(
    st.lists(st.sampled_from(sorted(DATASETS)), max_size=7).map(
        lambda keys: tuple(DATASETS[key] for key in keys)
    ),
    max_size=8,
)


def frame(datasets: tuple[Dataset, ...], raw: bytes = b"", status=Status.PARTIAL) -> Frame:
    return Frame(Mode.STANDARD, status, 0, raw, datasets)


@given(frames)
def test_what_is_not_told_as_new_stands_where_it_stood(sequence: list[tuple[Dataset, ...]]):
    sight, before = Sight(), ()
    for datasets in sequence:
        changed = sight.look(frame(datasets))
        assert sight.places == {dataset.label: at for at, dataset in enumerate(datasets)}
        same_labels = [d.label for d in datasets] == [d.label for d in before]
        if sight.is_new:
            assert changed == list(datasets)
        else:
            assert same_labels
            pairs = zip(datasets, before, strict=True)
            assert changed == [new for new, old in pairs if new is not old]
        before = datasets


@given(frames)
def test_indexes_count_only_where_no_label_comes_twice(sequence: list[tuple[Dataset, ...]]):
    sight = Sight()
    for datasets in sequence:
        sight.look(frame(datasets))
        labels = [dataset.label for dataset in datasets]
        once = len(set(labels)) == len(labels)
        places = {label: at for at, label in enumerate(labels)}
        assert sight.indexes == {
            INDEXES[label]: at for label, at in places.items() if once and label in INDEXES
        }
        assert sight.gauges == {
            GAUGES[label]: at for label, at in places.items() if label in GAUGES
        }


@pytest.mark.parametrize("stx", [b"\x02", b"\x82"])
def test_indexes_do_not_count_where_another_frame_begins_inside(stx: bytes):
    sight, datasets = Sight(), (DATASETS["EAST", 0], DATASETS["SINSTS", 0])
    sight.look(frame(datasets))
    assert sight.indexes == {"import_wh": 0}
    sight.look(frame(datasets, stx + b"\nEAST ... SINS" + b"\x03" + stx + b"EAST"))
    assert sight.indexes == {}
    sight.look(frame(datasets, stx + b"\nEAST ... \nSINSTS"))
    assert sight.indexes == {"import_wh": 0}
