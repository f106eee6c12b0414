"""The sinks that a configuration asks for."""

import sys
from pathlib import Path

import pytest

from telewatt.config import parse
from telewatt.service.process import UNUSABLE, run_service
from telewatt.sinks.configured import SINKS, MissingPackageError, sinks_of
from tests.sinks.judging import house_in

METER = '[meters.house]\nsource = "-"\n'


def test_no_sink_without_its_section(tmp_path: Path) -> None:
    assert list(sinks_of(parse(METER), house_in(tmp_path))) == []


def test_a_package_that_is_missing_is_named_with_its_extra(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for module in [name for name in sys.modules if name.startswith("telewatt.sinks.mqtt")]:
        monkeypatch.delitem(sys.modules, module)
    monkeypatch.setitem(sys.modules, "aiomqtt", None)
    config = parse(METER + '[mqtt]\nhost = "localhost"\n')
    with pytest.raises(MissingPackageError, match=r"aiomqtt.*telewatt\[mqtt\]"):
        list(sinks_of(config, house_in(tmp_path)))
    assert run_service(config, tmp_path / "journal.db", "fr") == UNUSABLE
    assert "telewatt[mqtt]" in capsys.readouterr().err


def test_every_sink_is_a_section() -> None:
    fields = parse(METER).__dataclass_fields__
    assert SINKS.keys() <= fields.keys()
