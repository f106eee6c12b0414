"""Configurations for ESPHome: written for a household's meters, and checked with explanations.

Texts in, texts out. The two ends are `telewatt.esphome.factory` and `telewatt.esphome.validator`.
"""
