"""The table of everything that can be asked for: what it is, who answers, what may be given."""

from typing import Any

from telewatt.language import Text
from telewatt.web import schemas
from telewatt.web.configuration_answer import configuration, listen, ports
from telewatt.web.endpoint import Asked, Endpoint, Handler, Schema, Work
from telewatt.web.energy_answer import PERIODS, compare, energy
from telewatt.web.frame_answer import capture, frame, raw
from telewatt.web.meters_answer import events, meters
from telewatt.web.openapi import document
from telewatt.web.page import Page
from telewatt.web.parameters import (
    QUANTITY,
    REQUIRED,
    Choice,
    Moment,
    Name,
    Parameter,
    StepName,
    Whole,
)
from telewatt.web.present import health, latest, metrics, recent
from telewatt.web.quality_answer import quality
from telewatt.web.series_answer import series, series_csv
from telewatt.web.sessions_answer import log_in, log_out, session

API = "/api/v1/"

_WHO = Parameter(
    "who",
    Name(),
    Text("a site, a virtual meter or a meter", "un site, un compteur virtuel ou un compteur"),
    REQUIRED,
)
_ANYBODY = _WHO._replace(default=None)
_START = Parameter("start", Moment(), Text("from when on", "à partir de quand"))
_END = Parameter(
    "end", Moment(), Text("until when; without it, now", "jusqu'à quand ; sinon, maintenant")
)
_STEP = Parameter(
    "step", StepName(), Text("length of the intervals", "durée des intervalles"), "auto"
)
_POINTS = Parameter(
    "points",
    Whole(20, 4000),
    Text(
        "with step=auto: so many intervals at most", "avec step=auto : nombre maximal d'intervalles"
    ),
    400,
)
_QUANTITY = Parameter("quantity", QUANTITY, Text("what", "quoi"), REQUIRED, most=24)
_HOW_MANY = Text("how many", "combien")
_SERIES = (
    _WHO._replace(most=8),
    _QUANTITY,
    _START,
    _END,
    _STEP,
    _POINTS,
)


def _openapi(page: Page, asked: Asked) -> dict[str, Any]:
    del page, asked
    return document((*ENDPOINTS, STREAM))


def _get(
    path: str,
    meaning: Text,
    handler: Handler,
    work: Work,
    *parameters: Parameter,
    schema: Schema | None = None,
    content: str = "application/json",
    is_open: bool = False,
) -> Endpoint:
    return Endpoint(
        "GET", path, meaning, handler, work, parameters, schema, content, is_open=is_open
    )


def _post(
    path: str,
    meaning: Text,
    handler: Handler,
    schema: Schema,
    *,
    is_open: bool = False,
    **body: Name,
) -> Endpoint:
    return Endpoint(
        "POST", path, meaning, handler, Work.WAITING, (), schema, body=body, is_open=is_open
    )


ENDPOINTS: tuple[Endpoint, ...] = (
    _get(
        "session",
        Text("Who is in, and how to begin", "Qui est connecté, et par où commencer"),
        session,
        Work.WAITING,
        schema=schemas.SESSION,
        is_open=True,
    ),
    _post(
        "login",
        Text("Begin a session", "Ouvrir une session"),
        log_in,
        schemas.SESSION,
        is_open=True,
        password=Name(256),
    ),
    _post("logout", Text("End the session", "Fermer la session"), log_out, schemas.SESSION),
    _get(
        "latest",
        Text("The newest of every line", "Le plus récent de chaque ligne"),
        latest,
        Work.QUICK,
        schema=schemas.LATEST,
    ),
    _get(
        "recent",
        Text("Power of the last minutes", "Puissance des dernières minutes"),
        recent,
        Work.QUICK,
        _WHO,
        Parameter("seconds", Whole(10, 900), Text("how long", "combien de temps"), 600),
        schema=schemas.RECENT,
    ),
    _get(
        "meters",
        Text("Sites and meters", "Sites et compteurs"),
        meters,
        Work.SLOW,
        schema=schemas.METERS,
    ),
    _get(
        "series",
        Text("Quantities by interval", "Grandeurs par intervalle"),
        series,
        Work.SLOW,
        *_SERIES,
        schema=schemas.SERIES,
    ),
    _get(
        "series.csv",
        Text("The same as a table", "La même chose en tableau"),
        series_csv,
        Work.SLOW,
        *_SERIES,
        Parameter("language", Choice(("en", "fr")), Text("of headings", "des titres"), "en"),
        Parameter("separator", Choice((",", ";")), Text("of cells", "des cellules"), ","),
        content="text/csv",
    ),
    _get(
        "energy",
        Text("Energy between two instants", "Énergie entre deux instants"),
        energy,
        Work.SLOW,
        _WHO,
        _START._replace(default=REQUIRED),
        _END,
        _QUANTITY._replace(default=(), most=24, meaning=Text("which; else all", "sinon toutes")),
        schema=schemas.ENERGY,
    ),
    _get(
        "compare",
        Text("Energy now and before", "Énergie maintenant et avant"),
        compare,
        Work.SLOW,
        _WHO,
        _QUANTITY._replace(default="import_wh", most=1),
        Parameter("period", Choice(PERIODS), Text("compared", "comparées"), "day"),
        Parameter("at", Moment(), Text("until when; else now", "jusqu'à quand ; sinon maintenant")),
        _START,
        _END,
        Parameter("other", Moment(), Text("start of the other range", "début de l'autre plage")),
        schema=schemas.COMPARE,
    ),
    _get(
        "events",
        Text("What happened, the newest first", "Ce qui est arrivé, le plus récent d'abord"),
        events,
        Work.SLOW,
        _ANYBODY,
        _START,
        _END,
        Parameter("limit", Whole(1, 2000), Text("so many at most", "au plus"), 200),
        schema=schemas.EVENTS,
    ),
    _get(
        "health",
        Text("How everything is", "Comment tout va"),
        health,
        Work.SLOW,
        schema=schemas.HEALTH,
    ),
    _get(
        "quality",
        Text("How good the lines are", "Qualité des lignes"),
        quality,
        Work.SLOW,
        _ANYBODY,
        _START,
        _END,
        _STEP,
        _POINTS._replace(default=200),
        schema=schemas.QUALITY,
    ),
    _get(
        "frame",
        Text("The last frame in words", "La dernière trame en mots"),
        frame,
        Work.QUICK,
        _WHO,
        schema=schemas.FRAME,
    ),
    _get(
        "raw",
        Text("The last frames as bytes", "Les dernières trames en octets"),
        raw,
        Work.QUICK,
        _WHO,
        Parameter("frames", Whole(1, 20), _HOW_MANY, 3),
        schema=schemas.RAW,
    ),
    _get(
        "capture",
        Text(
            "The last minutes of a line, anonymised",
            "Les dernières minutes d'une ligne, anonymisées",
        ),
        capture,
        Work.SLOW,
        _WHO,
        Parameter("minutes", Whole(1, 60), _HOW_MANY, 10),
        content="application/octet-stream",
    ),
    _get(
        "configuration",
        Text("The configuration as loaded", "La configuration chargée"),
        configuration,
        Work.SLOW,
        schema=schemas.CONFIGURATION,
    ),
    _get(
        "ports",
        Text("The serial ports of this machine", "Les ports série de cette machine"),
        ports,
        Work.SLOW,
        schema=schemas.PORTS,
    ),
    _post(
        "ports/listen",
        Text("What is heard on a free port", "Ce qu'on entend sur un port libre"),
        listen,
        schemas.HEARD,
        device=Name(200),
    ),
    _get(
        "openapi.json",
        Text("This description", "Cette description"),
        _openapi,
        Work.QUICK,
        schema=schemas.ANY,
    ),
)

METRICS = _get(
    "../../metrics",
    Text("For Prometheus", "Pour Prometheus"),
    metrics,
    Work.QUICK,
    content="text/plain",
)
STREAM = _get(
    "stream",
    Text(
        "Readings and states of lines as they come: server-sent events, which go on after a drop "
        "by their id (`Last-Event-ID`)",
        "Relevés et états des lignes en direct : server-sent events, qui reprennent après une "
        "coupure par leur id (`Last-Event-ID`)",
    ),
    latest,
    Work.WAITING,
    Parameter("after", Name(40), Text("go on after this number", "reprendre après ce numéro")),
    content="text/event-stream",
)
"""Answered by `telewatt.web.stream`; here for its description."""
