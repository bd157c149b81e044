#!/usr/bin/env python3
"""Says which fields of the objects in one file did not come back in another.

  fields.py WANTED BACK

Both are JSON as kubectl prints it. A status is the controllers' to write, so only that of other kinds is compared.
"""

import json
import sys


def objects(path):
    """The objects in a file of one list, or of one object after another."""
    text, found, place = open(path, encoding="utf-8").read().strip(), [], 0
    while place < len(text):
        value, place = json.JSONDecoder().raw_decode(text, place)
        found += value["items"] if value["kind"].endswith("List") else [value]
        while place < len(text) and text[place].isspace():
            place += 1
    return found


def missing(wanted, back, path):
    """The paths below `path` at which `back` is not what is wanted."""
    if isinstance(wanted, dict) and isinstance(back, dict):
        return [line for key, value in wanted.items() for line in missing(value, back.get(key), f"{path}.{key}")]
    return [] if wanted == back else [f"{path}: {json.dumps(wanted)} came back as {json.dumps(back)}"]


def main():
    back = {(item["kind"], item["metadata"]["name"]): item for item in objects(sys.argv[2])}
    lines = []
    for item in objects(sys.argv[1]):
        name = (item["kind"], item["metadata"]["name"])
        wanted = {key: item[key] for key in ("metadata", "spec") if key in item}
        lines += missing(wanted, back.get(name), " ".join(name))
    print("\n".join(lines))
    sys.exit(1 if lines or not back else 0)


main()
