"""InfluxDB 1.x and 2.x, and what speaks like them: line protocol over HTTP.

A point has the time at which the frame arrived; the same point again overwrites itself, so what
comes twice changes nothing. Points that the database will never take are left out and told: the
others do not wait behind them. Sources: InfluxDB 1.8, "Line protocol" and "/write HTTP endpoint";
InfluxDB 2, "/api/v2/write".
"""

import re
from base64 import b64encode
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime

from telewatt.config.model import InfluxConfig
from telewatt.derivation import Judged, meter_key
from telewatt.language import Language, Text
from telewatt.rollup.instant import to_ms
from telewatt.shapes.reading import texts_of
from telewatt.sinks import House, Sink, SinkError
from telewatt.sinks.posting import Answer, Poster, compressed
from telewatt.sinks.refusals import Refusals

NO_DATABASE = Text(
    "{url} has no {what}: {said}; create it, or correct the configuration",
    "{url} n'a pas de {what} : {said} ; créez-la, ou corrigez la configuration",
)
REFUSES = Text(
    "{url} refuses ({status}): {said}; compare section [influxdb] with the server's version",
    "{url} refuse ({status}) : {said} ; comparez la section [influxdb] à la version du serveur",
)
BAD_POINTS = Text("the database refuses points: {said}", "la base refuse des points : {said}")

_OF_POINTS = re.compile(r"partial write|pars|field type|line protocol|timestamp|retention", re.I)
"""An answer 400 about the points themselves; any other one is about the request."""
_DROPPED = re.compile(r"dropped[=:\s]+(\d+)")


class InfluxDB(Sink):
    """Writes points.

    Args:
        section: where to, and under which name.
        secret: the password or the token.
        language: of what the log says.
    """

    batch_entries = 500

    def __init__(
        self, section: InfluxConfig, secret: Callable[[], str | None], language: Language
    ) -> None:
        self.pace_s = section.interval_s
        self._section, self._secret, self._language = section, secret, language
        path, self._query = _place_of(section)
        self._poster = Poster(section.url.rstrip("/") + path)
        self._refusals = Refusals("influxdb", language)

    @classmethod
    def of(cls, section: InfluxConfig, house: House) -> "InfluxDB":
        """The one a section ``[influxdb]`` describes."""
        if section.bucket is None:
            secret = house.secret(section.password_file, section.password_env)
        else:
            secret = house.secret(section.token_file, section.token_env)
        return cls(section, secret, house.language)

    async def write(self, batch: Sequence[Judged]) -> None:
        """See `Sink`."""
        lines = [line for judged in batch for line in self._lines_of(judged)]
        await self._send(lines)

    async def close(self) -> None:
        """See `Sink`."""
        await self._poster.close()

    # -- sending ---------------------------------------------------------------------------------

    async def _send(self, lines: Sequence[str]) -> None:
        if not lines:
            return
        body, headers = compressed("\n".join(lines).encode())
        answer = await self._poster.post(body, headers | self._who(), query=self._query)
        if answer.is_good:
            return
        if answer.status in (400, 422) and _OF_POINTS.search(answer.said):
            await self._sort_out(lines, answer)
        elif answer.status == 413:
            await self._send_less(lines, answer)
        else:
            raise SinkError(self._trouble(answer))

    def _who(self) -> dict[str, str]:
        secret = self._secret()
        if secret is None:
            return {}
        if self._section.bucket is not None:
            return {"Authorization": f"Token {secret}"}
        who = b64encode(f"{self._section.user or ''}:{secret}".encode()).decode()
        return {"Authorization": f"Basic {who}"}

    async def _sort_out(self, lines: Sequence[str], answer: Answer) -> None:
        """Some of these are bad; of a partial write the good ones are written already."""
        if "partial write" in answer.said:
            dropped = _DROPPED.search(answer.said)
            self._refuse(max(1, int(dropped[1]) if dropped else 1), answer)
        else:
            await self._send_less(lines, answer)

    async def _send_less(self, lines: Sequence[str], answer: Answer) -> None:
        """Half of them at once, until the bad one stands alone."""
        if len(lines) == 1:
            self._refuse(1, answer)
            return
        middle = len(lines) // 2
        await self._send(lines[:middle])
        await self._send(lines[middle:])

    def _refuse(self, count: int, answer: Answer) -> None:
        self.refused += count
        self._refusals.say(BAD_POINTS.fill(said=answer.said), self.refused)

    def _trouble(self, answer: Answer) -> Text:
        url, said = self._poster.url, answer.said
        if answer.status == 404:
            what = self._section.bucket or self._section.database
            return NO_DATABASE.fill(url=url, what=repr(what), said=said)
        if answer.status in (400, 422):
            return REFUSES.fill(url=url, status=answer.status, said=said)
        return self._poster.trouble(answer)

    # -- points ----------------------------------------------------------------------------------

    def _lines_of(self, judged: Judged) -> Iterator[str]:
        """Lines of one entry: totals that became settled with it, its own values, its events."""
        reading, judgement = judged.reading, judged.judgement
        tags = f",line={_key(reading.source)},meter={_key(meter_key(reading))}"
        name = self._section.measurement
        points: dict[datetime, dict[str, str]] = {reading.received_at: _values_of(judged)}
        for settled in judgement.settled:
            fields = points.setdefault(settled.received_at, {})
            fields.update({key: f"{value}i" for key, value in settled.totals.items()})
        for at, fields in sorted(points.items()):
            if fields:
                yield f"{name}{tags} {_joined(fields)} {to_ms(at)}"
        for event in judgement.events:
            kind = f",kind={event.kind}" + (f",subject={_key(event.subject)}" * bool(event.subject))
            told = _joined({"text": _text(event.text.of(self._language))})
            yield f"{name}_event{tags}{kind} {told} {to_ms(event.at)}"


def _place_of(section: InfluxConfig) -> tuple[str, dict[str, str]]:
    """Path and query of a version: 2.x has buckets, 1.x databases."""
    if section.bucket is not None:
        org = {} if section.org is None else {"org": section.org}
        return "/api/v2/write", {**org, "bucket": section.bucket, "precision": "ms"}
    return "/write", {"db": section.database, "precision": "ms"}


def _values_of(judged: Judged) -> dict[str, str]:
    fields = {name: f"{value}i" for name, value in judged.judgement.gauges.items()}
    if judged.active is not None:
        fields["active_w"] = f"{judged.active.w}i"
        fields["active_error_w"] = f"{judged.active.error_w}i"
    for name, said in texts_of(judged.reading.frame).items():
        fields[name] = _text(said)
    return fields


def _joined(fields: Mapping[str, str]) -> str:
    return ",".join(f"{name}={value}" for name, value in fields.items())


def _text(said: str) -> str:
    escaped = said.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _key(value: str) -> str:
    """A tag's value."""
    return re.sub(r"([,= ])", r"\\\1", value)
