"""The names of topics."""

import re
import string

from hypothesis import given
from hypothesis import strategies as st

from telewatt.sinks.mqtt.topics import Topics, label_level, meter_level
from telewatt.tic.labels import LABELS, is_label

LABEL = st.from_regex(r"[A-Z][A-Za-z0-9+_-]{1,9}", fullmatch=True)


@given(LABEL)
def test_a_label_in_a_topic_can_be_read_back(label: str) -> None:
    assert is_label(label)
    read = re.sub("_P|__", lambda found: "+" if found[0] == "_P" else "_", label_level(label))
    assert read == label


@given(LABEL)
def test_no_label_is_a_wildcard_or_a_level(label: str) -> None:
    assert not set("+#/$\0").intersection(label_level(label))


def test_every_label_of_the_table_has_a_topic_of_its_own() -> None:
    labels = {label.label for label in LABELS}
    assert len({label_level(label) for label in labels}) == len(labels)


def test_a_label_with_a_plus_is_safe_in_a_topic() -> None:
    topic = Topics("telewatt").label("021861348497", "NJOURF+1")
    assert topic == "telewatt/021861348497/label/NJOURF_P1"


def test_no_meter_takes_the_topics_of_the_service() -> None:
    topics = Topics("home")
    own = {topics.status, topics.service, topics.line("state"), topics.command + "state"}
    names = ["status", "service", "line", "line_", "command", "house"]
    assert own.isdisjoint(topics.state(name) for name in names)
    assert len({meter_level(name) for name in names}) == len(names)


@given(st.text(string.ascii_letters + string.digits + "-_", min_size=1, max_size=32))
def test_meters_never_share_a_topic(name: str) -> None:
    assert meter_level(name).startswith(name)
    assert meter_level(name) in (name, f"{name}_")
