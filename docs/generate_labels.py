"""Write docs/en/labels.md and docs/fr/labels.md from the one label table, telewatt.tic.labels.

python docs/generate_labels.py
"""

from itertools import groupby
from pathlib import Path

from telewatt.language import Language, Text
from telewatt.tic.labels import LABELS, Label

INTRODUCTION = Text(
    en="""\
# Labels

Written by `docs/generate_labels.py` from `src/telewatt/tic/labels.tsv`; do not edit.

Every label telewatt reads, in the order a meter sends them. A label that is not here, but whose
checksum is right, is kept as it was sent.

Labels that measure the same thing have the same quantity, whatever the meter and its mode;
histories, charts and exports go by it.

The notes say: `horodate`: carries the meter's time stamp; `producer`: sent in producer mode only;
`optional`: not in every frame, or not known to be; `tri`, `mono`: only on such meters;
`secondary`, `low`: not read in the official specification (`low`: only its shape is known).
""",
    fr="""\
# Étiquettes

Écrit par `docs/generate_labels.py` d'après `src/telewatt/tic/labels.tsv` ; ne pas modifier.

Toutes les étiquettes que telewatt lit, dans l'ordre d'émission. Une étiquette absente d'ici, mais
dont le checksum est juste, est gardée telle quelle.

Les étiquettes qui mesurent la même chose ont la même grandeur, quels que soient le compteur et son
mode ; historiques, courbes et exports s'y réfèrent.

Les notes disent : `horodate` : porte l'horodate du compteur ; `producer` : seulement en mode
producteur ; `optional` : absente de certaines trames, ou peut-être ; `tri`, `mono` : seulement sur
ces compteurs ; `secondary`, `low` : non lue dans la spécification officielle (`low` : seule sa
forme est connue).
""",
)
FORMATS = Text("Formats", "Formats")
COLUMNS = Text(
    "label | format | unit | quantity | what it is",
    "étiquette | format | unité | grandeur | signification",
)

NAMESPACES = {
    "standard": Text("Linky, standard mode", "Linky, mode standard"),
    "standard_pilot": Text(
        "Linky pilot meters (types 67, 68), standard mode",
        "Linky pilotes (types 67, 68), mode standard",
    ),
    "historic": Text(
        "Linky and CBE meters, historic mode", "Linky et compteurs CBE, mode historique"
    ),
    "cje": Text("CJE meters", "Compteurs CJE (compteur jaune électronique)"),
    "ice": Text("ICE meters", "Compteurs ICE"),
    "pme_pmi": Text("PME-PMI meters", "Compteurs PME-PMI"),
}

KINDS = {
    "int": Text(
        "a whole number; `int:9` has 9 digits, `int:8,9` 8 or 9",
        "un nombre entier ; `int:9` a 9 chiffres, `int:8,9` 8 ou 9",
    ),
    "digits": Text(
        "digits that are no quantity, kept as text",
        "des chiffres qui ne sont pas une quantité, gardés comme texte",
    ),
    "text": Text(
        "text of that many characters; spaces count",
        "un texte de ce nombre de caractères ; les espaces comptent",
    ),
    "code": Text(
        "upper-case text of that many characters; spaces count",
        "un texte en capitales de ce nombre de caractères ; les espaces comptent",
    ),
    "time": Text(
        "the value is the horodate; that many digits follow it",
        "la valeur est l'horodate ; ce nombre de chiffres la suit",
    ),
    "address": Text(
        "EURIDIS address: manufacturer, year, type, serial number",
        "adresse EURIDIS : constructeur, année, type, matricule",
    ),
    "stge": Text("status register, 8 hexadecimal digits", "registre de statuts, 8 hexadécimaux"),
    "relais": Text("state of 8 relays, 000 to 255", "état de 8 relais, 000 à 255"),
    "ppot": Text(
        "phases without voltage, 2 hexadecimal digits", "phases sans tension, 2 hexadécimaux"
    ),
    "motdetat": Text("status word, 6 or 10 hexadecimal digits", "mot d'état, 6 ou 10 hexadécimaux"),
    "optarif": Text("tariff option, 4 characters", "option tarifaire, 4 caractères"),
    "ptec": Text("tariff period, 4 characters", "période tarifaire, 4 caractères"),
    "demain": Text("colour of the next day, 4 characters", "couleur du lendemain, 4 caractères"),
    "profile": Text(
        "day profile: 11 blocks `HHMMSSSS` or `NONUTILE`",
        "profil de journée : 11 blocs `HHMMSSSS` ou `NONUTILE`",
    ),
    "date": Text("`JJ/MM/AA HH:MM:SS`, local time", "`JJ/MM/AA HH:MM:SS`, heure locale"),
    "period_date": Text(
        "`JJ/MM/AA HH:MM:SS-ppp`, local time and tariff period",
        "`JJ/MM/AA HH:MM:SS-ppp`, heure locale et période tarifaire",
    ),
    "number": Text(
        "a number of so many digits, then its unit",
        "un nombre de tant de chiffres, puis son unité",
    ),
    "signed": Text("the same, with `-` where negative", "de même, avec `-` s'il est négatif"),
    "marked": Text(
        "the same, with an indicator letter before the unit",
        "de même, avec une lettre d'indication avant l'unité",
    ),
    "decimal": Text(
        "a number with two decimals after `,` or `.`",
        "un nombre à deux décimales après `,` ou `.`",
    ),
    "composite": Text("parts separated by `:`", "des parties séparées par `:`"),
}


def describe(label: Label, language: Language) -> str:
    """One row of the Markdown table."""
    name = ", ".join(f"`{name}`" for name in (label.label, *label.aliases))
    unit = label.unit
    if label.unit_linky:
        unit += Text(f" (Linky: {label.unit_linky})", f" (Linky : {label.unit_linky})").of(language)
    notes = [
        "horodate" if label.horodated else "",
        "producer" if label.producer_only else "",
        "optional" if label.optional and label.confidence == "official" else "",
        label.phase if label.phase != "both" else "",
        label.confidence if label.confidence != "official" else "",
    ]
    meaning = Text(label.en, label.fr).of(language)
    quantity = f"`{label.quantity}`" if label.quantity else ""
    cells = (name, f"`{label.format}`", unit, quantity, meaning, ", ".join(filter(None, notes)))
    alternative = Text(" or ", " ou ").of(language)
    return "| " + " | ".join(cell.replace("|", alternative) for cell in cells) + " |"


def generate(language: Language) -> str:
    """The whole page in one language."""
    lines = [INTRODUCTION.of(language), f"## {FORMATS.of(language)}", ""]
    colon = Text(": ", " : ").of(language)
    for kind in dict.fromkeys(label.format.partition(":")[0] for label in LABELS):
        lines.append(f"- `{kind}`{colon}{KINDS[kind].of(language)}")
    for namespace, labels in groupby(LABELS, key=lambda label: label.namespace):
        lines += ["", f"## {NAMESPACES[namespace].of(language)}", ""]
        lines += [f"| {COLUMNS.of(language)} | notes |", "|---|---|---|---|---|---|"]
        lines += [describe(label, language) for label in labels]
    return "\n".join(lines) + "\n"


def page(language: Language) -> Path:
    """Where the page of a language lies."""
    return Path(__file__).parent / language / "labels.md"


if __name__ == "__main__":
    for each in ("en", "fr"):
        page(each).write_text(generate(each), encoding="utf-8")
