"""What the system knows about a device: its stable name, who holds it, why it is refused."""

import grp
import os
import pwd
import stat
from collections.abc import Iterator
from pathlib import Path

from telewatt.language import Text
from telewatt.sources.state import LineState, SourceError

BY_ID = Path("/dev/serial/by-id")
CONSOLE_PROGRAMS = ("agetty", "getty", "login")
ANOTHER = Text("another program", "un autre programme")


def stable_name(device: str) -> str | None:
    """The name under /dev/serial/by-id of the adapter that is now at ``device``, if it has one."""
    real = os.path.realpath(device)
    for link in _links():
        if os.path.realpath(link) == real:
            return str(link)
    return None


def holders(device: str) -> list[str]:
    """Other processes which have the device open, each as "name (pid 123)".

    Only processes of the same user are seen, or all of them by root. It looks at every process:
    too slow for an event loop.
    """
    real = os.path.realpath(device)
    found = []
    for process in Path("/proc").iterdir():
        if process.name.isdigit() and int(process.name) != os.getpid() and _has_open(process, real):
            found.append(f"{_name_of(process)} (pid {process.name})")
    return found


def busy(device: str) -> SourceError:
    """The error for a device which another process, or another line of this one, keeps for itself.

    Too slow for an event loop, like `holders`.
    """
    if _has_open(Path("/proc/self"), os.path.realpath(device)):
        return SourceError(LineState.BUSY, "twice", port=device)
    found = holders(device)
    holder = ", ".join(found) or ANOTHER
    console = any(found[0].startswith(program) for program in CONSOLE_PROGRAMS) if found else False
    return SourceError(
        LineState.BUSY,
        "console" if console else "",
        port=device,
        holder=holder,
        name=Path(os.path.realpath(device)).name,
    )


def denied(device: str) -> SourceError:
    """The error for a device this user may not open, with the group that would help.

    A file that is no device gets none: nobody shall join the group shadow to read a port.
    """
    state = LineState.PERMISSION_DENIED
    try:
        status = Path(device).stat()
    except OSError:  # a directory on the way is closed to us
        return SourceError(state, "owner", port=device, owner="root")
    if not stat.S_ISCHR(status.st_mode):
        return SourceError(LineState.UNUSABLE, "terminal", port=device)
    user, group = _user_name(os.getuid()), _group_name(status.st_gid)
    if not status.st_mode & 0o040 or status.st_gid == 0:
        return SourceError(state, "owner", port=device, owner=_user_name(status.st_uid))
    cause = "login" if _is_member(user, status.st_gid) else ""
    return SourceError(state, cause, port=device, user=user, group=group)


def _links() -> Iterator[Path]:
    return iter(sorted(BY_ID.iterdir())) if BY_ID.is_dir() else iter(())


def _has_open(process: Path, real: str) -> bool:
    try:
        return any(str(fd.readlink()) == real for fd in (process / "fd").iterdir())
    except OSError:  # not ours to see, or it has just ended
        return False


def _name_of(process: Path) -> str:
    try:
        return (process / "comm").read_text().strip()
    except OSError:
        return "?"


def _user_name(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)


def _group_name(gid: int) -> str:
    try:
        return grp.getgrgid(gid).gr_name
    except KeyError:
        return str(gid)


def _is_member(user: str, gid: int) -> bool:
    try:
        return gid in os.getgrouplist(user, pwd.getpwnam(user).pw_gid)
    except KeyError:
        return False
