"""Print docs/labels.md: the label table for readers, from the one table of telewatt.tic.labels.

python docs/generate_labels.py > docs/labels.md
"""

import sys
from itertools import groupby

from telewatt.tic.labels import LABELS, Label

INTRODUCTION = """\
# Labels / Étiquettes

Written by `docs/generate_labels.py` from `src/telewatt/tic/labels.tsv`; do not edit.
Every label telewatt reads, in the order a meter sends them. A label that is not here, but whose
checksum is right, is kept as it was sent.

*Toutes les étiquettes que telewatt lit, dans l'ordre d'émission. Une étiquette absente d'ici, mais
dont le checksum est juste, est gardée telle quelle.*

Notes: `horodate`: carries the meter's time stamp; `producer`: sent in producer mode only;
`optional`: not in every frame, or not known to be; `tri`, `mono`: only on such meters;
`secondary`, `low`: not read in the official specification (`low`: only its shape is known).
"""

NAMESPACES = {
    "standard": "Linky, standard mode / mode standard",
    "standard_pilot": "Linky pilot meters (types 67, 68), standard mode / Linky pilotes",
    "historic": "Historic mode: Linky and CBE meters / Mode historique : Linky et compteurs CBE",
    "cje": "CJE (compteur jaune électronique)",
    "ice": "ICE",
    "pme_pmi": "PME-PMI",
}

KINDS = {
    "int": "a whole number; `int:9` has 9 digits, `int:8,9` 8 or 9",
    "digits": "digits that are no quantity, kept as text",
    "text": "text of that many characters; spaces count",
    "code": "upper-case text of that many characters; spaces count",
    "time": "the value is the horodate; that many digits follow it",
    "address": "EURIDIS address: manufacturer, year, type, serial number",
    "stge": "status register, 8 hexadecimal digits",
    "relais": "state of 8 relays, 000 to 255",
    "ppot": "phases without voltage, 2 hexadecimal digits",
    "motdetat": "status word, 6 or 10 hexadecimal digits",
    "optarif": "tariff option, 4 characters",
    "ptec": "tariff period, 4 characters",
    "demain": "colour of the next day, 4 characters",
    "profile": "day profile: 11 blocks `HHMMSSSS` or `NONUTILE`",
    "date": "`JJ/MM/AA HH:MM:SS`, local time",
    "period_date": "`JJ/MM/AA HH:MM:SS-ppp`, local time and tariff period",
    "number": "a number of so many digits, then its unit",
    "signed": "the same, with `-` where negative",
    "marked": "the same, with an indicator letter before the unit",
    "decimal": "a number with two decimals after `,` or `.`",
    "composite": "parts separated by `:`",
}


def describe(label: Label) -> str:
    """One row of the Markdown table."""
    name = ", ".join(f"`{name}`" for name in (label.label, *label.aliases))
    unit = f"{label.unit} (Linky: {label.unit_linky})" if label.unit_linky else label.unit
    notes = [
        "horodate" if label.horodated else "",
        "producer" if label.producer_only else "",
        "optional" if label.optional and label.confidence == "official" else "",
        label.phase if label.phase != "both" else "",
        label.confidence if label.confidence != "official" else "",
    ]
    cells = (name, f"`{label.format}`", unit, label.fr, label.en, ", ".join(filter(None, notes)))
    return "| " + " | ".join(cell.replace("|", " or ") for cell in cells) + " |"


def generate() -> str:
    """The whole document."""
    lines = [INTRODUCTION, "## Formats", ""]
    lines += [
        f"- `{kind}`: {KINDS[kind]}"
        for kind in dict.fromkeys(label.format.partition(":")[0] for label in LABELS)
    ]
    for namespace, labels in groupby(LABELS, key=lambda label: label.namespace):
        lines += ["", f"## {NAMESPACES[namespace]}", ""]
        lines += [
            "| label | format | unit | français | English | notes |",
            "|---|---|---|---|---|---|",
        ]
        lines += [describe(label) for label in labels]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    sys.stdout.write(generate())
