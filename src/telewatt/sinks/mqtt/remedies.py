"""What is wrong with a broker, in words, and what to do about it. No secret is in them."""

import socket
import ssl
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Protocol

from aiomqtt import MqttCodeError, MqttError

from telewatt.language import Text

REFUSED = Text(
    "no MQTT broker listens at {broker}; start it, or correct host and port",
    "aucun serveur MQTT n'écoute à {broker} ; démarrez-le, ou corrigez host et port",
)
UNKNOWN_HOST = Text(
    "the name {host} is unknown; correct host, or use an address",
    "le nom {host} est inconnu ; corrigez host, ou utilisez une adresse",
)
UNREACHABLE = Text(
    "{broker} cannot be reached ({why}); check the network",
    "{broker} est inaccessible ({why}) ; vérifiez le réseau",
)
SILENT = Text(
    "{broker} does not answer as an MQTT broker; check port and tls, its log, and whether it hangs "
    "or wants a client certificate",
    "{broker} ne répond pas comme un serveur MQTT ; vérifiez port et tls, son journal, et s'il est "
    "bloqué ou demande un certificat client",
)
LOST = Text(
    "the connection to {broker} is lost; see whether the broker runs, what its log says, and "
    "whether another client has the same client_id",
    "la connexion à {broker} est perdue ; voyez si le serveur tourne, ce que dit son journal, et "
    "si un autre client porte le même client_id",
)
STUCK = Text(
    "{broker} takes no messages any more; see whether it hangs or its disk is full",
    "{broker} n'accepte plus de messages ; voyez s'il est bloqué ou si son disque est plein",
)
DENIED = Text(
    "{broker} refuses user or password; correct user and password_file or password_env",
    "{broker} refuse l'utilisateur ou le mot de passe ; corrigez user et password_file ou "
    "password_env",
)
TAKEN = Text(
    "another client of {broker} uses the same client_id; give each its own",
    "un autre client de {broker} utilise le même client_id ; donnez à chacun le sien",
)
BAD_CLIENT_ID = Text(
    "{broker} refuses the client_id; choose another one",
    "{broker} refuse le client_id ; choisissez-en un autre",
)
OLD = Text(
    'this version of MQTT is not spoken by {broker}; write protocol = "3.1.1"',
    '{broker} ne parle pas cette version de MQTT ; écrivez protocol = "3.1.1"',
)
BUSY = Text(
    "{broker} is not ready ({why}); see its log",
    "{broker} n'est pas prêt ({why}) ; voyez son journal",
)
FORBIDDEN = Text(
    "{broker} refuses what is published ({why}); correct its access list, or prefix",
    "{broker} refuse ce qui est publié ({why}) ; corrigez sa liste d'accès, ou prefix",
)
TOO_LARGE = Text(
    "{broker} takes messages of {limit} bytes at most, and {topic} needs {size}; let it take more "
    "(max_packet_size in Mosquitto)",
    "{broker} n'accepte que des messages de {limit} octets au plus, et {topic} en demande {size} ; "
    "laissez-le en accepter plus (max_packet_size dans Mosquitto)",
)
KEEPS_NOTHING = Text(
    "{broker} keeps no messages; let it (retain_available in Mosquitto)",
    "{broker} ne garde pas de messages ; permettez-le-lui (retain_available dans Mosquitto)",
)
OTHER_QOS = Text(
    "{broker} does not know this quality of service; write qos = 1, and let it take that much",
    "{broker} ne connaît pas cette qualité de service ; écrivez qos = 1, et qu'il l'accepte",
)
EXPIRED = Text(
    "the certificate of {broker} has expired; renew it, and check this machine's date",
    "le certificat de {broker} a expiré ; renouvelez-le, et vérifiez la date de cette machine",
)
NOT_YET = Text(
    "the certificate of {broker} is not valid yet; check this machine's date",
    "le certificat de {broker} n'est pas encore valable ; vérifiez la date de cette machine",
)
UNKNOWN_CA = Text(
    "the certificate of {broker} is of an authority unknown here; name its certificate in ca_file",
    "le certificat de {broker} vient d'une autorité inconnue ici ; nommez le sien dans ca_file",
)
OTHER_NAME = Text(
    "the certificate of {broker} is for another name; write in host the name it is made for",
    "le certificat de {broker} est celui d'un autre nom ; écrivez dans host le nom qu'il porte",
)
BAD_CERTIFICATE = Text(
    "the certificate of {broker} is not accepted ({why}); renew it",
    "le certificat de {broker} n'est pas accepté ({why}) ; renouvelez-le",
)
NO_TLS = Text(
    "{broker} does not speak TLS there ({why}); correct port, or leave out tls",
    "{broker} ne parle pas TLS à cet endroit ({why}) ; corrigez port, ou retirez tls",
)
REFUSES_US = Text(
    "{broker} does not accept our certificate ({why}); correct certificate_file and key_file",
    "{broker} n'accepte pas notre certificat ({why}) ; corrigez certificate_file et key_file",
)
NO_FILE = Text(
    "cannot use {path} for TLS ({why}); it must be a readable file in PEM format",
    "impossible d'utiliser {path} pour TLS ({why}) ; il faut un fichier lisible au format PEM",
)

_CODES: Mapping[int, Text] = {
    132: OLD,
    133: BAD_CLIENT_ID,
    134: DENIED,
    135: DENIED,
    138: DENIED,
    142: TAKEN,
    154: KEEPS_NOTHING,
    155: OTHER_QOS,
}
_FORBIDDING = (128, 131, 135, 144)
"""Of what is published: unspecified, the broker's own reasons, not authorized, topic invalid."""
_CERTIFICATES: Mapping[int, Text] = {
    9: NOT_YET,
    10: EXPIRED,
    18: UNKNOWN_CA,
    19: UNKNOWN_CA,
    20: UNKNOWN_CA,
    21: UNKNOWN_CA,
    62: OTHER_NAME,
    64: OTHER_NAME,
}
"""By OpenSSL's X509_V_ERR_*."""
CONNECTION_LOST = 128
"""How paho says it, as "unspecified error"; up to here nothing is said by the broker."""
_OURS = ("CERTIFICATE_REQUIRED", "ALERT", "KEY_VALUES_MISMATCH")


class Address(Protocol):
    """Where the broker is."""

    @property
    def host(self) -> str:
        """Its name."""

    @property
    def address(self) -> str:
        """Name and port."""


def text_of(error: BaseException, broker: Address) -> Text:
    """What is wrong with a connection, and the remedy."""
    return _text_of(error).fill(broker=broker.address, host=broker.host)


def text_of_refusal(code: Any, broker: Address) -> Text:
    """Why a message was refused, and the remedy."""
    text = FORBIDDEN if code.value in _FORBIDDING else BUSY
    return text.fill(broker=broker.address, why=code)


def text_of_opening(error: BaseException, broker: Address, *, tls: bool) -> Text:
    """The same where a connection could not be opened."""
    if tls and any(isinstance(cause, ConnectionResetError) for cause in _causes(error)):
        return _fill(NO_TLS, "reset").fill(broker=broker.address)
    return text_of(error, broker)


def _text_of(error: BaseException) -> Text:
    for cause in _causes(error):
        for kind, explain in _EXPLANATIONS:
            if isinstance(cause, kind):
                return explain(cause)
    return SILENT if isinstance(error, MqttError) else LOST


def _of_certificate(error: Any) -> Text:
    text = _CERTIFICATES.get(error.verify_code)
    return text or _fill(BAD_CERTIFICATE, error.verify_message or "verify")


def _of_tls(error: Any) -> Text:
    why = error.reason or "EOF"
    return _fill(REFUSES_US if any(word in why for word in _OURS) else NO_TLS, why)


def _of_code(error: Any) -> Text:
    code = getattr(error.rc, "value", error.rc) or 0
    return _CODES.get(code, _fill(BUSY, str(error.rc))) if code > CONNECTION_LOST else LOST


_EXPLANATIONS: Sequence[tuple[type[BaseException], Callable[[Any], Text]]] = (
    (ssl.SSLCertVerificationError, _of_certificate),
    (ssl.SSLError, _of_tls),
    (socket.gaierror, lambda error: UNKNOWN_HOST),
    (ConnectionRefusedError, lambda error: REFUSED),
    (TimeoutError, lambda error: SILENT),
    (MqttCodeError, _of_code),
    (OSError, lambda error: _fill(UNREACHABLE, error.strerror or str(error))),
)
"""From what happened to its explanation, the more special ones first."""


def _fill(text: Text, why: str) -> Text:
    """Only this one place: the others are filled with the broker later."""
    return Text(text.en.replace("{why}", why), text.fr.replace("{why}", why))


def _causes(error: BaseException) -> Iterator[BaseException]:
    """The error and what led to it, the innermost first."""
    cause = error.__cause__ or error.__context__
    if cause is not None:
        yield from _causes(cause)
    yield error
