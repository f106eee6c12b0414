"""Which broker, and how to speak to it: the keys of ``[mqtt]`` that concern the connection."""

import ssl
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from socket import gethostname
from typing import NamedTuple

from aiomqtt import ProtocolVersion

from telewatt.config.model import MQTT_PORT, MQTT_TLS_PORT, MqttConfig
from telewatt.sinks import House, SinkError
from telewatt.sinks.mqtt import remedies


class Broker(NamedTuple):
    """A broker.

    Attributes:
        password: gives it as it is now; may raise an OSError with a ``text``.
        tls: made anew for each connection, so that renewed certificates are used; ``None``: none.
    """

    host: str
    port: int
    user: str | None
    password: Callable[[], str | None]
    tls: Callable[[], ssl.SSLContext] | None
    client_id: str
    protocol: ProtocolVersion
    keepalive_s: int

    @property
    def address(self) -> str:
        """Name and port, for people."""
        return f"{self.host}:{self.port}"


def broker_of(section: MqttConfig, house: House) -> Broker:
    """The one a section describes."""
    files = section.ca_file, section.certificate_file, section.key_file
    paths = [file and house.folder / Path(file).expanduser() for file in files]
    # one that stays the same, and that no other service on any machine has
    own = sha256(f"{gethostname()}:{house.folder}".encode()).hexdigest()[:10]
    return Broker(
        host=section.host,
        port=section.port or (MQTT_TLS_PORT if section.uses_tls else MQTT_PORT),
        user=section.user or ("" if section.password_file or section.password_env else None),
        password=house.secret(section.password_file, section.password_env),
        tls=(lambda: _context(*paths)) if section.uses_tls else None,
        client_id=section.client_id or f"telewatt-{own}",
        protocol=ProtocolVersion.V5 if section.protocol == "5" else ProtocolVersion.V311,
        keepalive_s=section.keepalive_s,
    )


def _context(
    ca: Path | str | None, certificate: Path | str | None, key: Path | str | None
) -> ssl.SSLContext:
    try:
        context = ssl.create_default_context(cafile=ca)
    except OSError as error:
        raise _no_file(ca, error) from error
    context.sslsocket_class = _Socket
    if certificate:
        try:
            context.load_cert_chain(certificate, key, password="")  # never asks at a terminal
        except OSError as error:
            raise _no_file(
                certificate if key is None else f"{certificate}, {key}", error
            ) from error
    return context


class _Socket(ssl.SSLSocket):
    """Closes itself where paho forgets it: after a handshake that failed."""

    def do_handshake(self, block: bool = False) -> None:
        """As that of the standard library."""
        try:
            super().do_handshake(block)
        except OSError:
            self.close()
            raise


def _no_file(path: Path | str | None, error: OSError) -> SinkError:
    why = getattr(error, "reason", None) or error.strerror or str(error)
    return SinkError(remedies.NO_FILE.fill(path=path, why=why))
