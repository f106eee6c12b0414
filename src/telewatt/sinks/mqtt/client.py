"""The library's client, and what it leaves aside: limits, refusals, a wire that closes."""

from collections.abc import Callable
from typing import Any

from aiomqtt import Client, ProtocolVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

HEARD_BYTES = 1 << 18
"""No message for us is larger; a broker of MQTT 5 is told so, and keeps others back."""
MESSAGE_BYTES = 268_435_455
"""What MQTT can carry; a broker may take less."""


class BoundedClient(Client):
    """Keeps to what the broker takes, as one of MQTT 5 says when it is connected to.

    Attributes:
        message_bytes: the largest message, with its topic, that the broker takes.
        on_refusal: called with the reason when the broker of MQTT 5 refuses a message; the library
            takes that for success.
    """

    def __init__(self, host: str, port: int, *, protocol: ProtocolVersion, **keys: Any) -> None:
        properties = None
        if protocol is ProtocolVersion.V5:
            properties = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]
            properties.MaximumPacketSize = HEARD_BYTES
        super().__init__(host, port, protocol=protocol, properties=properties, **keys)
        self.message_bytes = MESSAGE_BYTES
        self.on_refusal: Callable[[Any], object] = lambda code: None

    def _on_connect(
        self, client: Any, data: Any, flags: Any, code: Any, properties: Any = None
    ) -> None:
        self.message_bytes = getattr(properties, "MaximumPacketSize", MESSAGE_BYTES)
        taken = getattr(properties, "ReceiveMaximum", client.max_inflight_messages)
        client._max_inflight_messages = min(client.max_inflight_messages, taken)
        super()._on_connect(client, data, flags, code, properties)

    def _on_publish(self, client: Any, data: Any, number: int, code: Any, properties: Any) -> None:
        if code.is_failure:
            self.on_refusal(code)
        super()._on_publish(client, data, number, code, properties)

    def _on_socket_register_write(self, client: Any, data: Any, sock: Any) -> None:
        """As the library does, but never for a wire that has been closed in the meantime."""
        number = sock.fileno()

        def write() -> None:
            try:
                client.loop_write()
            except Exception as error:  # noqa: BLE001 - the connection's end, as in the library
                if not self._disconnected.done():
                    self._disconnected.set_exception(error)

        def begin() -> None:
            if sock.fileno() == number:  # else it is closed; the number may be another's by now
                self._loop.add_writer(number, write)

        self._loop.call_soon_threadsafe(begin)
