#!/usr/bin/env python3
"""Measures ksx against the tools people use now and prints ratios.

Times differ from machine to machine; a ratio of two things measured in one run differs far less.
A row without a reference is an absolute count (bytes), which does not depend on the machine.
"""
import argparse
import base64
import concurrent.futures
import json
import os
import random

import resource
import ssl
import statistics
import subprocess
import sys
import tempfile
import time
import http.client
import urllib.parse

from terminal import Terminal

EXTENSIONS = "/apis/kubesphere.io/v1alpha1/extensions"


def measured(command, env=None):
    """Wall seconds and peak resident megabytes of a command whose output is thrown away."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reader)
        begin = time.perf_counter()
        with open(os.devnull, "w") as null:
            code = subprocess.call(command, stdout=null, stderr=null, stdin=subprocess.DEVNULL, env=env)
        took = time.perf_counter() - begin
        peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
        os.write(writer, json.dumps([took, peak, code]).encode())
        os._exit(0)
    os.close(writer)
    with os.fdopen(reader) as pipe:
        took, peak, code = json.load(pipe)
    os.waitpid(child, 0)
    if code != 0:
        raise RuntimeError(f"{command[0]} ended with {code}")
    return took, peak


def best(command, times, env=None):
    runs = [measured(command, env) for _ in range(times)]
    return min(run[0] for run in runs), min(run[1] for run in runs)


class Table:
    def __init__(self):
        self.rows = []

    def add(self, what, ours, theirs=None, unit="", budget=None):
        ratio = ours / theirs if theirs else None
        judged = ratio if ratio is not None else ours
        verdict = "" if budget is None else ("ok" if judged <= budget else "OVER")
        self.rows.append((what, ours, theirs, unit, ratio, budget, verdict))

    def skip(self, what, reason):
        self.rows.append((what, None, None, f"skipped: {reason}", None, None, ""))

    def show(self):
        print(f"{'what':52} {'ksx':>10} {'reference':>10} {'ratio':>7} {'budget':>7}")
        for what, ours, theirs, unit, ratio, budget, verdict in self.rows:
            if ours is None:
                print(f"{what:52} {unit}")
                continue
            shown = f"{ours:.4g}{unit}"
            reference = f"{theirs:.4g}{unit}" if theirs is not None else "-"
            share = f"{ratio:.2f}" if ratio is not None else "-"
            limit = f"{budget:.4g}" if budget is not None else "-"
            print(f"{what:52} {shown:>10} {reference:>10} {share:>7} {limit:>7} {verdict}")


class Server:
    """A kube-apiserver, spoken to with the token of a kubeconfig's current context."""

    def __init__(self, kubectl, kubeconfig):
        view = subprocess.check_output([kubectl, "--kubeconfig", kubeconfig, "config", "view", "--raw", "--minify", "-o", "json"])
        config = json.loads(view)
        cluster = config["clusters"][0]["cluster"]
        self.address = urllib.parse.urlparse(cluster["server"])
        self.token = config["users"][0]["user"].get("token", "")
        if "certificate-authority-data" in cluster:
            authority = base64.b64decode(cluster["certificate-authority-data"]).decode()
            self.context = ssl.create_default_context(cadata=authority)
        else:
            self.context = ssl.create_default_context(cafile=cluster["certificate-authority"])

    def connection(self):
        return http.client.HTTPSConnection(self.address.hostname, self.address.port, context=self.context)

    def send(self, connection, method, path, body, content="application/json"):
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": content}
        connection.request(method, path, json.dumps(body), headers)
        response = connection.getresponse()
        response.read()
        return response.status


def extension(index, chance):
    """An Extension of a realistic size: 3 kB, one in twenty with an icon of 60 to 200 kB."""
    words = "cluster log metric trace alert policy gateway service mesh storage volume pipeline event audit".split()
    text = " ".join(chance.choice(words) for _ in range(130))
    icon_size = chance.randrange(45_000, 150_000) if index % 20 == 0 else 600
    icon = "data:image/svg+xml;base64," + base64.b64encode(chance.randbytes(icon_size)).decode()
    versions = [{"version": f"1.{minor}.0", "creationTimestamp": "2026-01-01T00:00:00Z"} for minor in range(4)]
    return {
        "apiVersion": "kubesphere.io/v1alpha1",
        "kind": "Extension",
        "metadata": {"name": f"extension-{index:05}", "labels": {"kubesphere.io/category": f"category-{index % 12}"}},
        "spec": {
            "displayName": {"en": f"Extension {index}", "zh": f"扩展 {index}"},
            "description": {"en": text, "zh": "示例 " + text[:300]},
            "icon": icon,
            "provider": {"en": {"name": "Example", "url": "https://example.com", "email": "a@example.com"}},
        },
        "status": {"state": "Installed" if index % 3 == 0 else "", "recommendedVersion": "1.3.0", "versions": versions},
    }


def fill(server, start, end):
    chance = random.Random(start)
    objects = [extension(index, chance) for index in range(start, end)]

    def create(part):
        connection = server.connection()
        for item in part:
            status = server.send(connection, "POST", EXTENSIONS, item)
            if status not in (201, 409):
                raise RuntimeError(f"creating {item['metadata']['name']}: {status}")
        connection.close()

    parts = [objects[start::8] for start in range(8)]
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        list(pool.map(create, parts))


def compare_lists(table, args, small, count):
    """Beside kubectl at `count`; what a thousand more cost from `small` on is kept for `show_growth`."""
    server = Server(args.kubectl, args.kubeconfig)
    list_them = [args.ksx, "--kubeconfig", args.kubeconfig, "list"]
    fill(server, 0, small)
    few = best(list_them, 5)
    fill(server, small, count)
    kubectl = best([args.kubectl, "--kubeconfig", args.kubeconfig, "get", "extensions.kubesphere.io", "-o", "json"], 3)
    ours = best(list_them, 5)
    table.add(f"list {count} extensions, time (kubectl -o json)", ours[0], kubectl[0], " s", 1 / 5)
    table.add(f"list {count} extensions, peak memory", ours[1], kubectl[1], " MB", 1 / 3)
    return per_thousand(few, ours, count - small)


def per_thousand(few, many, more):
    """Milliseconds and megabytes that each further thousand costs."""
    return (many[0] - few[0]) * 1e6 / more, (many[1] - few[1]) * 1e3 / more


def show_growth(table, args, count, largest, growth):
    """Whether the way on to `largest` is straight: each thousand costs what the first ones did."""
    list_them = [args.ksx, "--kubeconfig", args.kubeconfig, "list"]
    before = best(list_them, 3)
    fill(Server(args.kubectl, args.kubeconfig), count, largest)
    later = per_thousand(before, best(list_them, 3), largest - count)
    table.add(f"each 1000 more, {count} to {largest} (up to {count})", later[0], growth[0], " ms", 1.25)
    table.add(f"each 1000 more, {count} to {largest}, memory", later[1], growth[1], " MB", 1.25)


def compare_disable(table, args):
    server = Server(args.kubectl, args.kubeconfig)
    plan = {
        "apiVersion": "kubesphere.io/v1alpha1", "kind": "InstallPlan", "metadata": {"name": "extension-00001"},
        "spec": {"enabled": True, "extension": {"name": "extension-00001", "version": "1.3.0"}},
    }
    path = "/apis/kubesphere.io/v1alpha1/installplans/extension-00001"
    connection = server.connection()
    server.send(connection, "POST", "/apis/kubesphere.io/v1alpha1/installplans", plan)

    def disabled_by(command):
        # Enabled first: an API server writes nothing when a patch changes nothing, as a second one of curl's would not.
        status = server.send(connection, "PATCH", path, {"spec": {"enabled": True}}, "application/merge-patch+json")
        if status != 200:
            raise RuntimeError(f"enabling {path}: {status}")
        return measured(command)[0]

    url = f"{args_server(server)}{path}"
    with tempfile.NamedTemporaryFile("w", suffix=".crt") as authority, tempfile.NamedTemporaryFile("w") as header:
        authority.write("\n".join(ssl.DER_cert_to_PEM_cert(c) for c in server.context.get_ca_certs(binary_form=True)))
        authority.flush()
        header.write(f"Authorization: Bearer {server.token}\n")
        header.flush()
        curl = [
            "curl", "-sf", "--cacert", authority.name, "-H", f"@{header.name}", "-X", "PATCH",
            "-H", "Content-Type: application/merge-patch+json", "-d", '{"spec":{"enabled":false}}', url,
        ]
        ours = [args.ksx, "--kubeconfig", args.kubeconfig, "disable", "extension-00001", "--now", "--dialect", "installplan"]
        # Taken in turns, so that both see the same weather.
        pairs = [(disabled_by(ours), disabled_by(curl)) for _ in range(30)]
    table.add("disable --now (one curl PATCH)", statistics.median(p[0] for p in pairs), statistics.median(p[1] for p in pairs), " s", 1.2)


def args_server(server):
    return f"https://{server.address.hostname}:{server.address.port}"


def filter_keys(terminal):
    """What each letter of a filter costs; the filter is taken back."""
    terminal.key(b"/")
    letters = [terminal.key(letter.encode()) for letter in "123"]
    terminal.key(b"\x1b")
    return letters


def console_rows(table, args, environment):
    target = ["--kubeconfig", args.kubeconfig] if args.kubeconfig else ["--server", "http://127.0.0.1:9"]
    command = [args.ksx, *target]
    firsts = []
    for _ in range(9):
        terminal = Terminal(command, 80, 24, environment)
        firsts.append(terminal.first_paint())
        terminal.close()
    if args.kubectl:
        reference = [measured([args.kubectl, "version", "--client"])[0] for _ in range(9)]
        table.add("first paint (kubectl version --client)", statistics.median(firsts), statistics.median(reference), " s", 0.4)
    else:
        table.skip("first paint (kubectl version --client)", "no kubectl")
    if not args.kubeconfig:
        return
    terminal = Terminal(command, 80, 24, environment)
    terminal.wait_for(b"Extension 10", 120)
    terminal.settle(3)
    table.add("full paint at 80x24, bytes", max(terminal.key(b"\x0c")[0] for _ in range(3)), budget=4000)
    moves = [terminal.key(b"j") for _ in range(12)]
    table.add("cursor move at 80x24, whole row, bytes (median)", statistics.median(m[0] for m in moves), budget=250)
    table.add("key to last byte of its frame, ms (median)", statistics.median(m[1] * 1e3 for m in moves), budget=2)
    rounds = [filter_keys(terminal) for _ in range(7)]
    letters = list(zip(*rounds))
    table.add("filter key at 80x24, bytes (largest)", max(l[0] for keys in rounds for l in keys), budget=1400)
    slowest = max(statistics.median(l[1] for l in keys) for keys in letters)
    table.add("filter key to last byte of its frame, ms (median of the slowest)", slowest * 1e3, budget=5)
    terminal.key(b"\x1b")
    terminal.settle(1)
    before = terminal.wakeups()
    idle = terminal.settle(5, whole=True)
    table.add("idle for 5 s, bytes", idle, budget=0)
    table.add("idle for 5 s, times a thread woke", terminal.wakeups() - before, budget=0)
    table.add("memory of the console, MB", terminal.memory(), budget=45)
    terminal.close()
    terminal = Terminal([*command, "--slow"], 80, 24, environment)
    terminal.wait_for(b"Extension 10", 120)
    terminal.settle(3)
    names = [terminal.key(b"j")[0] for _ in range(12)]
    table.add("cursor move at 80x24, name alone, bytes (median)", statistics.median(names), budget=60)
    terminal.close()


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--ksx", required=True)
    parser.add_argument("--kubectl")
    parser.add_argument("--kubeconfig")
    parser.add_argument("--skip-server", metavar="REASON")
    parser.add_argument("--count", type=int, default=10_000)
    parser.add_argument("--largest", type=int, default=50_000, help="0 leaves the growth beyond --count out")
    args = parser.parse_args()
    args.ksx = os.path.abspath(args.ksx)
    table = Table()
    table.add("stripped ksx, MB", os.path.getsize(args.ksx) / 1e6, unit=" MB", budget=15)
    with tempfile.TemporaryDirectory() as home:
        environment = dict(os.environ, HOME=home, XDG_CONFIG_HOME=home, XDG_STATE_HOME=home, XDG_CACHE_HOME=home, TERM="xterm-256color")
        if args.kubeconfig:
            growth = compare_lists(table, args, args.count // 10, args.count)
            compare_disable(table, args)
        else:
            table.skip("list of 10,000 extensions (kubectl)", args.skip_server or "no server")
            table.skip("disable --now (one curl PATCH)", args.skip_server or "no server")
        console_rows(table, args, environment)
        if args.kubeconfig and args.largest > args.count:
            show_growth(table, args, args.count, args.largest, growth)
    table.show()
    return 1 if any(row[6] == "OVER" for row in table.rows) else 0


if __name__ == "__main__":
    sys.exit(main())
