"""The JSON schemas of all answers (JSON Schema 2020-12, as OpenAPI 3.1 has them)."""

from collections.abc import Mapping
from typing import Any

Schema = dict[str, Any]

ANY: Schema = {"type": "object"}
TEXT: Schema = {"type": "string"}
WHOLE: Schema = {"type": "integer"}
NUMBER: Schema = {"type": "number"}
FLAG: Schema = {"type": "boolean"}
TIME: Schema = {"type": "string", "format": "date-time"}
COUNTS: Schema = {"type": "object", "additionalProperties": {"type": "integer"}}


def maybe(schema: Schema) -> Schema:
    """Either this, or null."""
    if isinstance(schema.get("type"), str) and "enum" not in schema:
        return {**schema, "type": [schema["type"], "null"]}
    return {"anyOf": [schema, {"type": "null"}]}


def many(schema: Schema) -> Schema:
    """A list of these."""
    return {"type": "array", "items": schema}


def made_of(_more: Mapping[str, Schema] | None = None, **members: Schema) -> Schema:
    """An object with all of these members; those of ``_more`` may be missing."""
    properties = {**members, **(_more or {})}
    return {"type": "object", "properties": properties, "required": list(members)}


WORDS = made_of(en=TEXT, fr=TEXT)
ERROR = made_of(error=made_of(code=TEXT, text=WORDS))
SESSION = made_of(
    version=TEXT,
    open=FLAG,
    authenticated=FLAG,
    password_set=FLAG,
    csrf=maybe(TEXT),
    language=maybe(TEXT),
    base=TEXT,
    started=TIME,
    first_run=FLAG,
)
EVENT = made_of(
    who=TEXT,
    line=maybe(TEXT),
    meter=TEXT,
    kind=TEXT,
    at=TIME,
    since=TIME,
    subject=TEXT,
    before=TEXT,
    after=TEXT,
    text=WORDS,
)
SITUATION = made_of(
    tariff_period=maybe(made_of(name=WORDS, tone=maybe(TEXT))),
    tempo_today=maybe(TEXT),
    tempo_tomorrow=maybe(TEXT),
    tempo_source=maybe(TEXT),
    ejp_today=maybe(FLAG),
    ejp_notice=maybe(FLAG),
    over_power=maybe(FLAG),
    subscribed_va=maybe(WHOLE),
    margin_va=maybe(WHOLE),
)
READING = made_of(
    who=TEXT,
    seq=WHOLE,
    line=TEXT,
    received_at=TIME,
    meter=TEXT,
    mode=TEXT,
    status=TEXT,
    kind=TEXT,
    gauges=COUNTS,
    active=maybe(made_of(w=WHOLE, error_w=WHOLE, time_constant_s=WHOLE)),
    totals=COUNTS,
    totals_at=maybe(TIME),
    datasets=WHOLE,
    repaired=WHOLE,
    rejected=WHOLE,
    situation=SITUATION,
    events=many(EVENT),
)
LINE = made_of(
    name=TEXT,
    meter=maybe(TEXT),
    state=TEXT,
    reading=FLAG,
    remedy=WORDS,
    bytes=WHOLE,
    frames=COUNTS,
    datasets=WHOLE,
    repaired=WHOLE,
    rejected=COUNTS,
    openings=WHOLE,
    last_frame_at=maybe(TIME),
    stale=FLAG,
)
LATEST = made_of(seq=WHOLE, now=TIME, readings=many(READING), lines=many(LINE))
_POWERS = many(maybe(WHOLE))
RECENT = made_of(
    who=TEXT,
    at=many(WHOLE),
    apparent_va=_POWERS,
    apparent_export_va=_POWERS,
    active_w=_POWERS,
)
_IDENTITY = made_of(
    maker=TEXT,
    maker_code=TEXT,
    year=WHOLE,
    type=TEXT,
    type_code=TEXT,
    family=TEXT,
    phase=TEXT,
    serial=TEXT,
)
_METER = made_of(
    who=TEXT,
    kind={"type": "string", "enum": ["site", "virtual", "meter"]},
    line=maybe(TEXT),
    meter=maybe(TEXT),
    identity=maybe(_IDENTITY),
    mode=maybe(TEXT),
    contract=maybe(made_of(name=WORDS, kind=TEXT)),
    subscribed_va=maybe(WHOLE),
    phases=maybe(WHOLE),
    producer=FLAG,
    state=maybe(TEXT),
    reading=maybe(FLAG),
    remedy=maybe(WORDS),
    first_seen=maybe(TIME),
    last_seen=maybe(TIME),
    chain=many(made_of(meter=TEXT, since=maybe(TIME))),
    quantities=many(made_of(name=TEXT, unit=TEXT, kind=TEXT, title=WORDS)),
    registers=many(made_of(quantity=TEXT, name=WORDS, tone=maybe(TEXT))),
    formula=maybe(TEXT),
)
METERS = made_of(meters=many(_METER))
_QUANTITY: dict[str, Schema] = {
    "quantity": TEXT,
    "kind": TEXT,
    "unit": TEXT,
    "title": WORDS,
    "name": WORDS,
    "tone": maybe(TEXT),
}
_COLUMNS: dict[str, Schema] = {
    "values": many(maybe(WHOLE)),
    "quality": many({"type": "integer", "enum": [0, 1, 2]}),
    "total": maybe(WHOLE),
    "min": many(maybe(WHOLE)),
    "mean": many(maybe(NUMBER)),
    "max": many(maybe(WHOLE)),
    "samples": many(WHOLE),
}
_STEPS: dict[str, Schema] = {"step": TEXT, "minutes": maybe(WHOLE), "now": TIME, "at": many(WHOLE)}
SERIES = made_of(
    **_STEPS,
    first_seen=maybe(TIME),
    series=many(made_of(_COLUMNS, who=TEXT, **_QUANTITY)),
)
_WORTH: dict[str, Schema] = {"value": maybe(WHOLE), "quality": TEXT}
ENERGY = made_of(who=TEXT, start=TIME, end=TIME, energy=many(made_of(**_QUANTITY, **_WORTH)))
COMPARE = made_of(
    who=TEXT,
    quantity=TEXT,
    period=TEXT,
    at=TIME,
    items=many(
        made_of(name=TEXT, start=TIME, end=TIME, whole_end=TIME, whole_value=maybe(WHOLE), **_WORTH)
    ),
)
EVENTS = made_of(events=many(EVENT))
HEALTH = made_of(
    ok=FLAG,
    version=TEXT,
    started=TIME,
    now=TIME,
    uptime_s=WHOLE,
    lines=many(LINE),
    sinks=many(
        made_of(
            name=TEXT,
            working=FLAG,
            trouble=maybe(WORDS),
            waiting=WHOLE,
            delivered=WHOLE,
            refused=WHOLE,
        )
    ),
    alarms=many(made_of(kind=TEXT, text=WORDS, remedy=WORDS)),
    journal=made_of(
        path=TEXT,
        first_seq=WHOLE,
        last_seq=WHOLE,
        durable_seq=WHOLE,
        bytes=WHOLE,
        history_bytes=WHOLE,
        history_place=WHOLE,
        disk_free_bytes=maybe(WHOLE),
    ),
    memory_bytes=maybe(WHOLE),
)
_COUNTED: dict[str, Schema] = {
    "frames": WHOLE,
    "damaged": WHOLE,
    "datasets": WHOLE,
    "repaired": WHOLE,
    "rejected": COUNTS,
    "silent_s": WHOLE,
}
QUALITY = made_of(
    lines=many(
        made_of(
            name=TEXT,
            meter=maybe(TEXT),
            state=TEXT,
            verdict=made_of(grade=TEXT, text=WORDS, remedy=WORDS),
            now=made_of(**_COUNTED, minutes=WHOLE),
            since_start=made_of(**_COUNTED),
        )
    ),
    series=many(
        made_of(
            who=TEXT,
            frames=many(WHOLE),
            rejected=many(WHOLE),
            repaired=many(WHOLE),
            silent_s=many(maybe(WHOLE)),
        )
    ),
    reasons=many(
        made_of(
            who=TEXT,
            at=many(WHOLE),
            rejected={"type": "object", "additionalProperties": many(WHOLE)},
            repaired=many(WHOLE),
            silent_s=many(WHOLE),
        )
    ),
    reason_texts={"type": "object", "additionalProperties": WORDS},
    **_STEPS,
)
_DATASET = made_of(
    label=TEXT,
    data=TEXT,
    value={},
    unit=TEXT,
    horodate=maybe(TEXT),
    time=maybe(TIME),
    repaired=FLAG,
    name=WORDS,
    meaning=maybe(WORDS),
    fields=many(made_of(name=WORDS, bits=TEXT, value=WORDS)),
)
FRAME = made_of(
    who=TEXT,
    seq=WHOLE,
    line=TEXT,
    received_at=TIME,
    meter=maybe(TEXT),
    mode=TEXT,
    status=TEXT,
    kind=TEXT,
    offset=WHOLE,
    datasets=many(_DATASET),
    rejected=many(made_of(offset=WHOLE, reason=TEXT, text=WORDS, bytes=TEXT, shown=TEXT)),
)
RAW = made_of(
    who=TEXT,
    frames=many(
        made_of(seq=WHOLE, line=TEXT, received_at=TIME, status=TEXT, bytes=TEXT, shown=TEXT)
    ),
)
CONFIGURATION = made_of(
    file=maybe(TEXT),
    sections=many(made_of(name=TEXT, keys=many(made_of(key=TEXT, value={}, default=FLAG)))),
    problems=many(WORDS),
    toml=TEXT,
)
PORTS = made_of(
    ports=many(made_of(device=TEXT, stable_name=maybe(TEXT), description=TEXT, used_by=maybe(TEXT)))
)
HEARD = made_of(
    device=TEXT,
    state=TEXT,
    text=WORDS,
    speed=maybe(WHOLE),
    mode=maybe(TEXT),
    parity=FLAG,
    meter=maybe(TEXT),
    toml=maybe(TEXT),
)
