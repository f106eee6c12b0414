"""A real RFC 2217 server: pyserial's, over a pseudo-terminal."""

from __future__ import annotations

import contextlib
import os
import select
import socket
import threading
import tty
from types import TracebackType

import serial
from serial.rfc2217 import PortManager


class Port(serial.Serial):
    """A pseudo-terminal has no modem lines."""

    cts = dsr = cd = property(lambda self: True)
    ri = property(lambda self: False)

    def _update_dtr_state(self) -> None: ...

    def _update_rts_state(self) -> None: ...

    def _update_break_state(self) -> None: ...


class Client:
    """Where the port manager writes to."""

    def __init__(self, connection: socket.socket) -> None:
        self.connection = connection

    def write(self, data: bytes) -> None:
        self.connection.sendall(data)


class PortServer:
    """One client at a time, served by a thread until closed."""

    def __init__(self) -> None:
        self._master, slave = os.openpty()
        tty.setraw(slave)
        self.serial = Port(os.ttyname(slave), 115200, timeout=0)
        os.close(slave)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._wake_read, self._wake_write = os.pipe()
        self._thread = threading.Thread(target=self._serve)
        self._closed = False

    def __enter__(self) -> PortServer:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self.close()

    def send(self, data: bytes) -> None:
        """What the meter sends."""
        while data:
            data = data[os.write(self._master, data[:2048]) :]

    def close(self) -> None:
        if self._closed:
            return
        self._closed = True
        os.close(self._wake_write)
        self._thread.join()
        self.serial.close()
        self._listener.close()
        os.close(self._master)
        os.close(self._wake_read)

    def _serve(self) -> None:
        while True:
            ready, _, _ = select.select([self._listener, self._wake_read], [], [])
            if self._wake_read in ready:
                return
            connection, _ = self._listener.accept()
            with connection, contextlib.suppress(OSError):
                self._talk(connection)

    def _talk(self, connection: socket.socket) -> None:
        manager = PortManager(self.serial, Client(connection))
        watched = [connection, self.serial.fileno(), self._wake_read]
        while True:
            ready, _, _ = select.select(watched, [], [])
            if self._wake_read in ready:
                return
            if connection in ready:
                data = connection.recv(1024)
                if not data:
                    return
                list(manager.filter(data))
            if self.serial.fileno() in ready:
                connection.sendall(b"".join(manager.escape(self.serial.read(4096))))
