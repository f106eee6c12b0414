"""What ``telewatt verify`` says."""

from telewatt.language import Text
from telewatt.rollup import Level
from telewatt.store import GapReason
from telewatt.store.verify import FaultKind

ONE_FILE = Text(
    "give the journal once: {file}, or --journal",
    "donnez le journal une fois : {file}, ou --journal",
)
READING = Text("frames", "trames")
COMPARING = Text("history", "historique")

JOURNAL = Text("Journal {path}", "Journal {path}")
FRAMES = Text(
    "  {entries} frames read, {size} bytes each ({raw} as they came over the line)",
    "  {entries} trames lues, {size} octets chacune ({raw} telles que la ligne les a portées)",
)
PROVED = Text(
    "  {proved} of {rows} batches are packed: all their frames gave back, bit for bit,\n"
    "  what was committed",
    "  {proved} lots sur {rows} sont compactés : toutes leurs trames ont rendu, bit pour\n"
    "  bit, ce qui avait été enregistré",
)
WAITING = Text(
    "  {rows} batches are not packed: their checksums are right",
    "  {rows} lots ne sont pas compactés : leurs sommes de contrôle sont justes",
)
NUMBERS = Text(
    "  every number from {first} to {last} is there once, or listed as a gap",
    "  chaque numéro de {first} à {last} y est une fois, ou listé comme lacune",
)
GAPS = Text("  gaps: {gaps}", "  lacunes : {gaps}")
REASONS = {
    GapReason.CRASH: Text("{n} after a crash", "{n} après un arrêt brutal"),
    GapReason.OVERFLOW: Text("{n} while the disk refused", "{n} pendant que le disque refusait"),
    GapReason.DAMAGED: Text("{n} damaged", "{n} endommagées"),
    GapReason.MISSING: Text("{n} missing", "{n} manquantes"),
    GapReason.UNREADABLE: Text("{n} unreadable at start", "{n} illisibles au démarrage"),
    GapReason.REMOVED: Text("{n} file taken away", "{n} fichier retiré"),
    GapReason.RESTORED: Text("{n} after a restored backup", "{n} après une restauration"),
    GapReason.PRUNED: Text(
        "the oldest, removed for the disk budget", "les plus anciennes, retirées faute de place"
    ),
}
HISTORY = Text("History {path}", "Historique {path}")
NO_HISTORY = Text(
    "  there is none yet: `telewatt run` builds it from the journal",
    "  il n'y en a pas encore : `telewatt run` le construit d'après le journal",
)
LEVELS_PROVED = Text(
    "  {minutes} minutes of {meters} meter(s): every quarter, hour and day is exactly\n"
    "  what they give",
    "  {minutes} minutes, compteurs : {meters} ; chaque quart d'heure, heure et jour est\n"
    "  exactement ce qu'elles donnent",
)
IMPORTS = Text(
    "  imported files: {count}, their contents are what was brought in",
    "  fichiers importés : {count}, leur contenu est celui de l'import",
)
SIZES = Text(
    "On the disk: {journal} and {history}, {share} % of {limit} (journal.disk_limit_mib)",
    "Sur le disque : {journal} et {history}, {share} % de {limit} (journal.disk_limit_mib)",
)
GOOD = Text("Nothing is wrong.", "Tout est juste.")
BAD = Text("Not everything is right ({count}):", "Tout n'est pas juste ({count}) :")
FINDING = Text("  {what}\n    → {remedy}", "  {what}\n    → {remedy}")

RESTORE = Text(
    "restore a backup: telewatt restore FOLDER",
    "restaurez une sauvegarde : telewatt restore DOSSIER",
)
REPLAY = Text("compute it again: telewatt replay", "recalculez : telewatt replay")
IMPORT_AGAIN = Text(
    "remove that import and import the file again",
    "retirez cet import et importez à nouveau le fichier",
)
FAULTS = {
    FaultKind.DAMAGED: Text("cannot be read", "sont illisibles"),
    FaultKind.CHANGED: Text(
        "are not the bytes that were committed", "ne sont pas les octets enregistrés"
    ),
    FaultKind.TIMES: Text(
        "arrived at other times than noted", "sont arrivées à d'autres heures que noté"
    ),
    FaultKind.MISSING: Text(
        "are missing, and no gap tells why", "manquent, sans lacune qui l'explique"
    ),
    FaultKind.OVERLAP: Text("are there more than once", "y sont plusieurs fois"),
}
OF_NUMBERS = {FaultKind.MISSING, FaultKind.OVERLAP}
OF_BATCHES = FAULTS.keys() - OF_NUMBERS
"""What may be wrong with the numbers of entries, and with the batches that hold them."""
FAULT = Text("frames {first} - {last} {what}", "les trames {first} - {last} {what}")
LEVELS = {
    Level.QUARTER: Text("quarter of an hour", "quart d'heure"),
    Level.HOUR: Text("hour", "heure"),
    Level.DAY: Text("day", "jour"),
}
DIFFERENCE = Text(
    "{meter}: the {level} {at} is not what its minutes give",
    "{meter} : {level} {at}, ce n'est pas ce que donnent les minutes",
)
ALTERED = Text(
    "import {name}: its content is not what was brought in",
    "import {name} : le contenu n'est pas celui qui fut apporté",
)
