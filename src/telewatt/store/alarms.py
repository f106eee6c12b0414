"""What the journal has to tell its user: alarms in French and English, each with its remedy."""

import logging
from collections.abc import Mapping
from datetime import UTC, datetime
from enum import StrEnum
from typing import NamedTuple

from telewatt.language import Text
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
    TAKEN = "taken"
    GAP = "gap"
    BUDGET = "budget"
    PRUNED = "pruned"


STORAGE = frozenset(
    (
        AlarmKind.DISK_FULL,
        AlarmKind.READ_ONLY,
        AlarmKind.DISK_ERROR,
        AlarmKind.AHEAD,
        AlarmKind.TAKEN,
    )
)
"""The kinds that end by themselves, with the next commit that succeeds."""


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
    text: Text
    remedy: Text


_TEXTS: Mapping[AlarmKind, tuple[Text, Text]] = {
    AlarmKind.DISK_FULL: (
        Text(
            fr="Le disque du journal {path} est plein ({detail}). Le direct continue en mémoire.",
            en="The disk of journal {path} is full ({detail}). Live data go on from memory.",
        ),
        Text(
            fr="Libérez de la place : l'écriture reprend d'elle-même.",
            en="Free some space: writing resumes by itself.",
        ),
    ),
    AlarmKind.READ_ONLY: (
        Text(
            fr="Le journal {path} n'est pas accessible en écriture ({detail}). "
            "Le direct continue en mémoire.",
            en="Journal {path} cannot be written ({detail}). Live data go on from memory.",
        ),
        Text(
            fr="Vérifiez les droits du fichier et de son dossier ; si la carte SD est passée en "
            "lecture seule, elle est peut-être en fin de vie : remplacez-la.",
            en="Check the permissions of the file and its folder; if the SD card turned read-only "
            "it may be worn out: replace it.",
        ),
    ),
    AlarmKind.DISK_ERROR: (
        Text(
            fr="Le disque du journal {path} ne répond pas ({detail}). "
            "Le direct continue en mémoire.",
            en="The disk of journal {path} fails ({detail}). Live data go on from memory.",
        ),
        Text(
            fr="Vérifiez le montage, le câble et l'état du disque (dmesg).",
            en="Check the mount, the cable and the state of the disk (dmesg).",
        ),
    ),
    AlarmKind.DAMAGED: (
        Text(
            fr="Le journal {path} était abîmé ({detail}). Il est mis de côté sous {aside} ; "
            "{entries} trames ont été sauvées.",
            en="Journal {path} was damaged ({detail}). It is set aside as {aside}; "
            "{entries} entries were saved.",
        ),
        Text(
            fr="Vérifiez la carte SD ou le disque. Le fichier mis de côté peut être supprimé quand "
            "vous n'en avez plus besoin.",
            en="Check the SD card or disk. The file set aside may be deleted when you no longer "
            "need it.",
        ),
    ),
    AlarmKind.NEWER: (
        Text(
            fr="Le journal {path} vient d'une version plus récente (schéma {version}). Il reste "
            "intact ; les trames vont dans {beside}.",
            en="Journal {path} was written by a newer version (schema {version}). It is left "
            "untouched; entries go to {beside}.",
        ),
        Text(
            fr="Réinstallez la version la plus récente de telewatt.",
            en="Install the newest version of telewatt again.",
        ),
    ),
    AlarmKind.FOREIGN: (
        Text(
            fr="{path} n'est pas un journal de telewatt. Le fichier reste intact ; "
            "les trames vont dans {beside}.",
            en="{path} is no journal of telewatt. The file is left untouched; "
            "entries go to {beside}.",
        ),
        Text(
            fr="Donnez au journal un autre chemin dans la configuration.",
            en="Give the journal another path in the configuration.",
        ),
    ),
    AlarmKind.REMOVED: (
        Text(
            fr="Le fichier du journal {path} a disparu pendant la marche. "
            "Un nouveau a été commencé.",
            en="The journal's file {path} was taken away while the service ran. "
            "A new one was begun.",
        ),
        Text(
            fr="Pour reprendre l'ancien fichier, arrêtez le service, remettez-le en place, "
            "relancez.",
            en="To go on with the old file, stop the service, put it back, start again.",
        ),
    ),
    AlarmKind.AHEAD: (
        Text(
            fr="Le fichier {path} contient déjà des numéros que ce service a donnés ({detail}). "
            "Le direct continue en mémoire.",
            en="File {path} already holds numbers that this service has given ({detail}). "
            "Live data go on from memory.",
        ),
        Text(fr="Redémarrez telewatt.", en="Restart telewatt."),
    ),
    AlarmKind.TAKEN: (
        Text(
            fr="Un autre processus écrit maintenant dans le journal {path} ({detail}). "
            "Le direct continue en mémoire.",
            en="Another process writes journal {path} now ({detail}). Live data go on from memory.",
        ),
        Text(
            fr="Arrêtez l'autre processus, puis redémarrez telewatt ; "
            "ne supprimez jamais le fichier .lock.",
            en="Stop the other process, then restart telewatt; never delete the .lock file.",
        ),
    ),
    AlarmKind.GAP: (
        Text(
            fr="Des trames manquent dans le journal {path} : {detail}.",
            en="Entries are missing from journal {path}: {detail}.",
        ),
        Text(
            fr="Rien à faire pour ces trames ; la cause est nommée dans la liste des trous.",
            en="Nothing can be done for these entries; the list of gaps names the cause.",
        ),
    ),
    AlarmKind.BUDGET: (
        Text(
            fr="Le journal {path} occupe {used} Mio de son budget de {limit} Mio, atteint vers le "
            "{date}. Dès lors les trames les plus anciennes seront retirées ; les synthèses et les "
            "totaux restent.",
            en="Journal {path} takes {used} MiB of its budget of {limit} MiB, reached about "
            "{date}. From then on the oldest frames will be removed; summaries and totals stay.",
        ),
        Text(
            fr="Pour garder toutes les trames, augmentez journal.disk_limit_mib ou faites avant "
            "cette date une sauvegarde, qui les garde.",
            en="To keep all frames, raise journal.disk_limit_mib, or make a backup before that "
            "date: it keeps them.",
        ),
    ),
    AlarmKind.PRUNED: (
        Text(
            fr="Le journal {path} a atteint son budget de {limit} Mio : depuis le {since} les "
            "trames les plus anciennes sont retirées ; les synthèses et les totaux restent.",
            en="Journal {path} has reached its budget of {limit} MiB: since {since} the oldest "
            "frames are being removed; summaries and totals stay.",
        ),
        Text(
            fr="Pour garder plus de trames, augmentez journal.disk_limit_mib.",
            en="To keep more frames, raise journal.disk_limit_mib.",
        ),
    ),
}


KEEP_ASIDE = Text(
    fr="Vérifiez la carte SD ou le disque. Gardez le fichier mis de côté : rien n'en a été sauvé.",
    en="Check the SD card or disk. Keep the file set aside: nothing of it was saved.",
)


_REASONS: Mapping[GapReason, Text] = {
    GapReason.CRASH: Text(
        fr="arrêt sans fermeture, ce qui n'était pas encore écrit est perdu",
        en="ended without closing, what was not yet written is lost",
    ),
    GapReason.OVERFLOW: Text(
        fr="disque en panne trop longtemps, mémoire pleine",
        en="disk failed for too long, memory full",
    ),
    GapReason.DAMAGED: Text(fr="fichier abîmé", en="file damaged"),
    GapReason.MISSING: Text(fr="absentes du fichier", en="not in the file"),
    GapReason.UNREADABLE: Text(
        fr="disque illisible au démarrage, numéros sautés",
        en="disk unreadable at start, numbers skipped",
    ),
    GapReason.REMOVED: Text(
        fr="fichier enlevé pendant la marche", en="file taken away while running"
    ),
    GapReason.RESTORED: Text(
        fr="sauvegarde restaurée, numéros sautés", en="backup restored, numbers skipped"
    ),
    GapReason.PRUNED: Text(fr="budget du disque", en="disk budget"),
}


def describe(gap: Gap, count: int) -> Text:
    """A gap in words, and how many gaps are listed."""
    reason = _REASONS[gap.reason]
    if gap.reason is GapReason.CRASH:
        span = f"{_clock(gap.since)} - {_clock(gap.until)}"
    else:
        span = f"{gap.first_seq} - {gap.last_seq}"
    return Text(
        fr=f"{span} ({reason.fr} ; trous connus : {count})",
        en=f"{span} ({reason.en}; gaps known: {count})",
    )


def _clock(time: datetime | None) -> str:
    return "?" if time is None else f"{time:%Y-%m-%d %H:%M:%S} UTC"


class Alarms:
    """The active alarms; raising one again keeps its first time and renews its text."""

    def __init__(self) -> None:
        self._active: dict[AlarmKind, Alarm] = {}

    def sound(self, kind: AlarmKind, remedy: Text | None = None, **facts: object) -> None:
        """Raise an alarm; ``facts`` fill the places in its texts, a `Text` in each language."""
        known = self._active.get(kind)
        text, usual = (words.fill(**facts) for words in _TEXTS[kind])
        since = datetime.now(UTC) if known is None else known.since
        self._active[kind] = Alarm(kind, since, text, remedy or usual)
        if known is None:
            _log.warning("%s %s", text.en, (remedy or usual).en)

    def clear_storage(self) -> None:
        """The disk works again."""
        for kind in STORAGE & self._active.keys():
            self.clear(kind)

    def clear(self, kind: AlarmKind) -> None:
        """End an alarm, if it is active."""
        if self._active.pop(kind, None) is not None:
            _log.info("journal: %s is over", kind)

    def is_active(self, kind: AlarmKind) -> bool:
        """Whether this alarm is raised."""
        return kind in self._active

    def active(self) -> tuple[Alarm, ...]:
        """All active alarms, oldest first."""
        return tuple(sorted(self._active.values(), key=lambda alarm: alarm.since))
