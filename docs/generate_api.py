"""Write docs/en/api.md and docs/fr/api.md from the one table of endpoints, telewatt.web.endpoints.

python docs/generate_api.py
"""

from pathlib import Path

from telewatt.language import Language, Text
from telewatt.web.endpoint import Endpoint
from telewatt.web.endpoints import ENDPOINTS, METRICS, STREAM
from telewatt.web.parameters import REQUIRED, Parameter

INTRODUCTION = Text(
    en="""\
# The API

Written by `docs/generate_api.py` from `src/telewatt/web/endpoints.py`; do not edit.

Everything the [web page](web.md) shows can be asked for below `/api/v1/`; `openapi.json` there
describes each answer (OpenAPI 3.1). Words for people come in both languages, instants in UTC (ISO
8601), instants of columns in epoch seconds, their
[qualities](history.md#energy-and-what-it-is-worth) as 0 (measured), 1 (bracketed), 2 (missing).
`null` is what nobody knows. An error is `{"error": {"code": ..., "text": {"en": ..., "fr": ...}}}`
with its status.

Readings, events and lines are [those of all outputs](outputs.md#one-object-for-one-thing); readings
and events have `who` besides: the site or meter to ask for. What holds now (`situation`) has the
names of the [entities of Home Assistant](home-assistant.md#for-automations).

Programs send a token, `Authorization: Bearer ...` (`telewatt web token`), where the page has a
password. Each answer has an `ETag`; a step is `auto`, `minute`, `quarter`, `hour`, `day`, `week`,
`month`, `year` or a number of minutes; an instant is `2026-01-31`, `2026-01-31T12:00:00Z` or
epoch seconds.
""",
    fr="""\
# L'API

Écrit par `docs/generate_api.py` d'après `src/telewatt/web/endpoints.py` ; ne pas modifier.

Tout ce que montre la [page web](web.md) peut être demandé sous `/api/v1/` ; `openapi.json` y
décrit chaque réponse (OpenAPI 3.1). Les textes viennent dans les deux langues, les instants en
UTC (ISO 8601), ceux des colonnes en secondes epoch, leurs
[qualités](history.md#lenergie-et-ce-quelle-vaut) par 0 (mesurée), 1 (encadrée) et 2 (manquante).
`null` est ce que personne ne sait. Une erreur est `{"error": {"code": ..., "text": {"en": ...,
"fr": ...}}}` avec son statut.

Les relevés, événements et lignes sont [ceux de toutes les sorties](outputs.md#un-objet-par-chose) ;
les relevés et événements ont en plus `who` : le site ou compteur à demander. Ce qui vaut
maintenant (`situation`) porte les noms des [entités de Home
Assistant](home-assistant.md#pour-les-automatisations).

Les programmes envoient un jeton, `Authorization: Bearer ...` (`telewatt web token`), là où la
page a un mot de passe. Chaque réponse a un `ETag` ; un pas est `auto`, `minute`, `quarter`,
`hour`, `day`, `week`, `month`, `year` ou un nombre de minutes ; un instant est `2026-01-31`,
`2026-01-31T12:00:00Z` ou des secondes epoch.
""",
)
COLUMNS = Text("parameter | what it is | default", "paramètre | signification | défaut")
NO_DEFAULT = Text("required", "obligatoire")
NONE = Text("none", "aucun")
SEVERAL = Text(" (up to {most} times)", " (jusqu'à {most} fois)")
BODY = Text("Sends a JSON object with {members}.", "Envoie un objet JSON avec {members}.")
EMPTY_BODY = Text("Sends an empty JSON object.", "Envoie un objet JSON vide.")
OTHER = Text("Answers `{kind}`.", "Répond `{kind}`.")


def generate(language: Language) -> str:
    """The page in this language."""
    parts = [INTRODUCTION.of(language)]
    parts += [_section(endpoint, language) for endpoint in (*ENDPOINTS, STREAM, METRICS)]
    return "\n".join(parts)


def _section(endpoint: Endpoint, language: Language) -> str:
    path = "/metrics" if endpoint is METRICS else f"/api/v1/{endpoint.path}"
    lines = [f"## {endpoint.method} {path}", "", f"{endpoint.meaning.of(language)}."]
    if endpoint.body is not None:
        members = ", ".join(f"`{name}`" for name in endpoint.body)
        lines.append((BODY.fill(members=members) if members else EMPTY_BODY).of(language))
    if endpoint.schema is None:
        lines.append(OTHER.fill(kind=endpoint.content).of(language))
    if endpoint.parameters:
        lines += ["", f"| {COLUMNS.of(language)} |", "|---|---|---|"]
        lines += [_row(parameter, language) for parameter in endpoint.parameters]
    return "\n".join([*lines, ""])


def _row(parameter: Parameter, language: Language) -> str:
    meaning = parameter.meaning.of(language)
    if parameter.most > 1:
        meaning += SEVERAL.fill(most=parameter.most).of(language)
    default = NONE.of(language)
    if parameter.default is REQUIRED:
        default = NO_DEFAULT.of(language)
    elif parameter.default not in (None, ()):
        default = f"`{parameter.default}`"
    return f"| `{parameter.name}` | {meaning} | {default} |"


if __name__ == "__main__":
    for name in ("en", "fr"):
        page = Path(__file__).parent / name / "api.md"
        page.write_text(generate(name), encoding="utf-8")
