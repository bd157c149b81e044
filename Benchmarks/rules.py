#!/usr/bin/env python3
"""Requests through a real gateway while its rules change and an upstream comes and goes; then a drain and a kill.

Every request is to be answered by the upstream that its rule names: a lost one, one in the wrong place, or a 502 while its
upstream is there is a failure. SIGTERM lets what is in flight end; after kill -9 the same rules are served again.
"""

import argparse
import asyncio
import http.client
import json
import os
import signal
import subprocess
import sys
import tempfile
import time

KINDS = "/apis/extensions.kubesphere.io/v1alpha1/reverseproxies"


class Upstream:
    """Says its name; `slow` paths take a second. It can be ended and begun again on its port."""

    def __init__(self, name):
        self.slow = 1
        self.name, self.port, self.server, self.restarts, self.connections = name, 0, None, 0, set()

    async def start(self):
        while True:
            try:
                self.server = await asyncio.start_server(self.serve, "127.0.0.1", self.port, reuse_address=True)
                break
            except OSError:  # Another connection of this machine may go out by the port for a moment.
                await asyncio.sleep(0.05)
        self.port = self.server.sockets[0].getsockname()[1]

    async def serve(self, reader, writer):
        self.connections.add(writer)
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                if b"/slow" in head.split(b"\r\n", 1)[0]:
                    await asyncio.sleep(self.slow)
                writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(self.name), self.name.encode()))
                await writer.drain()
        except (asyncio.IncompleteReadError, asyncio.CancelledError, ConnectionError):
            pass
        finally:
            self.connections.discard(writer)
            writer.close()

    async def restart(self):
        self.restarts += 1
        server, self.server = self.server, None
        server.close()
        for writer in list(self.connections):
            writer.transport.abort()
        await asyncio.sleep(0.03)
        await self.start()
        self.restarts += 1

    def may_have_been_away(self, before):
        return self.server is None or self.restarts != before


class Gateway:
    """ksxd serve, or ksxd gateway in front of the API server of a kubeconfig that has KubeSphere's definitions."""

    def __init__(self, ksxd, folder, kubeconfig, kubectl):
        self.ksxd, self.folder, self.kubeconfig, self.kubectl = ksxd, folder, kubeconfig, kubectl
        self.port, self.process, self.token = 0, None, os.urandom(16).hex()
        # What is in flight is waited for by a gateway for longer than by a backend of one user.
        self.slow = 2 if kubeconfig else 0.6
        self.write("tokens", self.token + ",soak,1,system:masters\n")
        self.write("config", "{allowLoopback: true}\n")
        if kubeconfig:
            self.apply("create", {"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "ClusterRoleBinding",
                                  "metadata": {"name": "soak"}, "subjects": [{"kind": "User", "name": "soak"}],
                                  "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole",
                                              "name": "cluster-admin"}})

    def apply(self, verb, document):
        subprocess.run([self.kubectl, "--kubeconfig", self.kubeconfig, verb, "-f", "-"], input=json.dumps(document),
                       text=True, check=True, stdout=subprocess.DEVNULL)

    def write(self, name, text):
        with open(f"{self.folder}/{name}", "w", opener=lambda path, flags: os.open(path, flags, 0o600)) as file:
            file.write(text)

    def start(self):
        log, tokens = self.folder + "/log", ["--token-auth-file", self.folder + "/tokens"]
        config = ["--gateway-config", self.folder + "/config", "--listen", f"127.0.0.1:{self.port}"]
        arguments = ["gateway", "--kubeconfig", self.kubeconfig] if self.kubeconfig else \
            ["serve", "--socket", self.folder + "/s", "--data", self.folder]
        with open(log, "w") as out:
            self.process = subprocess.Popen([self.ksxd, *arguments, *config, *tokens], stdout=out, stderr=out)
        deadline = time.monotonic() + 60
        while "ready" not in (said := open(log).read()):
            if self.process.poll() is not None or time.monotonic() > deadline:
                sys.exit("ksxd does not start: " + said)
            time.sleep(0.02)
        self.port = int(said.split("http://127.0.0.1:")[1].split()[0].rstrip(","))

    def end(self):
        self.process.kill()
        self.process.wait()
        if self.kubeconfig:
            self.apply("delete", {"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "ClusterRoleBinding",
                                  "metadata": {"name": "soak"}})
            subprocess.run([self.kubectl, "--kubeconfig", self.kubeconfig, "delete", "reverseproxies", "--all"],
                           check=True, stdout=subprocess.DEVNULL)

    def call(self, method, path, body=None):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        kind = "application/merge-patch+json" if method == "PATCH" else "application/json"
        connection.request(method, path, body and json.dumps(body),
                           {"Authorization": "Bearer " + self.token, "Content-Type": kind})
        answer = connection.getresponse()
        text = answer.read()
        if answer.status >= 400 and method != "GET":
            sys.exit(f"{method} {path}: {answer.status} {text[:300]}")
        return answer.status, text

    def rule(self, name, port):
        spec = {"matcher": {"path": f"/proxy/{name}/*", "method": "*"}, "upstream": {"url": f"http://127.0.0.1:{port}"}}
        self.call("POST", KINDS, {"apiVersion": "extensions.kubesphere.io/v1alpha1", "kind": "ReverseProxy",
                                  "metadata": {"name": name}, "spec": spec, "status": {"state": "Available"}})

    def lead(self, name, port):
        self.call("PATCH", f"{KINDS}/{name}", {"spec": {"upstream": {"url": f"http://127.0.0.1:{port}"}}})


class Client:
    """One connection that is kept."""

    def __init__(self, gateway):
        self.gateway, self.stream = gateway, None

    async def ask(self, path):
        if self.stream is None:
            self.stream = await asyncio.open_connection("127.0.0.1", self.gateway.port)
        reader, writer = self.stream
        writer.write(f"GET {path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {self.gateway.token}\r\n\r\n".encode())
        head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
        length = int(head.split("content-length:")[1].split()[0])
        body = (await reader.readexactly(length)).decode()
        if "connection: close" in head:
            writer.close()
            self.stream = None
        return int(head.split()[1]), body


async def ask_all(client, number, count, upstreams, tally):
    for turn in range(count):
        name = ["a", "b", "either"][(turn + number) % 3]
        before = upstreams["b"].restarts
        try:
            status, body = await client.ask(f"/proxy/{name}/x")
        except (asyncio.IncompleteReadError, ConnectionError, OSError) as error:
            tally["lost"].append(f"{name}: {error!r}")
            client.stream = None
            continue
        if status == 200 and (body == name or name == "either" and body in ("a", "b")):
            tally["right"] += 1
        elif status == 502 and name != "a" and upstreams["b"].may_have_been_away(before):
            tally["away"] += 1
        elif status == 200:
            tally["misled"].append(f"{name} was answered by {body}")
        else:
            tally["lost"].append(f"{name}: {status} {body[:120]}")


async def change_rules(gateway, upstreams, count, done):
    loop = asyncio.get_running_loop()
    for number in range(count):
        leads_to = upstreams["ab"[number % 2]].port
        await loop.run_in_executor(None, gateway.lead, "either", leads_to)
        if number % 10 == 0:
            await loop.run_in_executor(None, gateway.rule, f"extra{number}", leads_to)
            if number:
                await loop.run_in_executor(None, gateway.call, "DELETE", f"{KINDS}/extra{number - 10}")
        done["changes"] += 1


async def until(what, patience=30):
    deadline = time.monotonic() + patience
    while True:
        seen = await what()
        if seen is True:
            return True
        if time.monotonic() > deadline:
            return seen
        await asyncio.sleep(0.05)


async def settles(gateway, upstreams, name):
    """A rule that changes for good is obeyed within a second."""
    gateway.lead("either", upstreams[name].port)
    since, client = time.monotonic(), Client(gateway)

    async def right():
        return (await client.ask("/proxy/either/x")) == (200, name) or "the last change is not obeyed"
    seen = await until(right, 5)
    return time.monotonic() - since if seen is True else seen


async def drains(gateway):
    """What is in flight when SIGTERM comes is answered, and the process ends."""
    asks = [asyncio.create_task(Client(gateway).ask("/proxy/a/slow")) for _ in range(20)]
    await asyncio.sleep(0.4)
    gateway.process.send_signal(signal.SIGTERM)
    answers = await asyncio.gather(*asks, return_exceptions=True)
    code = await asyncio.get_running_loop().run_in_executor(None, gateway.process.wait)
    return code == 0 and all(answer == (200, "a") for answer in answers) or f"exit {code}, {answers}"


async def outlives_a_kill(gateway, upstreams):
    """After kill -9 in the middle of requests the same rules are served again."""
    gateway.start()
    asks = [asyncio.create_task(Client(gateway).ask("/proxy/a/slow")) for _ in range(20)]
    await asyncio.sleep(0.3)
    gateway.process.kill()
    gateway.process.wait()
    await asyncio.gather(*asks, return_exceptions=True)
    gateway.start()

    async def right():
        try:
            seen = [await Client(gateway).ask(f"/proxy/{name}/x") for name in ("a", "b")]
        except (asyncio.IncompleteReadError, ConnectionError, OSError) as error:
            return repr(error)
        return seen == [(200, "a"), (200, "b")] or f"{seen}"
    return await until(right)


async def run(options):
    with tempfile.TemporaryDirectory() as folder:
        upstreams = {name: Upstream(name) for name in "ab"}
        for upstream in upstreams.values():
            await upstream.start()
        gateway = Gateway(options.ksxd, folder, options.kubeconfig, options.kubectl)
        upstreams["a"].slow = gateway.slow
        gateway.start()
        try:
            return await judge(options, gateway, upstreams)
        finally:
            gateway.end()


async def judge(options, gateway, upstreams):
    for name in ("a", "b", "either"):
        gateway.rule(name, upstreams[name if name != "either" else "a"].port)

    async def ready():
        seen = [await Client(gateway).ask(f"/proxy/{name}/x") for name in ("a", "b", "either")]
        return all(status == 200 for status, _ in seen) or "it does not serve its rules"
    await until(ready)
    tally, done = {"right": 0, "away": 0, "lost": [], "misled": []}, {"changes": 0}
    since = time.monotonic()
    asking = [asyncio.create_task(ask_all(Client(gateway), n, options.requests // options.clients, upstreams, tally))
              for n in range(options.clients)]
    changing = asyncio.create_task(change_rules(gateway, upstreams, options.changes, done))
    for _ in range(options.restarts):
        await upstreams["b"].restart()
        await asyncio.sleep(0.2)
    await asyncio.gather(changing, *asking)
    seconds = time.monotonic() - since
    print(f"{tally['right']} requests right, {tally['away']} told that their upstream is away, {done['changes']} changes "
          f"of rules, {upstreams['b'].restarts // 2} restarts, {seconds:.0f} s")
    settled = await settles(gateway, upstreams, "b")
    drained, outlived = await drains(gateway), await outlives_a_kill(gateway, upstreams)
    for what, seen in [("obeys the last change", settled), ("drains", drained), ("outlives kill -9", outlived)]:
        print(f"{what}: {f'after {seen:.2f} s' if isinstance(seen, float) else 'yes' if seen is True else seen}")
    for what in ("lost", "misled"):
        print(f"{what}: {len(tally[what])} {tally[what][:5]}")
    return not tally["lost"] and not tally["misled"] and isinstance(settled, float) and settled < 1 \
        and drained is True and outlived is True


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--ksxd", required=True)
    parser.add_argument("--kubeconfig", help="an API server that the gateway stands in front of; else ksxd serve")
    parser.add_argument("--kubectl", default="kubectl")
    parser.add_argument("--requests", type=int, default=100_000)
    parser.add_argument("--changes", type=int, default=1_000)
    parser.add_argument("--restarts", type=int, default=50)
    parser.add_argument("--clients", type=int, default=16)
    sys.exit(0 if asyncio.run(run(parser.parse_args())) else 1)


main()
