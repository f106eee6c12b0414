"""Runs in the environment of pyteleinfo: reads what standard input asks, answers in JSON.

{"frames": [hex, ...]}     -> [{label: data, ...} or the name of its exception, ...]
{"datasets": [hex, ...]}   -> [[label, data] or the name of its exception, ...]
{"port": path, "count": n} -> n frames read from the port as Home Assistant does, hexadecimal
"""

import json
import sys


def answer(asked):
    from teleinfo.codec import decode, decode_info_group
    from teleinfo.exceptions import TeleinfoError
    from teleinfo.serial_reader import read_frame

    def attempt(read, argument):
        try:
            return read(argument)
        except TeleinfoError as error:
            return type(error).__name__

    if "frames" in asked:
        return [attempt(decode, bytes.fromhex(frame)) for frame in asked["frames"]]
    if "datasets" in asked:
        texts = [bytes.fromhex(dataset).decode("ascii") for dataset in asked["datasets"]]
        return [attempt(decode_info_group, text) for text in texts]
    return [read_frame(asked["port"]).hex() for _ in range(asked["count"])]


if __name__ == "__main__":
    json.dump(answer(json.load(sys.stdin)), sys.stdout)
