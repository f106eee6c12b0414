r"""Telnet as RFC 2217 uses it, seen from the reader: pure, bytes in, bytes out.

The reader offers COM-PORT-OPTION, agrees to binary transfer and suppressed go-ahead, refuses all
else, and asks for a speed at eight bits without parity (the meter's parity bit comes as bit 7).
Sources: RFC 854 (Telnet), RFC 856 (binary), RFC 858 (go-ahead), RFC 2217 (COM-PORT-OPTION).
"""

from enum import Enum

IAC, DONT, DO, WONT, WILL, SB, SE = 255, 254, 253, 252, 251, 250, 240
BINARY, GO_AHEAD, COM_PORT = 0, 3, 44
SET_BAUDRATE, SET_DATASIZE, SET_PARITY, SET_STOPSIZE = 1, 2, 3, 4
FROM_SERVER = 100  # the server's answer to command n is command n + 100
PARITY_NONE, ONE_STOP_BIT = 1, 1
AGREED = (BINARY, GO_AHEAD, COM_PORT)
ANSWERS = {DO: (WILL, WONT), WILL: (DO, DONT), DONT: (WONT, WONT), WONT: (DONT, DONT)}


class _At(Enum):
    DATA = 0
    COMMAND = 1
    OPTION = 2
    SUB = 3
    SUB_COMMAND = 4


class Telnet:
    r"""One connection.

    Attributes:
        outgoing: what to send to the server now; the caller sends and clears it.
        speed: the speed the server has confirmed, in Bd; ``None`` before.
        refused: the server does not know COM-PORT-OPTION.

    >>> Telnet(9600).feed(b"PAPP\xff\xff \xff\xfd\x2c00750")
    b'PAPP\xff 00750'
    """

    def __init__(self, speed: int) -> None:
        self.speed: int | None = None
        self.refused = False
        self._wanted = speed
        self._at = _At.DATA
        self._verb = 0
        self._sub = bytearray()
        self._said = {(WILL, BINARY), (DO, BINARY), (DO, GO_AHEAD), (WILL, COM_PORT)}
        self.outgoing = bytearray()
        for verb, option in sorted(self._said):
            self.outgoing += bytes((IAC, verb, option))

    def feed(self, data: bytes) -> bytes:
        """Take bytes from the server; return those of the line."""
        if self._at is _At.DATA and IAC not in data:
            return data
        line = bytearray()
        for byte in data:
            if self._at is _At.DATA and byte != IAC:
                line.append(byte)
            elif self._step(byte):
                line.append(IAC)
        return bytes(line)

    def _step(self, byte: int) -> bool:
        """One byte of a command; true if it turns out to be a data byte of value 255."""
        escaped = False
        if self._at is _At.DATA:
            self._at = _At.COMMAND
        elif self._at is _At.COMMAND:
            escaped = byte == IAC
            self._verb = byte
            self._at = _At.OPTION if byte in ANSWERS else _At.SUB if byte == SB else _At.DATA
        elif self._at is _At.OPTION:
            self._negotiate(self._verb, byte)
            self._at = _At.DATA
        elif self._at is _At.SUB and byte == IAC:
            self._at = _At.SUB_COMMAND
        elif self._at is _At.SUB_COMMAND and byte == SE:
            self._hear_answer(bytes(self._sub))
            self._sub.clear()
            self._at = _At.DATA
        else:
            self._sub = self._sub[-64:] + bytes((byte,))
            self._at = _At.SUB
        return escaped

    def _negotiate(self, verb: int, option: int) -> None:
        answer = (ANSWERS[verb][option not in AGREED], option)
        if answer not in self._said:
            self._said.add(answer)
            self.outgoing += bytes((IAC, *answer))
        if option == COM_PORT and verb == DO:
            self._ask_settings()
        elif option == COM_PORT and verb == DONT:
            self.refused = True

    def _ask_settings(self) -> None:
        speed = self._wanted.to_bytes(4, "big")
        settings = (
            (SET_DATASIZE, b"\x08"),
            (SET_PARITY, bytes((PARITY_NONE,))),
            (SET_STOPSIZE, bytes((ONE_STOP_BIT,))),
            (SET_BAUDRATE, speed.replace(b"\xff", b"\xff\xff")),
        )
        for command, value in settings:
            self.outgoing += bytes((IAC, SB, COM_PORT, command)) + value + bytes((IAC, SE))

    def _hear_answer(self, sub: bytes) -> None:
        if sub[:2] == bytes((COM_PORT, FROM_SERVER + SET_BAUDRATE)) and len(sub) == 6:
            self.speed = int.from_bytes(sub[2:], "big")
