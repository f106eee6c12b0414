"""How good a line is, in plain words with the remedy: from what was counted on it. Pure."""

from collections.abc import Mapping
from enum import StrEnum
from typing import NamedTuple

from telewatt.language import Text


class Grade(StrEnum):
    """In one word."""

    GOOD = "good"
    FAIR = "fair"
    POOR = "poor"
    SILENT = "silent"
    WAITING = "waiting"


class Counted(NamedTuple):
    """What came on a line during some time.

    Attributes:
        frames, damaged: received; of these, not complete.
        datasets, repaired: accepted; of these, repaired by parity.
        rejected: runs of bytes by reason.
        silent_s: seconds without a correct frame.
    """

    frames: int = 0
    damaged: int = 0
    datasets: int = 0
    repaired: int = 0
    rejected: Mapping[str, int] = {}
    silent_s: int = 0

    @property
    def wrong(self) -> int:
        """Runs of bytes that were no dataset, and those that had to be repaired."""
        return sum(self.rejected.values()) + self.repaired


class Verdict(NamedTuple):
    """The grade, what it means, what to do."""

    grade: Grade
    text: Text
    remedy: Text


GOOD_SHARE, FAIR_SHARE = 0.002, 0.02
"""Of the datasets sent: a good line damages fewer than one in 500, a fair one than one in 50."""


_PERFECT = Text(
    "The line is perfect: not one error among {datasets} datasets.",
    "La ligne est parfaite : aucune erreur sur {datasets} groupes.",
)
_FEW = Text(
    "The line is good: {wrong} errors among {datasets} datasets, {repaired} of them repaired.",
    "La ligne est bonne : {wrong} erreurs sur {datasets} groupes, dont {repaired} réparées.",
)
_FAIR = Text(
    "The line is disturbed: {wrong} errors among {datasets} datasets, {repaired} of them repaired. "
    "No value is wrong, some come later.",
    "La ligne est perturbée : {wrong} erreurs sur {datasets} groupes, dont {repaired} réparées. "
    "Aucune valeur n'est fausse, certaines arrivent plus tard.",
)
_POOR = Text(
    "The line is bad: {wrong} errors among {datasets} datasets. No value is wrong, but many are "
    "missing.",
    "La ligne est mauvaise : {wrong} erreurs sur {datasets} groupes. Aucune valeur n'est fausse, "
    "mais beaucoup manquent.",
)
_WAITING = Text("Nothing is known of this line yet.", "On ne sait encore rien de cette ligne.")
_SILENT = Text(
    "The line is silent.",
    "La ligne est muette.",
)
_NOTHING_TO_DO = Text("There is nothing to do.", "Il n'y a rien à faire.")
_WAIT = Text("Wait some seconds.", "Attendez quelques secondes.")
_CABLE = Text(
    "Shorten the cable or twist its wires, keep it away from mains cables, and tighten the "
    "terminals I1 and I2.",
    "Raccourcissez le câble ou torsadez ses fils, éloignez-le des câbles du secteur, et resserrez "
    "les bornes I1 et I2.",
)
_RESISTOR = Text(
    "Errors at every dataset come from a wrong resistor at the opto-coupler, or from a reader made "
    "for the other mode: see the hardware guide.",
    "Des erreurs à chaque groupe viennent d'une mauvaise résistance à l'optocoupleur, ou d'un "
    "lecteur prévu pour l'autre mode : voir le guide matériel.",
)
_LOST = Text(
    "Bytes get lost on the way: another program reads the port, or the machine is too busy. Close "
    "it, or use a better adapter.",
    "Des octets se perdent en route : un autre programme lit le port, ou la machine est trop "
    "chargée. Fermez-le, ou prenez un meilleur adaptateur.",
)
_NO_PARITY = Text(
    "Let the adapter pass the parity bit on (8 bits, no parity check): single errors are then "
    "repaired.",
    "Laissez l'adaptateur transmettre le bit de parité (8 bits, sans contrôle de parité) : les "
    "erreurs isolées sont alors réparées.",
)
_LOST_REASONS = frozenset(("structure", "unterminated"))


def verdict_of(counted: Counted, *, reading: bool, remedy: Text) -> Verdict:
    """The verdict on a line.

    Args:
        counted: during the last minutes.
        reading: whether it is being read now.
        remedy: that of its state.
    """
    if not reading:
        return Verdict(Grade.SILENT, _SILENT, remedy)
    sent = counted.datasets + sum(counted.rejected.values())
    if not sent:
        return Verdict(Grade.WAITING, _WAITING, _WAIT)
    facts = {
        "wrong": counted.wrong,
        "datasets": sent,
        "repaired": counted.repaired,
    }
    share = counted.wrong / sent
    if share <= GOOD_SHARE:
        text = _FEW if counted.wrong else _PERFECT
        return Verdict(Grade.GOOD, text.fill(**facts), _NOTHING_TO_DO)
    fair = share <= FAIR_SHARE
    text = (_FAIR if fair else _POOR).fill(**facts)
    return Verdict(Grade.FAIR if fair else Grade.POOR, text, _remedy(counted, share))


def _remedy(counted: Counted, share: float) -> Text:
    """By what goes wrong most."""
    rejected = counted.rejected
    lost = sum(rejected.get(reason, 0) for reason in _LOST_REASONS)
    if share > 0.5:
        return _RESISTOR
    if lost > counted.wrong / 2:
        return _LOST
    if not counted.repaired and rejected.get("checksum", 0) > counted.wrong / 2:
        return Text(f"{_CABLE.en} {_NO_PARITY.en}", f"{_CABLE.fr} {_NO_PARITY.fr}")
    return _CABLE
