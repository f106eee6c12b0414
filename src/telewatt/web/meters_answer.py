"""``meters`` and ``events``: who there is, and what happened to them."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from telewatt.derivation import meter_key
from telewatt.quality import LineReport
from telewatt.quantity import KNOWN
from telewatt.rollup.formula import Formula
from telewatt.rollup.instant import ALWAYS, to_ms
from telewatt.shapes.reading import event_object, events_of
from telewatt.shapes.values import mode_name, words
from telewatt.store.history import Meter
from telewatt.tic.values import Address
from telewatt.web.endpoint import Asked
from telewatt.web.json_text import instant
from telewatt.web.past import Past
from telewatt.web.situations import contract_object
from telewatt.web.words_of_quantities import (
    name_of,
    register_number,
    tone_of_quantity,
)

ORDER = tuple(KNOWN)


def meters(past: Past, asked: Asked) -> dict[str, Any]:
    """Sites, virtual meters and meters of no site."""
    del asked
    lines = {line.name: line for line in past.house.lines()}
    everyone = past.meters()
    sites = {site: None for meter in everyone for site in meter.sites}
    found = [_site(past, site, lines.get(site)) for site in sites]
    found += [_empty(name, "site", line) for name, line in lines.items() if _is_new(name, everyone)]
    found += [_virtual(past, name, formula) for name, formula in past.virtual.items()]
    found += [_alone(past, meter, lines) for meter in everyone if not meter.sites]
    return {"meters": found}


def _is_new(line: str, everyone: list[Meter]) -> bool:
    """Whether nothing was heard of this line yet."""
    return not any(line in (*meter.sites, meter.source) for meter in everyone)


def _site(past: Past, site: str, line: LineReport | None) -> dict[str, Any]:
    members = past.members(site)
    newest = past.newest_meter(site)
    meter = next(each for each in members if each.name == newest)
    joins = [join for join in past.joins() if join.site == site]
    chain = [
        {"meter": join.meter, "since": instant(join.at) if number else None}
        for number, join in enumerate(sorted(joins, key=lambda join: join.at))
    ]
    seen = [each.first_seen for each in members if each.first_seen is not None]
    told = _meter(past, site, "site", meter, line)
    told["chain"] = chain or [{"meter": meter.name, "since": None}]
    told["first_seen"] = instant(min(seen, default=None))
    return told


def _alone(past: Past, meter: Meter, lines: dict[str, LineReport]) -> dict[str, Any]:
    line = lines.get(meter.source)
    return _meter(
        past, meter.name, "meter", meter, line if line and line.meter == meter.name else None
    )


def _meter(
    past: Past, who: str, kind: str, meter: Meter, line: LineReport | None
) -> dict[str, Any]:
    profile, situation = past.profile(who), past.situation(who)
    quantities = sorted(past.quantities(who), key=ORDER.index)
    registers = [name for name in quantities if _is_used(past, who, name)]
    told = _empty(who, kind, line)
    return told | {
        "meter": meter.name,
        "identity": _identity(meter.name),
        "mode": meter.modes[-1] if len(meter.modes) == 1 else _mode(past, who, meter),
        "contract": contract_object(situation.contract if situation else None),
        "subscribed_va": situation.subscribed_va if situation else None,
        "phases": profile.phases if profile else None,
        "producer": "export_wh" in quantities,
        "first_seen": instant(meter.first_seen),
        "last_seen": instant(meter.last_seen),
        "chain": [{"meter": meter.name, "since": None}],
        "quantities": list(map(_quantity, quantities)),
        "registers": [
            {
                "quantity": name,
                "name": words(name_of(name, profile)),
                "tone": tone_of_quantity(name, profile),
            }
            for name in registers
        ],
    }


def _is_used(past: Past, who: str, quantity: str) -> bool:
    """Whether it is a register that counts: under a known contract, one of its periods."""
    number = register_number(quantity)
    if number is None:
        return False
    profile = past.profile(who)
    contract = profile.contract if profile else None
    if contract is None or contract.option == "other" or number in contract.periods:
        return _has_energy(past, who, quantity)
    return False


def _has_energy(past: Past, who: str, quantity: str) -> bool:
    present = past.present(who)
    total = present.values.get(quantity) if present else None
    return total is None or total > 0


def _mode(past: Past, who: str, meter: Meter) -> str | None:
    profile = past.profile(who)
    if profile is not None:
        return mode_name(profile.mode)
    return meter.modes[-1] if meter.modes else None


def _identity(name: str) -> dict[str, Any] | None:
    if len(name) != 12 or not (name[:4] + name[6:]).isdecimal():
        return None
    address = Address(name)
    return {
        "maker": address.manufacturer,
        "maker_code": address.manufacturer_code,
        "year": address.year,
        "type": address.type,
        "type_code": address.type_code,
        "family": address.family,
        "phase": address.phase,
        "serial": address.serial,
    }


def _empty(who: str, kind: str, line: LineReport | None) -> dict[str, Any]:
    return {
        "who": who,
        "kind": kind,
        "line": line and line.name,
        "meter": None,
        "identity": None,
        "mode": None,
        "contract": None,
        "subscribed_va": None,
        "phases": None,
        "producer": False,
        "state": line and line.state,
        "reading": line and line.reading,
        "remedy": words(line.remedy) if line else None,
        "first_seen": None,
        "last_seen": None,
        "chain": [],
        "quantities": [],
        "registers": [],
        "formula": None,
    }


def _virtual(past: Past, name: str, formula: Formula) -> dict[str, Any]:
    terms = [("+ " if term.sign > 0 else "- ") + term.name for term in formula]
    told = _empty(name, "virtual", None)
    told["formula"] = " ".join(terms).removeprefix("+ ")
    shared = [past.quantities(term.name) for term in formula]
    quantities = sorted(set.intersection(*shared), key=ORDER.index)
    told["quantities"] = list(map(_quantity, quantities))
    return told


def _quantity(name: str) -> dict[str, Any]:
    _, unit, kind, title = KNOWN[name]
    return {"name": name, "unit": unit, "kind": str(kind), "title": words(title)}


# -- events ----------------------------------------------------------------------------------------


def events(past: Past, asked: Asked) -> dict[str, Any]:
    """What happened, the newest first; also what is not in the history's file yet."""
    found = list(_events(past, asked))
    found.sort(key=lambda event: datetime.fromisoformat(event["at"]), reverse=True)
    return {"events": found[: asked["limit"]]}


def _events(past: Past, asked: Asked) -> Iterator[dict[str, Any]]:
    who, start, end = asked["who"], asked["start"], asked["end"]
    wanted = {term.name for term in past.virtual.get(who or "", ())} or {who}
    written = set()
    for meter in past.meters():
        if who is not None and not wanted & {meter.name, meter.source, *meter.sites}:
            continue
        name = meter.sites[0] if meter.sites else meter.name
        for _, event in past.events(meter.name, start, end):
            written.add((meter.name, event.kind, event.at))
            yield {"who": name, **event_object(meter.source or None, meter.name, event)}
    start_ms, end_ms = (to_ms(start) if start else ALWAYS[0]), (to_ms(end) if end else ALWAYS[1])
    for judged in past.known.recent:
        meter_name = meter_key(judged.reading)
        who_now = past.known.newest.who(judged)
        for event, told in zip(judged.judgement.events, events_of(judged), strict=True):
            known = (meter_name, event.kind, event.at) in written
            inside = start_ms <= to_ms(event.at) < end_ms
            named = who is None or bool(wanted & {meter_name, judged.reading.source, who_now})
            if inside and named and not known:
                yield {"who": who_now, **told}
