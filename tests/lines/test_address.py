from pathlib import Path

import pytest

from telewatt.lines import LineError, Pty, Stream, Tcp, find_line


def test_each_form_names_its_line():
    pty = find_line("pty:/tmp/linky")
    assert isinstance(pty, Pty)
    assert pty.path == Path("/tmp/linky")
    tcp = find_line("tcp:127.0.0.1:4000")
    assert isinstance(tcp, Tcp)
    assert tcp.address == "socket://127.0.0.1:4000"
    assert find_line("tcp:[::1]:4000").address == "socket://[::1]:4000"
    assert find_line("file:a:b.tic").address == "a:b.tic"
    assert isinstance(find_line("-"), Stream)


@pytest.mark.parametrize(
    "address", ["", "linky", "pty:", "file:", "tcp:", "tcp:4000", "tcp:127.0.0.1:x", "usb:/dev/x"]
)
def test_anything_else_is_an_error_that_names_the_forms(address: str):
    with pytest.raises(LineError, match=r"use pty:PATH, tcp:127\.0\.0\.1:PORT, file:PATH or -"):
        find_line(address)
