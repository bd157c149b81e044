"""Floods a ksxd: connections without a token, bodies with a wrong one, and no descriptors left.

usage: flood.py KSXD HOME
"""

import os
import resource
import socket
import subprocess
import sys
import time

REQUEST = b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"
REFUSED = (
    b"POST /api/v1/namespaces HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer wrong\r\n"
    b"Content-Length: 3000000\r\n\r\n"
)
LIMIT = 256


class Server:
    """A ksxd on a socket and a port, with few descriptors."""

    def __init__(self, program, home):
        token = home + "/token"
        with open(token, "w") as file:
            file.write("0123456789abcdef-of-the-owner")
        self.socket = home + "/run/flood.sock"
        self.process = subprocess.Popen(
            [program, "serve", "--socket", self.socket, "--listen", "127.0.0.1:0", "--token-file", token],
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
            preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (LIMIT, LIMIT)))
        self.port = int(self.process.stdout.readline().split(":")[-1])

    def ask(self):
        """Asks by the socket; the seconds that it took."""
        start = time.monotonic()
        with socket.socket(socket.AF_UNIX) as owner:
            owner.settimeout(5)
            owner.connect(self.socket)
            owner.sendall(REQUEST)
            assert owner.recv(100).startswith(b"HTTP/1.1 200"), "the owner was not answered"
        return time.monotonic() - start

    def silent_connections(self, count):
        made = []
        for _ in range(count):
            silent = socket.socket()
            silent.setblocking(False)
            silent.connect_ex(("127.0.0.1", self.port))
            made.append(silent)
        return made

    def descriptors(self):
        return len(os.listdir(f"/proc/{self.process.pid}/fd"))

    def memory(self):
        """Resident megabytes."""
        with open(f"/proc/{self.process.pid}/status") as file:
            return next(int(line.split()[1]) for line in file if line.startswith("VmRSS")) // 1024

    def load(self, seconds):
        """The share of a core that is used in the next seconds."""
        before = self.ticks()
        time.sleep(seconds)
        return (self.ticks() - before) / os.sysconf("SC_CLK_TCK") / seconds

    def ticks(self):
        with open(f"/proc/{self.process.pid}/stat") as file:
            fields = file.read().rsplit(")", 1)[1].split()
        return int(fields[11]) + int(fields[12])


def quiet(server):
    """Waits until what a new backend has to do is done."""
    deadline = time.monotonic() + 60
    while server.load(0.5) > 0.05 and time.monotonic() < deadline:
        pass


def flood(server):
    silent_connections = server.silent_connections(600)
    seconds = server.ask()
    print(f"with 600 silent connections on the port the owner waited {seconds:.3f} s")
    assert seconds < 1
    for silent in silent_connections:
        silent.close()


def exhaust(server):
    quiet(server)
    resource.prlimit(server.process.pid, resource.RLIMIT_NOFILE, (server.descriptors(), LIMIT))
    silent_connections = server.silent_connections(3)
    load = server.load(3)
    resource.prlimit(server.process.pid, resource.RLIMIT_NOFILE, (LIMIT, LIMIT))
    print(f"without descriptors {load:.0%} of a core was used")
    assert load < 0.1
    server.ask()
    for silent in silent_connections:
        silent.close()


def push(server):
    before = server.memory()
    silent_connections = server.silent_connections(150)
    deadline = time.monotonic() + 5
    sent = {silent: 0 for silent in silent_connections}
    while time.monotonic() < deadline and sum(sent.values()) < 300_000_000:
        for silent in silent_connections:
            try:
                sent[silent] += silent.send(REFUSED if sent[silent] == 0 else b"x" * 100_000)
            except OSError:
                pass
    grown = server.memory() - before
    print(f"{sum(sent.values()) >> 20} MB of refused bodies made it grow by {grown} MB")
    assert grown < 30


def main():
    server = Server(sys.argv[1], sys.argv[2])
    try:
        quiet(server)
        for trial in (flood, exhaust, push):
            trial(server)
        server.process.terminate()
        assert server.process.wait(10) == 0, "it did not end by itself"
    finally:
        server.process.kill()


main()
