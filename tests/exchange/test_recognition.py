"""What a file is, told by its content."""

import pytest

from telewatt.exchange import NotImportableError, recognise
from telewatt.exchange.recognition import TEXT_BYTES_MAX


def test_a_table_of_frames_is_refused_before_it_fills_the_memory() -> None:
    row = b"1,2026-03-28T20:30:00Z,house,021964540359,standard,complete,ADSC,021964540359\n"
    with pytest.raises(NotImportableError, match=r"32 MiB.*raw capture"):
        recognise(b"seq,received_at_utc,line,meter\n" + row * (TEXT_BYTES_MAX // len(row)))
