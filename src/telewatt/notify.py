"""What systemd is told about the service: ready, its status in words, alive, stopping.

Source: systemd, sd_notify(3) and sd_watchdog_enabled(3); no library is needed for a datagram.
"""

import logging
import os
import socket
from collections.abc import Mapping

log = logging.getLogger(__name__)


class Notifier:
    """Sends states to the socket systemd names in ``NOTIFY_SOCKET``; without one, says nothing.

    Attributes:
        watchdog_s: systemd kills the service after this time (above 0) without `alive`;
            ``None``: never.
    """

    def __init__(self, environment: Mapping[str, str]) -> None:
        name = environment.get("NOTIFY_SOCKET", "")
        self._address = "\0" + name[1:] if name.startswith("@") else name
        self.watchdog_s = _watchdog_s(environment)

    def ready(self) -> None:
        """Everything is started."""
        self._send("READY=1")

    def status(self, words: str) -> None:
        """What ``systemctl status`` shows; one line."""
        self._send("STATUS=" + words.replace("\n", " "))

    def alive(self) -> None:
        """The next part of the watchdog's time begins."""
        self._send("WATCHDOG=1")

    def stopping(self) -> None:
        """The service ends of its own will."""
        self._send("STOPPING=1")

    def _send(self, state: str) -> None:
        if not self._address:
            return
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as channel:
                channel.sendto(state.encode(), socket.MSG_DONTWAIT, self._address)
        except OSError as error:  # systemd restarts itself, or its queue is full: it asks again
            log.debug("systemd does not listen: %s", error)


def _watchdog_s(environment: Mapping[str, str]) -> float | None:
    time_us, process = int(environment.get("WATCHDOG_USEC") or 0), environment.get("WATCHDOG_PID")
    if not time_us or (process and int(process) != os.getpid()):
        return None
    return time_us / 1e6
