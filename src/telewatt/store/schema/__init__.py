"""The journal's schema, one numbered SQL file a version, applied in order and never changed."""

import sqlite3
from collections.abc import Sequence
from importlib.resources import files

APPLICATION_ID = 0x746C774A  # "tlwJ": tells a journal from any other SQLite file


def load_steps() -> list[str]:
    """The SQL of all versions: the first makes version 1 of an empty file."""
    found = sorted(
        (item for item in files(__package__).iterdir() if item.name.endswith(".sql")),
        key=lambda item: item.name,
    )
    return [item.read_text(encoding="utf-8") for item in found]


def migrate(connection: sqlite3.Connection, steps: Sequence[str]) -> None:
    """Bring a journal to the newest version, all steps in one transaction or none.

    Raises:
        sqlite3.Error: a step failed; the file is as it was.
    """
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    if version == len(steps):
        return
    script = "".join(
        f"{step}\nPRAGMA user_version = {number};\n"
        for number, step in enumerate(steps, start=1)
        if number > version
    )
    try:
        connection.executescript(
            f"BEGIN IMMEDIATE;\n{script}PRAGMA application_id = {APPLICATION_ID};\nCOMMIT;"
        )
    except sqlite3.Error:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise
