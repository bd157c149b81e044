#!/usr/bin/env python3
"""Measures ksxd beside a real kube-apiserver: a kind of a stranger with 40 fields and 10,000 objects of it."""
import argparse
import http.client
import json
import os
import random
import ssl
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.parse
from pathlib import Path

from bench import Server, Table

GROUP = "bench.example.com"
COLLECTION = f"/apis/{GROUP}/v1/namespaces/default/loads"
PLURAL = f"loads.{GROUP}"


def definition():
    """A definition with 40 fields: texts, numbers, choices, lists and mappings, with limits and defaults."""
    kinds = [
        lambda n: {"type": "string", "maxLength": 200},
        lambda n: {"type": "string", "pattern": "^[a-z0-9 -]*$"},
        lambda n: {"type": "integer", "minimum": 0, "maximum": 1000},
        lambda n: {"type": "boolean", "default": False},
        lambda n: {"type": "string", "enum": ["small", "medium", "large"], "default": "small"},
        lambda n: {"type": "array", "x-kubernetes-list-type": "set", "items": {"type": "string"}},
        lambda n: {"type": "object", "additionalProperties": {"type": "string"}},
        lambda n: {"type": "array", "x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["name"], "items": {
            "type": "object", "required": ["name"], "properties": {"name": {"type": "string"}, "value": {"type": "integer"}}}},
    ]
    fields = {f"field{n:02}": kinds[n % len(kinds)](n) for n in range(40)}
    schema = {"type": "object", "properties": {
        "spec": {"type": "object", "properties": fields},
        "status": {"type": "object", "x-kubernetes-preserve-unknown-fields": True}}}
    version = {"name": "v1", "served": True, "storage": True, "subresources": {"status": {}}, "schema": {"openAPIV3Schema": schema}}
    return {
        "apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition", "metadata": {"name": PLURAL},
        "spec": {"group": GROUP, "scope": "Namespaced", "names": {"plural": "loads", "singular": "load", "kind": "Load", "listKind": "LoadList"}, "versions": [version]}}


def load(index, chance):
    words = "cluster log metric trace alert policy gateway service mesh".split()
    values = [
        lambda: " ".join(chance.choice(words) for _ in range(8)), lambda: chance.choice(words), lambda: chance.randrange(1000),
        lambda: chance.random() < 0.5, lambda: chance.choice(["small", "medium", "large"]), lambda: chance.sample(words, 3),
        lambda: {word: "x" for word in chance.sample(words, 3)},
        lambda: [{"name": word, "value": chance.randrange(9)} for word in chance.sample(words, 3)]]
    return {
        "apiVersion": f"{GROUP}/v1", "kind": "Load", "metadata": {"name": f"load-{index:05}", "labels": {"shard": str(index % 10)}},
        "spec": {f"field{n:02}": values[n % len(values)]() for n in range(40)}}


class Ksxd:
    """A ksxd of our own with a port that is asked as a real server is: over TLS, with a token."""

    def __init__(self, program, folder):
        self.program, self.folder = program, Path(folder)
        self.process = None
        (self.folder / "token").write_text("bench-" + os.urandom(12).hex())
        (self.folder / "token").chmod(0o600)
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
             "-subj", "/CN=ksxd", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", self.folder / "key.pem", "-out", self.folder / "cert.pem"],
            check=True, stderr=subprocess.DEVNULL)

    def start(self):
        """Starts it; the seconds until it answers."""
        begin = time.perf_counter()
        self.process = subprocess.Popen(
            [self.program, "serve", "--socket", self.folder / "socket", "--data", self.folder / "data", "--listen", "127.0.0.1:0",
             "--token-file", self.folder / "token", "--tls-cert", self.folder / "cert.pem", "--tls-key", self.folder / "key.pem"],
            stdout=subprocess.PIPE, stderr=open(self.folder / "log", "ab"), text=True, env=dict(os.environ, HOME=str(self.folder)))
        line = self.process.stdout.readline()
        took = time.perf_counter() - begin
        if "ready" not in line:
            raise RuntimeError(f"ksxd said {line!r}")
        self.address = urllib.parse.urlparse(line[line.index("https://"):].split()[0])
        self.token = (self.folder / "token").read_text()
        self.context = ssl.create_default_context(cafile=self.folder / "cert.pem")
        return took

    connection = Server.connection
    send = Server.send

    def stop(self):
        self.process.terminate()
        self.process.wait()


def resident(process):
    """Megabytes of memory that a process holds."""
    status = Path(f"/proc/{process}/status").read_text()
    return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmRSS")) / 1024


def prepare(server, count):
    """Makes the kind and its objects; the seconds that one of them took."""
    connection = server.connection()
    server.send(connection, "POST", "/apis/apiextensions.k8s.io/v1/customresourcedefinitions", definition())
    deadline = time.monotonic() + 30
    while get(server, connection, COLLECTION)[0] != 200:
        if time.monotonic() > deadline:
            raise RuntimeError("the kind is not served")
    chance = random.Random(1)
    objects = [load(index, chance) for index in range(count)]
    begin = time.perf_counter()
    for item in objects:
        status = server.send(connection, "POST", COLLECTION, item)
        if status != 201:
            raise RuntimeError(f"creating {item['metadata']['name']}: {status}")
    return (time.perf_counter() - begin) / count


def get(server, connection, path):
    connection.request("GET", path, headers={"Authorization": f"Bearer {server.token}", "Accept": "application/json"})
    response = connection.getresponse()
    return response.status, response.read()


def list_all(server):
    connection = server.connection()
    begin = time.perf_counter()
    status, body = get(server, connection, COLLECTION)
    took = time.perf_counter() - begin
    if status != 200 or len(body) < 1_000_000:
        raise RuntimeError(f"the list came with {status} and {len(body)} bytes")
    return took


def watch_start(server, count):
    """The seconds until a watch has told of everything that is there."""
    connection = server.connection()
    begin = time.perf_counter()
    path = COLLECTION + "?watch=true&resourceVersion=0"
    connection.request("GET", path, headers={"Authorization": f"Bearer {server.token}", "Accept": "application/json"})
    response = connection.getresponse()
    lines = 0
    while lines < count:
        piece = response.read1(1 << 18)
        if not piece:
            raise RuntimeError(f"the watch ended after {lines} lines")
        lines += piece.count(b"\n")
    took = time.perf_counter() - begin
    connection.close()
    return took


def writes(server, count, content, path, body):
    """The seconds that one write takes, one after another over one connection."""
    connection = server.connection()
    begin = time.perf_counter()
    for index in range(count):
        status = server.send(connection, "PATCH", COLLECTION + path(index), body(index), content)
        if status not in (200, 201):
            raise RuntimeError(f"a write came back with {status}")
    return (time.perf_counter() - begin) / count


def apply(server, count, turn):
    def body(index):
        return {
            "apiVersion": f"{GROUP}/v1", "kind": "Load", "metadata": {"name": f"load-{index:05}"},
            "spec": {"field00": f"turn {turn}", "field02": turn, "field07": [{"name": "applied", "value": turn}]}}

    return writes(
        server, count, "application/apply-patch+yaml", lambda index: f"/load-{index:05}?fieldManager=bench&force=true", body)


def patch(server, count, turn):
    return writes(
        server, count, "application/merge-patch+json", lambda index: f"/load-{count + index:05}",
        lambda index: {"spec": {"field00": f"turn {turn}", "field02": turn}})


def compare(table, ksxd, server, options):
    """One row for each thing that both are asked; turn by turn, so that a busy moment hits both."""
    rows = [
        ("list of %d objects" % options.count, list_all, lambda turn: ()),
        ("watch until it has told of %d" % options.count, watch_start, lambda turn: (options.count,)),
        ("apply, one after another", apply, lambda turn: (options.writes, turn)),
        ("merge patch, one after another", patch, lambda turn: (options.writes, turn)),
    ]
    for what, measure, arguments in rows:
        pairs = [(measure(ksxd, *arguments(turn)), measure(server, *arguments(turn))) for turn in range(1, options.turns + 1)]
        ours, theirs = (statistics.median(pair[side] for pair in pairs) for side in (0, 1))
        table.add(what + " (kube-apiserver)", ours * 1e3, theirs * 1e3, " ms", 1)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--ksxd", required=True)
    parser.add_argument("--kubectl")
    parser.add_argument("--kubeconfig")
    parser.add_argument("--server-process", type=int, help="of the real server, for its memory")
    parser.add_argument("--skip-server", metavar="REASON")
    parser.add_argument("--count", type=int, default=10_000)
    parser.add_argument("--writes", type=int, default=500)
    parser.add_argument("--turns", type=int, default=3)
    options = parser.parse_args()
    table = Table()
    with tempfile.TemporaryDirectory() as folder:
        ksxd = Ksxd(os.path.abspath(options.ksxd), folder)
        ksxd.start()
        made = prepare(ksxd, options.count)
        if options.kubeconfig:
            server = Server(options.kubectl, options.kubeconfig)
            table.add("create (kube-apiserver)", made * 1e3, prepare(server, options.count) * 1e3, " ms", 1)
            compare(table, ksxd, server, options)
        else:
            table.skip("create, list, watch, apply, patch (kube-apiserver)", options.skip_server or "no server")
        theirs = resident(options.server_process) if options.server_process else None
        table.add("memory (kube-apiserver, without etcd)", resident(ksxd.process.pid), theirs, " MB")
        ksxd.stop()
        starts = []
        for _ in range(options.turns):
            starts.append(ksxd.start())
            ksxd.stop()
        table.add("start with these objects", statistics.median(starts), unit=" s", budget=0.5)
    table.show()
    return 1 if any(row[6] == "OVER" for row in table.rows) else 0


if __name__ == "__main__":
    sys.exit(main())
