"""The OpenAPI 3.1 document, from the table of endpoints alone."""

from collections.abc import Sequence
from typing import Any

from telewatt import __version__
from telewatt.web import schemas
from telewatt.web.endpoint import Endpoint
from telewatt.web.parameters import REQUIRED, Parameter

_CODES = {
    "400": "A parameter is missing, unknown, or cannot be used",
    "401": "Whoever asks must log in first, or send a token",
    "403": "Another page, or a name that is not ours",
    "404": "Nothing of this name is known",
    "413": "The request is too large",
    "429": "Too many questions at once, or wrong passwords",
}
_POST_CODES = {"409": "Not as things stand now", "415": "The request is no JSON"}


def document(endpoints: Sequence[Endpoint]) -> dict[str, Any]:
    """The document of these endpoints."""
    paths: dict[str, Any] = {}
    for endpoint in endpoints:
        paths.setdefault(f"/{endpoint.path}", {})[endpoint.method.lower()] = _operation(endpoint)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "telewatt",
            "version": __version__,
            "description": "What telewatt knows of the electricity meters of a house.",
            "license": {"name": "MIT", "identifier": "MIT"},
        },
        "servers": [{"url": "."}],
        "paths": paths,
        "components": {
            "schemas": {"Error": schemas.ERROR},
            "securitySchemes": {
                "token": {"type": "http", "scheme": "bearer"},
                "session": {"type": "apiKey", "in": "cookie", "name": "telewatt_session"},
            },
        },
        "security": [{}, {"token": []}, {"session": []}],
    }


def _operation(endpoint: Endpoint) -> dict[str, Any]:
    summary = endpoint.meaning.en
    codes = _CODES | (_POST_CODES if endpoint.method == "POST" else {})
    error = {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}}
    kind = endpoint.content.partition(";")[0]
    found: dict[str, Any] = {} if endpoint.schema is None else {"schema": endpoint.schema}
    told: dict[str, Any] = {
        "summary": summary,
        "operationId": f"{endpoint.method.lower()}_{endpoint.path}".translate(_PLAIN),
        "parameters": [_parameter(each) for each in endpoint.parameters],
        "responses": {
            "200": {"description": summary, "content": {kind: found}},
            **{code: {"description": words, "content": error} for code, words in codes.items()},
        },
    }
    if endpoint.body is not None:
        schema = {
            "type": "object",
            "properties": {name: member.schema for name, member in endpoint.body.items()},
            "required": list(endpoint.body),
            "additionalProperties": False,
        }
        told["requestBody"] = {
            "required": True,
            "content": {"application/json": {"schema": schema}},
        }
        told["parameters"].append(_CSRF)
    return told


def _parameter(parameter: Parameter) -> dict[str, Any]:
    schema = parameter.kind.schema
    if parameter.most > 1:
        schema = {"type": "array", "items": schema, "minItems": 1, "maxItems": parameter.most}
    if parameter.default not in (REQUIRED, None, ()):
        schema = {**schema, "default": parameter.default}
    return {
        "name": parameter.name,
        "in": "query",
        "required": parameter.default is REQUIRED,
        "description": parameter.meaning.en,
        "schema": schema,
    }


_CSRF = {
    "name": "X-CSRF-Token",
    "in": "header",
    "required": False,
    "description": "`csrf` of the session; programs with a token need none",
    "schema": {"type": "string"},
}
_PLAIN = str.maketrans("/.-", "___")
