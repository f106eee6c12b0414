"""The MQTT sink: every meter on a broker, with one connection.

    topics       the names, and how a label becomes part of one
    meter        what is known of one meter, and which messages a new frame makes
    payload      the texts of these messages
    presence     whether a meter is there
    linkysensor  the messages of an older program, for those who come from it
    commands     what may be asked over MQTT
    homeassistant  what Home Assistant is told of a meter beside its values (discovery)
    connection   to the broker; `remedies` says what is wrong with it
    sink         all of it together

The rules and their reasons: docs/adr/0016-mqtt.md; the topics: docs/en/mqtt.md.
"""
