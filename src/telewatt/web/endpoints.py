"""The table of everything that can be asked for."""

from telewatt.language import Text
from telewatt.web.endpoint import Endpoint
from telewatt.web.present import latest

ENDPOINTS = (
    Endpoint(
        "GET",
        "latest",
        Text("The newest of every line", "Le plus récent de chaque ligne"),
        latest,
    ),
)
