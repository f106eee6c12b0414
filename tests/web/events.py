"""Server-sent events as a browser reads them."""

import json


async def read_events(answer, count, kinds=("reading",)):
    """So many events of these kinds: their kind, id and data."""
    found, kind, name, data = [], "", "", ""
    async for raw in answer.content:
        line = raw.decode().rstrip("\n")
        if line.startswith("event: "):
            kind = line.removeprefix("event: ")
        elif line.startswith("id: "):
            name = line.removeprefix("id: ")
        elif line.startswith("data: "):
            data = line.removeprefix("data: ")
        elif not line and data:
            if kind in kinds:
                found.append((kind, name, json.loads(data)))
                if len(found) == count:
                    return found
            kind = name = data = ""
    return found
