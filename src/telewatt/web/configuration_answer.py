"""``configuration`` and ``ports``: what was loaded, without secrets, and what could be read."""

import asyncio
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any

from telewatt.config import ConfigError, parse
from telewatt.config.model import SECTIONS, Config
from telewatt.language import Text
from telewatt.shapes.values import words
from telewatt.web.endpoint import Asked, Call
from telewatt.web.errors import AnswerError
from telewatt.web.past import Past

_SECRET = re.compile(r"(//)[^/@\s]+@|((?:password|passwd|token|key|secret|psk)=)[^&#\s]+", re.I)
_GONE = Text("{file} cannot be read: {why}", "{file} est illisible : {why}")
_IN_USE = Text(
    "{device} is read by the meter {name} already", "{device} est déjà lu par le compteur {name}"
)
_NO_PORT = Text(
    "{device} is no serial port of this machine; api/v1/ports lists them",
    "{device} n'est pas un port série de cette machine ; api/v1/ports les liste",
)
_LISTENING = Text(
    "another port is being listened to; try again in 20 s",
    "un autre port est à l'écoute ; recommencez dans 20 s",
)


def configuration(past: Past, asked: Asked) -> dict[str, Any]:
    """Every key as it was loaded, and what is wrong with the file as it stands now."""
    del asked
    config, file = past.house.config, past.house.file
    sections = list(_sections(config))
    return {
        "file": None if file is None else str(file),
        "sections": sections,
        "problems": [words(text) for text in _problems(file)],
        "toml": "\n".join(map(_toml, sections)),
    }


def _sections(config: Config) -> Iterator[dict[str, Any]]:
    own = [key for key in ("language",) if getattr(config, key) is not None]
    yield {"name": "", "keys": [_key(key, getattr(config, key), None) for key in own]}
    for name in SECTIONS:
        section = getattr(config, name)
        if section is not None:
            yield {"name": name, "keys": _keys(section)}
    for kind in ("meters", "virtual"):
        for name, section in getattr(config, kind).items():
            yield {"name": f"{kind}.{name}", "keys": _keys(section)}


def _keys(section: Any) -> list[dict[str, Any]]:
    assert is_dataclass(section)
    return [_key(key.name, getattr(section, key.name), key.default) for key in fields(section)]


def _key(name: str, value: Any, default: Any) -> dict[str, Any]:
    if isinstance(value, str):
        shown: Any = _SECRET.sub(_hidden, value)
    elif isinstance(value, Mapping):
        shown = {str(key): str(each) for key, each in value.items()}
    else:
        shown = list(value) if isinstance(value, list | tuple) else value
    return {"key": name, "value": shown, "default": value == default}


def _hidden(found: re.Match[str]) -> str:
    return f"{found[1]}…@" if found[1] else f"{found[2]}…"


def _toml(section: Mapping[str, Any]) -> str:
    lines = [f"[{section['name']}]"] if section["name"] else []
    for key in section["keys"]:
        if not key["default"] and key["value"] is not None:
            lines.append(f"{key['key']} = {json.dumps(key['value'], ensure_ascii=False)}")
    return "".join(f"{line}\n" for line in lines)


def _problems(file: Path | None) -> Iterator[Text]:
    if file is None:
        return
    try:
        parse(file.read_text(encoding="utf-8-sig"))
    except (OSError, UnicodeDecodeError) as error:
        why = getattr(error, "strerror", None) or "UTF-8"
        yield _GONE.fill(file=file, why=why)
    except ConfigError as error:
        for problem in error.problems:
            yield Text(*(problem.describe(file.name, language) for language in ("en", "fr")))


# -- ports -----------------------------------------------------------------------------------------


def ports(past: Past, asked: Asked) -> dict[str, Any]:
    """The serial ports of this machine, and which meter reads each."""
    del asked
    used = _used(past.house.config)
    return {
        "ports": [
            {**port._asdict(), "used_by": used.get(_real(port.device))}
            for port in past.house.ports()
        ]
    }


_one_at_a_time = asyncio.Lock()


async def listen(call: Call, asked: Asked) -> dict[str, Any]:
    """Listen on a port that no meter uses: which meter is there, or what is wrong."""
    device, house = asked["device"], call.page.house
    known = {
        port.device: port for port in await call.page.questions.ask(lambda: list(house.ports()))
    }
    port = known.get(device)
    if port is None:
        raise AnswerError(404, "not_found", _NO_PORT.fill(device=device))
    if name := _used(house.config).get(_real(device)):
        raise AnswerError(409, "in_use", _IN_USE.fill(device=device, name=name))
    if _one_at_a_time.locked():
        raise AnswerError(429, "too_many", _LISTENING, retry_s=20)
    async with _one_at_a_time:
        heard = await house.listen(device)
    source = port.stable_name or device
    toml = f"[meters.house]\nsource = {json.dumps(source)}\n"
    return {
        "device": device,
        **heard._asdict(),
        "text": words(heard.text),
        "toml": toml if heard.state == "reading" else None,
    }


def _used(config: Config) -> dict[str, str]:
    """By real path of the device, the meter that reads it."""
    return {
        _real(meter.source.removeprefix("serial:")): name for name, meter in config.meters.items()
    }


def _real(path: str) -> str:
    return str(Path(path).resolve()) if path.startswith("/") else path
