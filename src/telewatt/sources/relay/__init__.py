"""Values that other programs have decoded, as they tell them: understood, never believed blindly.

`told` says which values can be trusted, `names` what a sensor's name means, `documents` what a JSON
message says, `zlinky` what Zigbee2MQTT says of a ZLinky, and `relay` makes frames of all of it:
`telewatt.tic.relayed` keeps them apart from what came from a line.

Rules:
- empty is not zero: what is not told, or told as unknown, is left out;
- a unit is believed only where the number is exact in the label's unit (kWh is not Wh);
- whatever a label does not allow is rejected by its frame, with the reason;
- one source is one meter: two of them in one topic are refused.
"""
