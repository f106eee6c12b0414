"""What life events say to people."""

from datetime import UTC, datetime

from telewatt.language import Text
from telewatt.quantity import QUANTITIES
from telewatt.truth.judgement import Event, EventKind

_FACTS = {
    EventKind.MODE: Text(
        "The meter's output has changed from {before} to {after} mode. The series go on.",
        "La sortie du compteur est passée du mode {before} au mode {after}. Les séries continuent.",
    ),
    EventKind.CONTRACT: Text(
        "{subject}: the tariff has changed from “{before}” to “{after}”. The series go on; a"
        " register that starts from another value is counted from there.",
        "{subject} : le tarif est passé de « {before} » à « {after} ». Les séries continuent ; un"
        " index qui repart d'une autre valeur est compté à partir de là.",
    ),
    EventKind.POWER: Text(
        "{subject}: the subscribed power has changed from {before} to {after} {unit}.",
        "{subject} : la puissance souscrite est passée de {before} à {after} {unit}.",
    ),
    EventKind.CLOCK_DEGRADED: Text(
        "The meter no longer trusts its own clock. Times here are this machine's, so nothing is"
        " lost; the meter may bill at wrong hours.",
        "Le compteur ne se fie plus à son horloge. Les heures sont ici celles de cette machine,"
        " rien n'est perdu ; le compteur peut facturer à de mauvaises heures.",
    ),
    EventKind.CLOCK_RESTORED: Text(
        "The meter's clock is right again.", "L'horloge du compteur est de nouveau à l'heure."
    ),
}
_MODES = {
    "historic": Text("historic", "historique"),
    "historic_ht": Text("historic (tabulations)", "historique (tabulations)"),
    "standard": Text("standard", "standard"),
}
_UNITS = {"PREF": "kVA", "PCOUP": "kVA", "ISOUSC": "A"}
_INDEXES = {
    EventKind.DOUBTFUL: Text(
        "{title}: the meter sends {after} Wh, which does not follow from {before} Wh. These"
        " readings are held back until one of the two proves right.",
        "{title} : le compteur envoie {after} Wh, ce qui ne peut suivre {before} Wh. Ces relevés"
        " sont retenus jusqu'à ce que l'un des deux se révèle juste.",
    ),
    EventKind.RESOLVED: Text(
        "{title}: the meter is back at {after} Wh. The readings held back were wrong; nothing of"
        " them was counted.",
        "{title} : le compteur est revenu à {after} Wh. Les relevés retenus étaient faux ; rien"
        " n'en a été compté.",
    ),
    EventKind.RESET: Text(
        "{title}: the index has gone on from {after} Wh instead of {before} Wh. The jump is not"
        " counted, the series goes on.",
        "{title} : l'index est reparti de {after} Wh au lieu de {before} Wh. Le saut n'est pas"
        " compté, la série continue.",
    ),
    EventKind.RETRACTED: Text(
        "{title}: the index begun with {before} Wh was wrong, longer evidence says {after} Wh. The"
        " jump is not counted, the series goes on from here.",
        "{title} : l'index commencé avec {before} Wh était faux, des preuves plus longues disent"
        " {after} Wh. Le saut n'est pas compté, la série continue d'ici.",
    ),
    EventKind.ROLLOVER: Text(
        "{title}: the index has passed its last digit ({before} Wh to {after} Wh). The series goes"
        " on.",
        "{title} : l'index a dépassé son dernier chiffre ({before} Wh à {after} Wh). La série"
        " continue.",
    ),
}
_METER = Text(
    "Another meter is on the line: {after} instead of {before}. It has a series of its own; join"
    " the two if it has replaced the other.",
    "Un autre compteur est sur la ligne : {after} au lieu de {before}. Il a sa propre série ;"
    " joignez les deux s'il a remplacé l'autre.",
)
_OUTAGE = Text(
    "Nothing was heard of the meter for {duration}. The energy of that time is known as a whole"
    " once the next readings confirm it; how it was spread is not known.",
    "Rien n'a été reçu du compteur pendant {duration}. L'énergie de cette durée sera connue en"
    " bloc dès que les relevés suivants la confirment ; sa répartition ne l'est pas.",
)


def fact(
    kind: EventKind, at: datetime, since: datetime, subject: str, before: str, after: str
) -> Event:
    """A text of the meter has changed; ``subject`` is its label, for the mode and clock unused."""
    if kind in (EventKind.MODE, EventKind.CLOCK_DEGRADED, EventKind.CLOCK_RESTORED):
        subject = ""
    text = _FACTS[kind].fill(
        subject=subject,
        before=_MODES.get(before, before.strip()),
        after=_MODES.get(after, after.strip()),
        unit=_UNITS.get(subject, ""),
    )
    return Event(kind, at, since, subject, before, after, text)


def index(
    kind: EventKind, at: datetime, since_s: float, quantity: str, before: int, after: int
) -> Event:
    """An index has left its course, or come back; values in Wh or varh as the meter sends them."""
    since = datetime.fromtimestamp(since_s, UTC)
    row = QUANTITIES[quantity]
    text = _INDEXES[kind].fill(title=row.title, before=before, after=after)
    if row.unit != "Wh":
        text = Text(*(words.replace(" Wh", f" {row.unit}") for words in text))
    return Event(kind, at, since, quantity, str(before), str(after), text)


def outage(last_s: float, at: datetime) -> Event:
    """Nothing was heard from ``last_s`` to ``at``."""
    seconds = round(at.timestamp() - last_s)
    text = _OUTAGE.fill(duration=duration(seconds))
    return Event(
        EventKind.OUTAGE, at, datetime.fromtimestamp(last_s, UTC), "", "", f"{seconds} s", text
    )


def meter_changed(before: str, after: str, at: datetime) -> Event:
    """Another identity answers on the same line: each meter is judged for itself.

    Args:
        before, after: the identities.
        at: arrival of the frame that says so, aware UTC.
    """
    text = _METER.fill(before=before, after=after)
    return Event(EventKind.METER, at, at, "", before, after, text)


def duration(seconds: int) -> Text:
    """A time span in its two largest units.

    >>> duration(3725).en, duration(200_000).fr
    ('1 h 2 min', '2 j 7 h')
    """
    minutes, hours = divmod(seconds, 60), divmod(seconds // 60, 60)
    if seconds < 3600:
        text = f"{minutes[0]} min {minutes[1]} s"
        return Text(text, text)
    if seconds < 86_400:
        text = f"{hours[0]} h {hours[1]} min"
        return Text(text, text)
    days, rest = divmod(hours[0], 24)
    return Text(f"{days} d {rest} h", f"{days} j {rest} h")
