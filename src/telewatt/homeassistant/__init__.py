"""Home Assistant, asked through its WebSocket API: its statistics and its Energy dashboard.

What it shows of now comes over MQTT (`telewatt.sinks.mqtt`); here is what MQTT cannot do.
"""
