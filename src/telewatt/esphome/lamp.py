"""Light-emitting diodes for the day: blue, white and red of Tempo, or one for EJP.

EJP: blinking is the notice, steady the peak. Tempo: steady is today; tomorrow blinks where it is
another colour.
"""

from telewatt.entities import COLOURS
from telewatt.esphome.answers import DeviceAnswers, MeterAnswers
from telewatt.esphome.decoded import id_of
from telewatt.esphome.writer import Code, Plain

_NAMES = ("lamp_blue", "lamp_white", "lamp_red")


def lamp_meter(device: DeviceAnswers) -> MeterAnswers | None:
    """The meter the diodes show: the first with Tempo or EJP."""
    return next((m for m in device.meters if m.contract in ("tempo", "ejp")), None)


def lamp_sections(device: DeviceAnswers) -> dict[str, object]:
    """Outputs and the interval that sets them; none where there is nothing to show."""
    meter = lamp_meter(device) if device.lamp and not device.bridge else None
    if meter is None:
        return {}
    names = _NAMES if meter.contract == "tempo" else ("lamp_peak",)
    outputs = [
        {"platform": "gpio", "id": name, "pin": Plain(f"GPIO{pin}")}
        for name, pin in zip(names, device.board.lamps, strict=False)
    ]
    code = _tempo(device, meter) if meter.contract == "tempo" else _ejp(meter)
    every = {"interval": Plain("500ms"), "then": [{"lambda": Code(code)}]}
    return {"output": outputs, "interval": [every]}


def _tempo(device: DeviceAnswers, meter: MeterAnswers) -> str:
    today, tomorrow = (id_of(meter, f"tempo_{day}") for day in ("today", "tomorrow"))
    lines = ["static bool on = false;", "on = !on;"]
    for name, colour in zip(_NAMES, COLOURS.values(), strict=True):
        word = colour.of(device.language)
        lines.append(
            f'id({name}).set_state(id({today}).state == "{word}" || '
            f'(on && id({tomorrow}).state == "{word}"));'
        )
    return "\n".join(lines)


def _ejp(meter: MeterAnswers) -> str:
    today, notice = id_of(meter, "ejp_today"), id_of(meter, "ejp_notice")
    return (
        "static bool on = false;\n"
        "on = !on;\n"
        f"id(lamp_peak).set_state(id({today}).state || (on && id({notice}).state));"
    )
