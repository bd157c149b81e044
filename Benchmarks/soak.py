"""A thousand changes a second for a minute, from ksxd to one watch of the client and to many plain ones.

Prints what came as ratios: of the events that were expected (1 is all of them, each once and in
order), of one processor core, and of ksxd's memory early in the run.
"""

import argparse
import json
import os
import selectors
import shutil
import socket
import subprocess
import tempfile
import threading
import time

PATH = "/apis/kubesphere.io/v1alpha1/extensions"
OBJECTS = 50


class Connection:
    """Requests on one connection to a unix socket, many at a time."""

    def __init__(self, path):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.connect(path)
        self.reader = self.socket.makefile("rb")

    def send(self, requests):
        """Sends them all, then reads every answer; the statuses."""
        self.socket.sendall(b"".join(requests))
        return [self.answer() for _ in requests]

    def answer(self):
        status = int(self.reader.readline().split()[1])
        length = None
        while (line := self.reader.readline()) not in (b"\r\n", b""):
            name, value = line.decode().split(":", 1)
            if name.lower() == "content-length":
                length = int(value)
        if length is not None:
            self.reader.read(length)
            return status
        while (size := int(self.reader.readline(), 16)) > 0:
            self.reader.read(size + 2)
        self.reader.readline()
        return status


def request(method, target, body, kind="application/json"):
    data = json.dumps(body).encode()
    head = f"{method} {target} HTTP/1.1\r\nHost: x\r\nContent-Type: {kind}\r\nContent-Length: {len(data)}\r\n\r\n"
    return head.encode() + data


def started(ksxd, directory):
    path = f"{directory}/ksxd.sock"
    log = open(f"{directory}/log", "w")
    server = subprocess.Popen(
        [ksxd, "serve", "--socket", path, "--data", directory], stdout=log, stderr=log, cwd=directory
    )
    deadline = time.monotonic() + 30
    while "ready" not in open(f"{directory}/log").read():
        if server.poll() is not None or time.monotonic() > deadline:
            raise SystemExit(open(f"{directory}/log").read())
        time.sleep(0.05)
    return server, path


class Crowd(threading.Thread):
    """Plain watches that read what comes and keep nothing of it."""

    def __init__(self, path, count):
        super().__init__(daemon=True)
        self.selector = selectors.DefaultSelector()
        for _ in range(count):
            connection = socket.socket(socket.AF_UNIX)
            connection.connect(path)
            connection.sendall(f"GET {PATH}?watch=true HTTP/1.1\r\nHost: x\r\n\r\n".encode())
            self.selector.register(connection, selectors.EVENT_READ)

    def run(self):
        while True:
            for key, _ in self.selector.select():
                if not key.fileobj.recv(1 << 20):
                    self.selector.unregister(key.fileobj)


class Memory(threading.Thread):
    """The resident memory of a process in MB, once a second."""

    def __init__(self, process, is_shown):
        super().__init__(daemon=True)
        self.process = process
        self.is_shown = is_shown
        self.samples = []

    def run(self):
        start = time.monotonic()
        try:
            while True:
                with open(f"/proc/{self.process}/status") as status:
                    size = next(int(line.split()[1]) / 1024 for line in status if line.startswith("VmRSS"))
                self.samples.append(size)
                if self.is_shown and (len(self.samples) - 1) % 5 == 0:
                    print(f"{time.monotonic() - start:6.0f} s {size:8.1f} MB", flush=True)
                time.sleep(1)
        except (OSError, StopIteration):
            return

    def growth(self):
        """How much larger it is at the end than after a third of the run, when everything is warm."""
        return self.samples[-1] / self.samples[len(self.samples) // 3]


def write(path, rate, seconds):
    """Changes `rate` objects a second for `seconds`; how many, and how long it took."""
    connection = Connection(path)
    batch = 20
    total = rate * seconds
    start = time.monotonic()
    for first in range(1, total + 1, batch):
        wait = start + (first - 1) / rate - time.monotonic()
        if wait > 0:
            time.sleep(wait)
        statuses = connection.send(
            [
                request(
                    "PATCH",
                    f"{PATH}/soak-{number % OBJECTS}",
                    {"spec": {"icon": str(number)}},
                    "application/merge-patch+json",
                )
                for number in range(first, min(first + batch, total + 1))
            ]
        )
        if set(statuses) != {200}:
            raise SystemExit(f"a change was refused: {statuses}")
    return total, time.monotonic() - start


def main():
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--ksxd", required=True)
    options.add_argument("--soak", required=True)
    options.add_argument("--rate", type=int, default=1000)
    options.add_argument("--seconds", type=int, default=60)
    options.add_argument("--watches", type=int, default=20, help="plain watches beside the one that counts")
    options.add_argument("--show-memory", action="store_true", help="print ksxd's memory every five seconds")
    options = options.parse_args()

    directory = tempfile.mkdtemp()
    os.chmod(directory, 0o700)
    server, path = started(os.path.abspath(options.ksxd), directory)
    try:
        connection = Connection(path)
        for number in range(OBJECTS):
            name = f"soak-{number}"
            body = {"apiVersion": "kubesphere.io/v1alpha1", "kind": "Extension", "metadata": {"name": name}}
            connection.send([request("POST", PATH, body)])
        total = options.rate * options.seconds
        watch = subprocess.Popen(
            [options.soak, f"unix://{path}", str(total), str(options.seconds * 2 + 30)],
            stdout=subprocess.PIPE,
            text=True,
        )
        watch.stdout.readline()
        Crowd(path, options.watches).start()
        memory = Memory(server.pid, options.show_memory)
        memory.start()
        start = time.monotonic()
        _, took = write(path, options.rate, options.seconds)
        result = json.loads(watch.stdout.readline())
        lasted = time.monotonic() - start
        growth = memory.growth()
    finally:
        server.terminate()
        server.wait()
        shutil.rmtree(directory)
    report(options, total, took, lasted, result, growth)


def report(options, total, took, lasted, result, growth):
    core = result["processor"] / lasted
    rate = total / took / options.rate
    rows = [
        ("events that came, of those expected", result["events"] / total, "1", result["events"] == total),
        ("events missing, repeated or out of order", (result["missing"] + result["repeated"]) / total, "0",
         result["missing"] + result["repeated"] == 0),
        ("changes a second, of the rate asked for", rate, "1", rate > 0.98),
        ("processor core used by the watch", core, "at most 0.2", core <= 0.2),
        ("memory of ksxd, of that after a third", growth, "at most 1.15", growth <= 1.15),
    ]
    for name, ratio, wanted, _ in rows:
        print(f"{name:44} {ratio:8.3f}   ({wanted})")
    if not all(row[3] for row in rows):
        raise SystemExit("the soak found something")


if __name__ == "__main__":
    main()
