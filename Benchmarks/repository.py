#!/usr/bin/env python3
"""Measures how ksxd reads a chart repository over HTTP beside helm: 1,000 charts with 10 versions each.

helm repo update fetches and parses the index, and helm search repo -l prints it; ksxd publishes the newest versions of each chart
(depth 1 here, so 1,000 charts are fetched), and looks again at what has not changed.
"""
import argparse
import gzip
import hashlib
import http.server
import io
import json
import os
import socket
import subprocess
import sys
import tarfile
import tempfile
import threading
import time
from pathlib import Path

from bench import Table


def chart(name, version):
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as tar:
        for path, text in (("Chart.yaml", f"apiVersion: v2\nname: {name}\nversion: {version}\ndescription: Chart {name}\n"),
                           ("values.yaml", "size: 3\n"),
                           ("templates/settings.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x}\n")):
            info = tarfile.TarInfo(f"{name}/{path}")
            data = text.encode()
            info.size = len(data)
            tar.addfile(info, io.BytesIO(data))
    return gzip.compress(out.getvalue(), mtime=0)


def repository(count, versions):
    """The files of a repository, and an index as long as real ones are."""
    files, lines = {}, ["apiVersion: v1", "entries:"]
    for number in range(count):
        name = f"chart-{number:04}"
        lines.append(f"  {name}:")
        for minor in reversed(range(versions)):
            data = chart(name, f"1.{minor}.0")
            path = f"{name}-1.{minor}.0.tgz"
            files["/" + path] = data
            lines += ["  - apiVersion: v2", "    appVersion: \"1\"", "    created: \"2026-01-01T00:00:00Z\"",
                      f"    description: Chart {name}, " + "a description of some length " * 8,
                      f"    digest: {hashlib.sha256(data).hexdigest()}", "    keywords:", "    - storage",
                      "    - database", f"    name: {name}", "    sources:", f"    - https://git.example/{name}",
                      "    urls:", f"    - {path}", f"    version: 1.{minor}.0"]
    files["/index.yaml"] = ("\n".join(lines) + "\n").encode()
    return files


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    # Head and body are two writes here, and the second would wait 40 ms for the client to acknowledge the first.
    disable_nagle_algorithm = True
    files = {}
    asked = 0

    def do_GET(self):
        Handler.asked += 1
        body = self.files.get(self.path)
        tag = '"' + hashlib.md5(body or b"").hexdigest() + '"'
        if body is not None and self.headers.get("If-None-Match") == tag:
            self.send_response(304)
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        self.send_response(404 if body is None else 200)
        self.send_header("ETag", tag)
        self.send_header("Content-Length", str(len(body or b"")))
        self.end_headers()
        self.wfile.write(body or b"")

    def log_message(self, *_):
        pass


def peak(pid):
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmHWM"):
            return int(line.split()[1]) / 1024
    return 0


def cpu(pid):
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def helm(path, arguments, home):
    start = time.monotonic()
    process = subprocess.Popen([path, *arguments], stdout=subprocess.DEVNULL, env={"HOME": home, "PATH": os.environ["PATH"]})
    _, status, usage = os.wait4(process.pid, 0)
    if status != 0:
        sys.exit(f"helm {' '.join(arguments)} failed")
    return time.monotonic() - start, usage.ru_maxrss / 1024


class Unix:
    """Requests over ksxd's socket."""

    def __init__(self, path):
        self.path = path

    def ask(self, method, target, body=None):
        client = socket.socket(socket.AF_UNIX)
        client.connect(self.path)
        data = json.dumps(body).encode() if body is not None else b""
        kind = "application/merge-patch+json" if method == "PATCH" else "application/json"
        client.sendall(f"{method} {target} HTTP/1.1\r\nHost: ksxd\r\nConnection: close\r\nContent-Type: {kind}\r\nContent-Length: {len(data)}\r\n\r\n".encode() + data)
        answer = b""
        while piece := client.recv(1 << 16):
            answer += piece
        head, _, rest = answer.partition(b"\r\n\r\n")
        if b"chunked" in head.lower():
            whole = b""
            while rest:
                size, _, rest = rest.partition(b"\r\n")
                count = int(size, 16)
                if count == 0:
                    break
                whole += rest[:count]
                rest = rest[count + 2:]
            rest = whole
        return json.loads(rest)


def until(what, condition, seconds=600):
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            sys.exit(f"never: {what}")
        time.sleep(0.05)


def busy(process):
    """The share of a core that it takes for three seconds."""
    before = cpu(process)
    time.sleep(3)
    return (cpu(process) - before) / 3


def steady(program, count, seconds=30):
    """Processor time of ksxd, in milliseconds a second, while nothing happens to `count` extensions; and its memory."""
    with tempfile.TemporaryDirectory() as work:
        os.mkdir(f"{work}/empty")
        Path(f"{work}/empty/index.yaml").write_text("apiVersion: v1\nentries: {}\n")
        log = open(f"{work}/log", "w")
        process = subprocess.Popen([program, "serve", "--socket", f"{work}/s", "--data", f"{work}/data", "--marketplace", f"{work}/empty"],
                                   stdout=log, stderr=log)
        try:
            until("ksxd answers", lambda: os.path.exists(f"{work}/s"))
            api, base = Unix(f"{work}/s"), "/apis/kubesphere.io/v1alpha1"
            kind = {"apiVersion": "kubesphere.io/v1alpha1"}
            for number in range(count):
                name = f"chart-{number:05}"
                api.ask("POST", f"{base}/extensions", kind | {"kind": "Extension", "metadata": {"name": name}, "spec": {
                    "displayName": {"en": name}, "description": {"en": "A description of some length. " * 8}}})
                api.ask("POST", f"{base}/extensionversions", kind | {
                    "kind": "ExtensionVersion", "metadata": {"name": name + "-1.0.0", "labels": {"kubesphere.io/extension-ref": name}},
                    "spec": {"version": "1.0.0", "installationMode": "HostOnly"}})
            until("all is worked off", lambda: busy(process.pid) < 0.02, 300)
            before = cpu(process.pid)
            time.sleep(seconds)
            used = (cpu(process.pid) - before) * 1000 / seconds
            memory = next(int(line.split()[1]) / 1024 for line in Path(f"/proc/{process.pid}/status").read_text().splitlines()
                          if line.startswith("VmRSS"))
        finally:
            process.terminate()
            process.wait()
    return used, memory


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--ksxd", required=True)
    parser.add_argument("--helm")
    parser.add_argument("--charts", type=int, default=1000)
    parser.add_argument("--versions", type=int, default=10)
    parser.add_argument("--steady", type=int, default=10_000, help="extensions that nothing happens to; 0 leaves that out")
    options = parser.parse_args()
    Handler.files = repository(options.charts, options.versions)
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    url = f"http://127.0.0.1:{server.server_address[1]}"
    size = len(Handler.files["/index.yaml"]) / 1e6
    with tempfile.TemporaryDirectory() as work:
        updated = searched = None
        if options.helm:
            helm(options.helm, ["repo", "add", "bench", url], work)
            updated = helm(options.helm, ["repo", "update"], work)
            searched = helm(options.helm, ["search", "repo", "-l"], work)
        data, place = f"{work}/data", f"{work}/s"
        empty = f"{work}/empty"
        os.mkdir(empty)
        Path(f"{empty}/index.yaml").write_text("apiVersion: v1\nentries: {}\n")
        log = open(f"{work}/log", "w")
        process = subprocess.Popen([options.ksxd, "serve", "--socket", place, "--data", data, "--marketplace", empty], stdout=log, stderr=log)
        try:
            until("ksxd answers", lambda: os.path.exists(place))
            api = Unix(place)
            base = "/apis/kubesphere.io/v1alpha1"
            before = cpu(process.pid)
            start = time.monotonic()
            api.ask("POST", f"{base}/repositories", {"apiVersion": "kubesphere.io/v1alpha1", "kind": "Repository",
                    "metadata": {"name": "bench"}, "spec": {"url": url, "depth": 1}})
            until("it is published", lambda: api.ask("GET", f"{base}/repositories/bench").get("status", {}).get("lastSyncTime"))
            first, used, memory = time.monotonic() - start, cpu(process.pid) - before, peak(process.pid)
            asked = Handler.asked
            before = cpu(process.pid)
            start = time.monotonic()
            api.ask("PATCH", f"{base}/repositories/bench", {"status": {"lastSyncTime": None}})
            until("it is looked at again", lambda: api.ask("GET", f"{base}/repositories/bench").get("status", {}).get("lastSyncTime"))
            again, used_again = time.monotonic() - start, cpu(process.pid) - before
            asked = Handler.asked - asked
        finally:
            process.terminate()
            process.wait()
    both = updated[0] + searched[0] if updated else None
    print(f"a repository of {options.charts} charts with {options.versions} versions each over HTTP, an index of {size:.1f} MB; "
          "the reference is helm repo update and helm search repo -l")
    table = Table()
    table.add("first sync, a version of each chart published", first, both, " s")
    table.add("  processor time of that", used, None, " s")
    table.add(f"synced again by hand, {asked} request(s)", again, both, " s", 1.0)
    table.add("  processor time of that", used_again, None, " s")
    table.add("most memory", memory, max(updated[1], searched[1]) if updated else None, " MB")
    if options.steady:
        used, memory = steady(os.path.abspath(options.ksxd), options.steady)
        table.add(f"at rest with {options.steady} extensions, processor time a second", used, None, " ms")
        table.add("  memory of that", memory, None, " MB")
    if not updated:
        table.skip("helm repo update and helm search repo -l", "helm was not found")
    table.show()


if __name__ == "__main__":
    main()
