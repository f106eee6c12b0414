"""What can be wrong with the history's file, each with its remedy.

HistoryError                 the history cannot be used now; meters are read all the same
  HistoryDiskError           the disk is away, full, read-only or busy: try again later
  HistoryDamagedError        the file is damaged
  HistoryForeignError        the file belongs to another program, or is a folder
  HistoryNewerError          the file was written by a newer version
  HistoryMovedError          the file was moved away or replaced: open it again
  GenerationError            a replay became live: take up the new place and states
  ReplayLostError            the replay was given up; begin it again
  ReplayBehindError          the replay has not come as far as the live history
  NothingToReplayError       no state is kept from which the rest of the journal could be replayed
  ImportLostError            another import began meanwhile
  UnknownNameError           no meter, site or virtual meter has this name
  JoinError                  a meter cannot be joined to this site, or separated from it
"""

import contextlib
import sqlite3
from collections.abc import Iterator
from pathlib import Path

from telewatt.language import Text, TextError
from telewatt.rollup.chunk import ChunkError
from telewatt.store.faults import DamagedError, UntouchableError, is_world, telling_damage


class HistoryError(TextError):
    """The history cannot be used, or not so."""

    pattern = Text("{detail}", "{detail}")

    def __init__(self, **values: object) -> None:
        super().__init__(self.pattern.fill(**values))


class HistoryDiskError(HistoryError):
    """The disk is away, full, read-only or busy; nothing is lost, try again later."""

    pattern = Text(
        "history {path}: the disk refuses ({detail}); free some space or check the permissions, it "
        "goes on by itself",
        "historique {path} : le disque refuse ({detail}) ; libérez de la place ou vérifiez les "
        "droits, il continue de lui-même",
    )


class HistoryDamagedError(HistoryError):
    """The file is damaged."""

    pattern = Text(
        "history {path} is damaged ({detail}); restore a backup, or move the file away: what the "
        "journal still holds is computed again",
        "l'historique {path} est endommagé ({detail}) ; restaurez une sauvegarde, ou déplacez le "
        "fichier : ce que le journal contient encore sera recalculé",
    )


class HistoryForeignError(HistoryError):
    """The file belongs to another program, or is a folder."""

    pattern = Text(
        "{path} is no history of telewatt; move it away, or give the journal another folder",
        "{path} n'est pas un historique de telewatt ; déplacez-le, ou donnez un autre dossier au "
        "journal",
    )


class HistoryNewerError(HistoryError):
    """The file was written by a newer version."""

    pattern = Text(
        "history {path} was written by a newer version (schema {version}); install that version "
        "again, or move the file away",
        "l'historique {path} vient d'une version plus récente (schéma {version}) ; réinstallez-la, "
        "ou déplacez le fichier",
    )


class HistoryMovedError(HistoryError):
    """The file was moved away or replaced while it was open; open it again."""

    pattern = Text(
        "history {path} was moved away or replaced; start again to go on with what is there now",
        "l'historique {path} a été déplacé ou remplacé ; redémarrez pour continuer avec ce qui s'y "
        "trouve",
    )


class GenerationError(HistoryError):
    """A replay became live: the caller's place and states are no longer those of the history."""

    pattern = Text(
        "history {path}: a replay has replaced it; go on from its place",
        "historique {path} : un recalcul l'a remplacé ; reprenez à sa position",
    )


class ReplayLostError(HistoryError):
    """There is no replay, or it was given up because the live history changed before its start."""

    pattern = Text(
        "history {path}: no replay is going on; begin it again",
        "historique {path} : aucun recalcul en cours ; recommencez-le",
    )


class ReplayBehindError(HistoryError):
    """The replay has not come exactly as far as the live history; go on to its place."""

    pattern = Text(
        "history {path}: the replay is at entry {place}, the history at {live}; go on until there",
        "historique {path} : le recalcul est à l'entrée {place}, l'historique à {live} ; continuez "
        "jusque-là",
    )


class NothingToReplayError(HistoryError):
    """The journal no longer holds what would have to be replayed."""

    pattern = Text(
        "history {path}: the journal begins with entry {oldest}, and no state is kept from there; "
        "what was computed before stays as it is",
        "historique {path} : le journal commence à l'entrée {oldest}, et aucun état n'est gardé de "
        "là ; ce qui fut calculé reste tel quel",
    )


class ImportLostError(HistoryError):
    """Another import began before this one was whole, or it was removed."""

    pattern = Text(
        "history {path}: another import has begun; start this one again after it",
        "historique {path} : un autre import a commencé ; relancez celui-ci ensuite",
    )


class UnknownNameError(HistoryError):
    """No meter, site or virtual meter has this name."""

    pattern = Text(
        "{name} is no meter, site or virtual meter; known are: {known}",
        "{name} n'est ni un compteur, ni un site, ni un compteur virtuel ; sont connus : {known}",
    )


class JoinError(HistoryError):
    """A meter cannot be joined to this site, or separated from it."""

    pattern = Text(
        "site {site}, meter {meter}: {detail}", "site {site}, compteur {meter} : {detail}"
    )


@contextlib.contextmanager
def telling(path: Path) -> Iterator[None]:
    """Turn what the disk and SQLite say into the errors above; what is left is a bug."""
    try:
        with telling_damage(path):
            yield
    except (DamagedError, ChunkError) as error:
        raise HistoryDamagedError(path=path, detail=error) from error
    except UntouchableError as error:
        if error.version is None:
            raise HistoryForeignError(path=path) from error
        raise HistoryNewerError(path=path, version=error.version) from error
    except (OSError, sqlite3.Error) as error:
        if not is_world(error):
            raise
        raise HistoryDiskError(path=path, detail=error) from error
