"""The web page and the HTTP API that `telewatt run` serves beside reading the meters.

`telewatt.web.endpoints` is the one table of what can be asked; the OpenAPI document, the checks of
parameters and the answers derive from it. Nobody who asks can make the meters wait: questions of
the past run in a thread, every answer and every client has its limits.
"""
