"""What an answer says when it is none: a code for programs, words with the remedy for people."""

from telewatt.language import Text, TextError


class AnswerError(TextError):
    """A question that has no answer.

    Args:
        status: of HTTP.
        code: for programs.
        text: what is wrong, and the remedy.
        retry_s: when another try may be worth it.

    Attributes:
        allowed: the methods of this address, where another one was used.
    """

    def __init__(self, status: int, code: str, text: Text, retry_s: int | None = None) -> None:
        super().__init__(text)
        self.status, self.code, self.retry_s = status, code, retry_s
        self.allowed = ""


BAD_VALUE = Text("{name}: {why}", "{name} : {why}")
UNKNOWN_PARAMETER = Text(
    "{name}: no such parameter; known here: {known}",
    "{name} : paramètre inconnu ; connus ici : {known}",
)
MISSING_PARAMETER = Text("{name} is missing", "{name} manque")
GIVEN_TWICE = Text("{name} is given several times", "{name} est donné plusieurs fois")
NOT_FOUND = Text(
    "there is nothing at this address; api/v1/openapi.json lists what there is",
    "il n'y a rien à cette adresse ; api/v1/openapi.json liste ce qu'il y a",
)
NO_METRICS = Text(
    "nothing is told to Prometheus; write a section [prometheus] into the configuration",
    "rien n'est dit à Prometheus ; écrivez une section [prometheus] dans la configuration",
)
WRONG_METHOD = Text("this address takes {methods}", "cette adresse accepte {methods}")
TOO_LARGE = Text("the request is too large", "la requête est trop grande")
NO_JSON = Text(
    "the request must be a JSON object (Content-Type: application/json)",
    "la requête doit être un objet JSON (Content-Type: application/json)",
)
TOO_MANY = Text(
    "too many questions at once; ask again in a moment",
    "trop de questions à la fois ; recommencez dans un instant",
)
TOO_SLOW = Text(
    "this takes too long; ask for a shorter time or longer steps",
    "c'est trop long ; demandez une durée plus courte ou des pas plus longs",
)
BUG = Text(
    "the service failed at this question; its log says how (journalctl -u telewatt)",
    "le service a échoué à cette question ; son journal dit comment (journalctl -u telewatt)",
)
