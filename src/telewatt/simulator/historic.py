"""Historic frames: long, short (three-phase over-current) and idle, of a Linky and of CBE meters.

A Linky shows a modern contract as ``BASE``/``TH..`` with the total index; a CBE without the
instantaneous apparent power (plain CBEMM) sends no PAPP. Sources: Enedis-NOI-CPT_54E v3, 6.1;
manufacturers' manuals of CBE meters.
"""

from telewatt.simulator.encoder import Sent
from telewatt.simulator.meter import Meter
from telewatt.simulator.twin import Twin

DEMAIN = ("----", "BLEU", "BLAN", "ROUG")
LINKY_IMAX = {1: 90, 3: 60}


def historic_frame(twin: Twin) -> list[Sent]:
    """The long frame that begins now; on a single phase ADPS stands at its place after IINST."""
    meter = twin.meter
    linky = twin.settings.family == "linky"
    out = [
        Sent("ADCO", twin.address),
        Sent("OPTARIF", meter.contract.optarif),
        Sent("ISOUSC", f"{int(meter.rated_a):02}"),
    ]
    out += _tariff(meter)
    out += _currents(meter, linky)
    if linky or twin.settings.family == "cbe_icc" or meter.phases == 3:
        out.append(Sent("PAPP", f"{round(meter.drawn_va / 10) * 10:05}"))
    out.append(Sent("HHPHC", "A" if linky else "D"))
    out.append(Sent("MOTDETAT", "000000"))
    if meter.phases == 3:
        out.append(Sent("PPOT", "00"))
    return out


def _tariff(meter: Meter) -> list[Sent]:
    contract, tariff = meter.contract, meter.tariff
    if not contract.registers:
        return [Sent("BASE", f"{meter.east:09}"), Sent("PTEC", "TH..")]
    out = [
        Sent(label, f"{wh:09}") for label, wh in zip(contract.registers, meter.easf, strict=False)
    ]
    if contract.is_ejp and tariff.notice:
        out.append(Sent("PEJP", "30"))
    out.append(Sent("PTEC", contract.ptec[tariff.supplier - 1]))
    if contract.is_tempo:
        out.append(Sent("DEMAIN", DEMAIN[tariff.tomorrow]))
    return out


def _currents(meter: Meter, linky: bool) -> list[Sent]:
    maxima = [LINKY_IMAX[meter.phases]] * meter.phases if linky else meter.max_current
    if meter.phases == 1:
        out = [Sent("IINST", f"{round(meter.current[0]):03}")]
        if meter.exceeding_phases():
            out.append(warning(meter))
        return [*out, Sent("IMAX", f"{maxima[0]:03}")]
    out = instant_currents(meter)
    out += [Sent(f"IMAX{n}", f"{imax:03}") for n, imax in enumerate(maxima, 1)]
    peak = meter.max_drawn.yesterday.value
    return [*out, Sent("PMAX", f"{peak if linky else round(peak / 10) * 10:05}")]


def warning(meter: Meter) -> Sent:
    """ADPS: the current that exceeds."""
    return Sent("ADPS", f"{round(meter.current[0]):03}")


def instant_currents(meter: Meter) -> list[Sent]:
    """IINST1 to IINST3."""
    return [Sent(f"IINST{n}", f"{round(i):03}") for n, i in enumerate(meter.current, 1)]


def short_frame(twin: Twin) -> list[Sent]:
    """ADIRn of the phases that exceed, if any still does, then the address and the currents."""
    meter = twin.meter
    out = [Sent(f"ADIR{n + 1}", f"{round(meter.current[n]):03}") for n in meter.exceeding_phases()]
    return [*out, Sent("ADCO", twin.address), *instant_currents(meter)]


def idle_frame(twin: Twin) -> list[Sent]:
    """Mode veille: the address alone."""
    return [Sent("ADCO", twin.address)]
