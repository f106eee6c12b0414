from __future__ import annotations

import itertools

from hypothesis import given
from hypothesis import strategies as st

from telewatt.sources.telnet import COM_PORT, DO, DONT, IAC, SB, SE, WILL, WONT, Telnet

ACKNOWLEDGED = bytes((IAC, SB, COM_PORT, 101)) + (9600).to_bytes(4, "big") + bytes((IAC, SE))


@given(line=st.binary(max_size=300), cuts=st.lists(st.integers(0, 600), max_size=6))
def test_the_bytes_of_the_line_come_through_however_they_are_cut(
    line: bytes, cuts: list[int]
) -> None:
    sent = line.replace(b"\xff", b"\xff\xff") + ACKNOWLEDGED + b"end"
    telnet, heard = Telnet(9600), b""
    edges = [0, *sorted(min(cut, len(sent)) for cut in cuts), len(sent)]
    for first, last in itertools.pairwise(edges):
        heard += telnet.feed(sent[first:last])
    assert heard == line + b"end"
    assert telnet.speed == 9600


@given(st.binary(max_size=500))
def test_no_bytes_make_it_raise_or_answer_without_end(noise: bytes) -> None:
    telnet = Telnet(1200)
    for _ in range(3):
        telnet.feed(noise)
    assert len(telnet._sub) <= 65
    assert len(telnet._said) <= 4 * 256


def test_unknown_options_are_refused_once() -> None:
    telnet = Telnet(9600)
    telnet.outgoing.clear()
    telnet.feed(bytes((IAC, DO, 24, IAC, WILL, 1, IAC, DO, 24)))
    assert telnet.outgoing == bytes((IAC, WONT, 24, IAC, DONT, 1))


def test_settings_are_asked_for_once_the_server_agrees() -> None:
    telnet = Telnet(1200)
    telnet.outgoing.clear()
    telnet.feed(bytes((IAC, DO, COM_PORT)))
    speed = bytes((IAC, SB, COM_PORT, 1)) + (1200).to_bytes(4, "big") + bytes((IAC, SE))
    assert speed in telnet.outgoing
    assert bytes((IAC, SB, COM_PORT, 2, 8, IAC, SE)) in telnet.outgoing


def test_a_server_without_rfc_2217_is_recognised() -> None:
    telnet = Telnet(9600)
    telnet.feed(bytes((IAC, DONT, COM_PORT)))
    assert telnet.refused
