"""The standard frame: a meter's state as datasets, in the order of the specification.

Source: Enedis-NOI-CPT_54E v3, 6.2.2 (order, sizes, who sends what) and 6.2.3 (formats).
"""

from telewatt.simulator.clock import horodate, seasonless
from telewatt.simulator.contracts import profile_text
from telewatt.simulator.encoder import Sent
from telewatt.simulator.meter import Curve, Maximum, Meter
from telewatt.simulator.twin import Twin

EURIDIS_SECURE, PLC_LOCKED, TIC_STANDARD = 3 << 19, 1 << 21, 1 << 17
_EASF = tuple(f"EASF{index:02}" for index in range(1, 11))
_EASD = tuple(f"EASD{index:02}" for index in range(1, 5))
_ERQ = ("ERQ1", "ERQ2", "ERQ3", "ERQ4")


def standard_frame(twin: Twin) -> list[Sent]:
    """The datasets of the frame that begins now; an ultra-short message goes out once."""
    meter, producer = twin.meter, twin.settings.producer
    out = [
        Sent("ADSC", twin.address),
        Sent("VTIC", "02"),
        Sent("DATE", "", horodate(meter.now_s, meter.clock_degraded)),
        Sent("NGTF", meter.contract.ngtf),
        Sent("LTARF", meter.contract.ltarf[meter.tariff.supplier - 1]),
    ]
    out += _energies(meter, producer)
    out += _electricity(meter)
    out += _maxima(meter, producer)
    out += _curves(meter, producer)
    out.append(Sent("STGE", f"{status_register(twin):08X}"))
    out += _peaks(meter)
    out += _messages(twin)
    out += _calendar(meter)
    return out


def _energies(meter: Meter, producer: bool) -> list[Sent]:
    out = [Sent("EAST", f"{meter.east:09}")]
    out += [Sent(label, f"{wh:09}") for label, wh in zip(_EASF, meter.easf, strict=True)]
    out += [Sent(label, f"{wh:09}") for label, wh in zip(_EASD, meter.easd, strict=True)]
    if producer:
        out.append(Sent("EAIT", f"{meter.eait:09}"))
        out += [Sent(label, f"{varh:09}") for label, varh in zip(_ERQ, meter.erq, strict=True)]
    return out


def _electricity(meter: Meter) -> list[Sent]:
    out = [Sent(f"IRMS{n}", f"{round(i):03}") for n, i in enumerate(meter.current, 1)]
    out += [Sent(f"URMS{n}", f"{round(u):03}") for n, u in enumerate(meter.voltage, 1)]
    out += [Sent("PREF", f"{meter.pref_kva:02}"), Sent("PCOUP", f"{meter.pcoup_kva:02}")]
    out.append(Sent("SINSTS", f"{meter.drawn_va:05}"))
    if meter.phases == 3:
        drawn = [max(0, round(s)) for s in meter.apparent]
        out += [Sent(f"SINSTS{n}", f"{s:05}") for n, s in enumerate(drawn, 1)]
    return out


def _maxima(meter: Meter, producer: bool) -> list[Sent]:
    named = [("SMAXSN", meter.max_drawn)]
    if meter.phases == 3:
        named += [(f"SMAXSN{n}", maximum) for n, maximum in enumerate(meter.max_phase, 1)]
    out = _today(named, meter) + _yesterday(named, meter)
    if producer:
        injected = [("SMAXIN", meter.max_injected)]
        out.append(Sent("SINSTI", f"{meter.injected_va:05}"))
        out += _today(injected, meter) + _yesterday(injected, meter)
    return out


def _today(named: list[tuple[str, Maximum]], meter: Meter) -> list[Sent]:
    return [_stamped(label, *m.today, meter.clock_degraded, 5) for label, m in named]


def _yesterday(named: list[tuple[str, Maximum]], meter: Meter) -> list[Sent]:
    return [_stamped(f"{label}-1", *m.yesterday, meter.clock_degraded, 5) for label, m in named]


def _stamped(label: str, value: int, at_s: int, degraded: bool, digits: int) -> Sent:
    return Sent(label, f"{value:0{digits}}", horodate(at_s, degraded))


def _curves(meter: Meter, producer: bool) -> list[Sent]:
    out = _points("CCASN", meter.curve_drawn, meter.clock_degraded)
    if producer:
        out += _points("CCAIN", meter.curve_injected, meter.clock_degraded)
    for number, curve in enumerate(meter.mean_voltage, 1):
        if curve.last:
            out.append(_stamped(f"UMOY{number}", *curve.last, meter.clock_degraded, 3))
    return out


def _points(label: str, curve: Curve, degraded: bool) -> list[Sent]:
    out = []
    if curve.last:
        out.append(_stamped(label, *curve.last, degraded, 5))
    if curve.previous:
        out.append(_stamped(f"{label}-1", *curve.previous, degraded, 5))
    return out


def _peaks(meter: Meter) -> list[Sent]:
    out = []
    for number, start_s, end_s in meter.tariff.known:
        out.append(Sent(f"DPM{number}", "00", seasonless(start_s)))
        out.append(Sent(f"FPM{number}", "00", seasonless(end_s)))
    return out


def _messages(twin: Twin) -> list[Sent]:
    out = [Sent("MSG1", twin.message)]
    if twin.ultra_short:
        out.append(Sent("MSG2", twin.ultra_short))
        twin.ultra_short = ""
    return [*out, Sent("PRM", twin.prm)]


def _calendar(meter: Meter) -> list[Sent]:
    tariff, profiles = meter.tariff, meter.contract.profiles
    out = [
        Sent("RELAIS", "001" if tariff.contact else "000"),
        Sent("NTARF", f"{tariff.supplier:02}"),
        Sent("NJOURF", f"{tariff.day_id:02}"),
        Sent("NJOURF+1", f"{tariff.next_day_id:02}"),
        Sent("PJOURF+1", profile_text(profiles[tariff.next_day_id])),
    ]
    if tariff.next_peak:
        out.append(Sent("PPOINTE", profile_text(tariff.next_peak)))
    return out


def status_register(twin: Twin) -> int:
    """STGE, 32 bits (6.2.3.14). Bit 0 is 1 where the dry contact is open, the reverse of RELAIS."""
    meter, tariff = twin.meter, twin.meter.tariff
    fields = (
        (0, not tariff.contact),
        (1, meter.breaker),
        (6, meter.overvoltage),
        (7, meter.exceeds),
        (8, twin.settings.producer),
        (9, meter.watts < 0),
        (10, tariff.supplier - 1),
        (14, tariff.distributor - 1),
        (16, meter.clock_degraded),
        (24, tariff.today),
        (26, tariff.tomorrow),
        (28, tariff.notice),
        (30, tariff.peak),
    )
    register = EURIDIS_SECURE | PLC_LOCKED | TIC_STANDARD
    for bit, value in fields:
        register |= value << bit
    return register
