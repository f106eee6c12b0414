"""The public JSON shapes: one object for one thing, whichever output tells it. Pure.

Webhooks, JSON Lines, MQTT, the web API, the live feed and exports write these, and give names of
their own only to what they add. Described in docs/en/outputs.md and docs/en/decode-format.md.
"""
