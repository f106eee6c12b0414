"""What the journal has to tell its user: alarms in French and English, each with its remedy."""

import logging
from collections.abc import Mapping
from datetime import UTC, datetime
from enum import StrEnum
from typing import NamedTuple

from telewatt.store.gap import Gap, GapReason

_log = logging.getLogger("telewatt.store")


class AlarmKind(StrEnum):
    """What is wrong; at most one alarm of each kind is active."""

    DISK_FULL = "disk_full"
    READ_ONLY = "read_only"
    DISK_ERROR = "disk_error"
    DAMAGED = "damaged"
    NEWER = "newer"
    FOREIGN = "foreign"
    REMOVED = "removed"
    AHEAD = "ahead"
    GAP = "gap"


STORAGE = frozenset(
    (AlarmKind.DISK_FULL, AlarmKind.READ_ONLY, AlarmKind.DISK_ERROR, AlarmKind.AHEAD)
)
"""The kinds that end by themselves, with the next commit that succeeds."""


class Words(NamedTuple):
    """One text in both languages."""

    fr: str
    en: str


class Alarm(NamedTuple):
    """Something the user should know and can do something about.

    Attributes:
        kind: which alarm.
        since: when it was raised, aware UTC.
        text: what is wrong, and where.
        remedy: what to do.
    """

    kind: AlarmKind
    since: datetime
    text: Words
    remedy: Words


_TEXTS: Mapping[AlarmKind, tuple[Words, Words]] = {
    AlarmKind.DISK_FULL: (
        Words(
            "Le disque du journal {path} est plein ({detail}). Le direct continue en mémoire.",
            "The disk of journal {path} is full ({detail}). Live data go on from memory.",
        ),
        Words(
            "Libérez de la place : l'écriture reprend d'elle-même.",
            "Free some space: writing resumes by itself.",
        ),
    ),
    AlarmKind.READ_ONLY: (
        Words(
            "Le journal {path} n'est pas accessible en écriture ({detail}). "
            "Le direct continue en mémoire.",
            "Journal {path} cannot be written ({detail}). Live data go on from memory.",
        ),
        Words(
            "Vérifiez les droits du fichier et de son dossier ; si la carte SD est passée en "
            "lecture seule, elle est peut-être en fin de vie : remplacez-la.",
            "Check the permissions of the file and its folder; if the SD card turned read-only it "
            "may be worn out: replace it.",
        ),
    ),
    AlarmKind.DISK_ERROR: (
        Words(
            "Le disque du journal {path} ne répond pas ({detail}). Le direct continue en mémoire.",
            "The disk of journal {path} fails ({detail}). Live data go on from memory.",
        ),
        Words(
            "Vérifiez le montage, le câble et l'état du disque (dmesg).",
            "Check the mount, the cable and the state of the disk (dmesg).",
        ),
    ),
    AlarmKind.DAMAGED: (
        Words(
            "Le journal {path} était abîmé ({detail}). Il est mis de côté sous {aside} ; "
            "{entries} trames ont été sauvées.",
            "Journal {path} was damaged ({detail}). It is set aside as {aside}; "
            "{entries} entries were saved.",
        ),
        Words(
            "Vérifiez la carte SD ou le disque. Le fichier mis de côté peut être supprimé quand "
            "vous n'en avez plus besoin.",
            "Check the SD card or disk. The file set aside may be deleted when you no longer "
            "need it.",
        ),
    ),
    AlarmKind.NEWER: (
        Words(
            "Le journal {path} vient d'une version plus récente (schéma {version}). Il reste "
            "intact ; les trames vont dans {beside}.",
            "Journal {path} was written by a newer version (schema {version}). It is left "
            "untouched; entries go to {beside}.",
        ),
        Words(
            "Réinstallez la version la plus récente de telewatt.",
            "Install the newest version of telewatt again.",
        ),
    ),
    AlarmKind.FOREIGN: (
        Words(
            "{path} est la base d'un autre programme. Elle reste intacte ; les trames vont dans "
            "{beside}.",
            "{path} is another program's database. It is left untouched; entries go to {beside}.",
        ),
        Words(
            "Donnez au journal un autre chemin dans la configuration.",
            "Give the journal another path in the configuration.",
        ),
    ),
    AlarmKind.REMOVED: (
        Words(
            "Le fichier du journal {path} a disparu pendant la marche. Un nouveau a été commencé.",
            "The journal's file {path} was taken away while the service ran. A new one was begun.",
        ),
        Words(
            "Pour reprendre l'ancien fichier, arrêtez le service, remettez-le en place, relancez.",
            "To go on with the old file, stop the service, put it back, start again.",
        ),
    ),
    AlarmKind.AHEAD: (
        Words(
            "Le fichier {path} contient déjà des numéros que ce service a donnés ({detail}). "
            "Le direct continue en mémoire.",
            "File {path} already holds numbers that this service has given ({detail}). "
            "Live data go on from memory.",
        ),
        Words("Redémarrez telewatt.", "Restart telewatt."),
    ),
    AlarmKind.GAP: (
        Words(
            "Des trames manquent dans le journal {path} : {detail}.",
            "Entries are missing from journal {path}: {detail}.",
        ),
        Words(
            "Rien à faire pour ces trames ; la cause est nommée dans la liste des trous.",
            "Nothing can be done for these entries; the list of gaps names the cause.",
        ),
    ),
}


_REASONS: Mapping[GapReason, Words] = {
    GapReason.CRASH: Words(
        "arrêt sans fermeture, ce qui n'était pas encore écrit est perdu",
        "ended without closing, what was not yet written is lost",
    ),
    GapReason.OVERFLOW: Words(
        "disque en panne trop longtemps, mémoire pleine", "disk failed for too long, memory full"
    ),
    GapReason.DAMAGED: Words("fichier abîmé", "file damaged"),
    GapReason.MISSING: Words("absentes du fichier", "not in the file"),
    GapReason.UNREADABLE: Words(
        "disque illisible au démarrage, numéros sautés", "disk unreadable at start, numbers skipped"
    ),
    GapReason.REMOVED: Words("fichier enlevé pendant la marche", "file taken away while running"),
}


def describe(gap: Gap, count: int) -> Words:
    """A gap in words, and how many gaps are listed."""
    reason = _REASONS[gap.reason]
    if gap.reason is GapReason.CRASH:
        span = f"{_clock(gap.since)} - {_clock(gap.until)}"
    else:
        span = f"{gap.first_seq} - {gap.last_seq}"
    return Words(
        f"{span} ({reason.fr} ; trous connus : {count})",
        f"{span} ({reason.en}; gaps known: {count})",
    )


def _clock(time: datetime | None) -> str:
    return "?" if time is None else f"{time:%Y-%m-%d %H:%M:%S} UTC"


def _fill(words: Words, facts: Mapping[str, object]) -> Words:
    french = {name: fact.fr if isinstance(fact, Words) else fact for name, fact in facts.items()}
    english = {name: fact.en if isinstance(fact, Words) else fact for name, fact in facts.items()}
    return Words(words.fr.format(**french), words.en.format(**english))


class Alarms:
    """The active alarms; raising one again keeps its first time and renews its text."""

    def __init__(self) -> None:
        self._active: dict[AlarmKind, Alarm] = {}

    def sound(self, kind: AlarmKind, **facts: object) -> None:
        """Raise an alarm; ``facts`` fill the places in its texts, `Words` in each language."""
        known = self._active.get(kind)
        text, remedy = (_fill(words, facts) for words in _TEXTS[kind])
        since = datetime.now(UTC) if known is None else known.since
        self._active[kind] = Alarm(kind, since, text, remedy)
        if known is None:
            _log.warning("%s %s", text.en, remedy.en)

    def clear_storage(self) -> None:
        """The disk works again."""
        for kind in STORAGE & self._active.keys():
            _log.info("journal: %s is over", self._active.pop(kind).kind)

    def active(self) -> tuple[Alarm, ...]:
        """All active alarms, oldest first."""
        return tuple(sorted(self._active.values(), key=lambda alarm: alarm.since))
