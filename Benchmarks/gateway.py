#!/usr/bin/env python3
"""Measures ksxd's gateway beside nginx, haproxy and caddy: the same upstream, the same core, turn by turn in one run.

A row is the time that one request takes of a core that is busy with nothing else, so less is better; ratios of one run can
be compared, times of two runs cannot. The upstream and the load have a core of their own.
"""
import argparse
import json
import os
import re
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

from bench import Table
from server import resident

PROXY_CORE, LOAD_CORE = "0", "1"
RIVALS = ["nginx", "haproxy", "caddy"]


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def wait_for(port, process):
    deadline = time.monotonic() + 20
    while True:
        try:
            return socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            if time.monotonic() > deadline or process.poll() is not None:
                raise RuntimeError(f"nothing listens on {port}")
            time.sleep(0.05)


class Proxy:
    """A program that passes requests on, on a core of its own."""

    def __init__(self, name, folder):
        self.name, self.folder = name, Path(folder)
        self.plain, self.tls = free_port(), free_port()
        self.header, self.process = None, None
        self.path = {"1 kB": "/1k", "10 MB": "/10m", "APIService": "/1k"}

    def start(self, command, core=PROXY_CORE):
        log = open(self.folder / f"{self.name}.log", "ab")
        self.process = subprocess.Popen(
            ["taskset", "-c", core, *command], stdout=log, stderr=log, env=dict(os.environ, HOME=str(self.folder)))
        wait_for(self.plain, self.process)

    def processes(self):
        """Its process and those it has made."""
        found = [self.process.pid]
        for entry in Path("/proc").iterdir():
            if entry.name.isdigit():
                try:
                    if int((entry / "stat").read_text().rsplit(")", 1)[1].split()[1]) == self.process.pid:
                        found.append(int(entry.name))
                except (OSError, IndexError):
                    pass
        return found

    def cpu(self):
        """Seconds of processor time it has taken."""
        ticks = 0
        for process in self.processes():
            fields = Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()
            ticks += int(fields[11]) + int(fields[12])
        return ticks / os.sysconf("SC_CLK_TCK")

    def memory(self):
        return sum(resident(process) for process in self.processes())

    def stop(self):
        if self.process:
            self.process.send_signal(signal.SIGTERM)
            self.process.wait()


def start_upstream(folder):
    upstream = Proxy("upstream", folder)
    (folder / "1k").write_bytes(os.urandom(512).hex().encode())
    (folder / "10m").write_bytes(os.urandom(10 << 20))
    (folder / "upstream.conf").write_text(f"""
daemon off; master_process off; pid {folder}/upstream.pid; error_log stderr crit;
events {{ worker_connections 4096; }}
http {{ access_log off; keepalive_requests 1000000000; sendfile on; client_body_temp_path {folder}/u;
  server {{ listen 127.0.0.1:{upstream.plain}; root {folder};
    location ~ /1k$ {{ try_files /1k =404; }} location ~ /10m$ {{ try_files /10m =404; }} }} }}
""")
    upstream.start(["nginx", "-p", str(folder), "-c", "upstream.conf"], LOAD_CORE)
    return upstream


def start_nginx(folder, upstream):
    proxy = Proxy("nginx", folder)
    (folder / "nginx.conf").write_text(f"""
daemon off; worker_processes 1; pid {folder}/nginx.pid; error_log stderr crit;
events {{ worker_connections 8192; }}
http {{ access_log off; keepalive_requests 1000000000; client_body_temp_path {folder}/b; proxy_temp_path {folder}/p;
  upstream up {{ server 127.0.0.1:{upstream}; keepalive 512; keepalive_requests 1000000000; }}
  server {{ listen 127.0.0.1:{proxy.plain} backlog=1024; listen 127.0.0.1:{proxy.tls} ssl http2;
    ssl_certificate {folder}/cert.pem; ssl_certificate_key {folder}/key.pem; http2_max_requests 1000000000;
    location / {{ proxy_pass http://up; proxy_http_version 1.1; proxy_set_header Connection "";
      proxy_set_header X-Forwarded-For $remote_addr; proxy_buffers 16 64k; proxy_buffer_size 64k; }} }} }}
""")
    proxy.start(["nginx", "-p", str(folder), "-c", "nginx.conf"])
    return proxy


def start_haproxy(folder, upstream):
    proxy = Proxy("haproxy", folder)
    (folder / "both.pem").write_bytes((folder / "cert.pem").read_bytes() + (folder / "key.pem").read_bytes())
    (folder / "haproxy.cfg").write_text(f"""
global
  nbthread 1
  maxconn 8192
defaults
  mode http
  timeout connect 5s
  timeout client 60s
  timeout server 60s
  option forwardfor
  http-reuse always
frontend front
  bind 127.0.0.1:{proxy.plain}
  bind 127.0.0.1:{proxy.tls} ssl crt {folder}/both.pem alpn h2,http/1.1
  default_backend back
backend back
  server up 127.0.0.1:{upstream} pool-max-conn 512
""")
    proxy.start(["haproxy", "-db", "-f", str(folder / "haproxy.cfg")])
    return proxy


def start_caddy(folder, upstream):
    proxy = Proxy("caddy", folder)
    (folder / "Caddyfile").write_text(f"""
{{
  admin off
  auto_https off
}}
http://127.0.0.1:{proxy.plain} {{
  reverse_proxy 127.0.0.1:{upstream}
}}
https://127.0.0.1:{proxy.tls} {{
  tls {folder}/cert.pem {folder}/key.pem
  reverse_proxy 127.0.0.1:{upstream}
}}
""")
    proxy.start(["caddy", "run", "--config", str(folder / "Caddyfile"), "--adapter", "caddyfile"])
    return proxy


def start_ksxd(program, folder, upstream, with_tls):
    """ksxd serve as a backend for several people: every request has a token, and is allowed by a policy."""
    name = "ksxd-tls" if with_tls else "ksxd"
    proxy = Proxy(name, folder)
    port = proxy.tls if with_tls else proxy.plain
    proxy.plain = port
    token = os.urandom(16).hex()
    # A file of its own: ksxd reads it again when it changes.
    tokens = folder / f"{name}-tokens"
    tokens.write_text(f"{token},ada,1\n{token}0,root,0,system:masters\n")
    tokens.chmod(0o600)
    kind = {"apiVersion": "abac.authorization.kubernetes.io/v1beta1", "kind": "Policy"}
    policies = [{"nonResourcePath": "/proxy/*"}, {"apiGroup": "*", "resource": "*", "namespace": "*"}]
    (folder / "policies").write_text("".join(json.dumps(kind | {"spec": {"user": "ada"} | p}) + "\n" for p in policies))
    options = ["--tls-cert", folder / "cert.pem", "--tls-key", folder / "key.pem"] if with_tls else []
    proxy.start([
        program, "serve", "--socket", folder / f"{name}.sock", "--data", folder / f"{name}-data", "--listen", f"127.0.0.1:{port}",
        "--token-auth-file", tokens, "--authorization-policy-file", folder / "policies", *options])
    proxy.socket = folder / f"{name}.sock"
    proxy.header = f"Authorization: Bearer {token}"
    proxy.path = {
        "1 kB": "/proxy/bench/1k", "10 MB": "/proxy/bench/10m", "APIService": "/kapis/bench.example.com/v1/things/1k"}
    group = "extensions.kubesphere.io/v1alpha1"
    status, url = {"state": "Available"}, f"http://127.0.0.1:{upstream}"
    create(proxy, f"/apis/{group}/reverseproxies", {
        "apiVersion": group, "kind": "ReverseProxy", "metadata": {"name": "bench"}, "status": status, "spec": {
            "matcher": {"path": "/proxy/bench/*", "method": "*"}, "upstream": {"url": url},
            "directives": {"stripPathPrefix": "/proxy/bench"}}})
    create(proxy, f"/apis/{group}/apiservices", {
        "apiVersion": group, "kind": "APIService", "metadata": {"name": "v1.bench.example.com"}, "status": status,
        "spec": {"group": "bench.example.com", "version": "v1", "url": url}})
    time.sleep(3)
    return proxy


def create(proxy, path, body):
    subprocess.run(
        ["curl", "-sf", "--retry", "20", "--retry-all-errors", "--retry-delay", "1", "--unix-socket", proxy.socket,
         "-H", "Content-Type: application/json", "-d", json.dumps(body), f"http://ksxd{path}"],
        check=True, stdout=subprocess.DEVNULL)


class Load:
    """What one run of a load generator has found."""

    def __init__(self, proxy, path, connections, seconds, tls=False, streams=None):
        scheme, port = ("https", proxy.tls) if tls else ("http", proxy.plain)
        url = f"{scheme}://127.0.0.1:{port}{path}"
        header = ["-H", proxy.header] if proxy.header else []
        if streams:
            command = ["h2load", f"-c{connections}", f"-m{streams}", "-t1", f"-D{seconds}", "--warm-up-time=1", *header, url]
        else:
            command = ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--latency", *header, url]
        before = proxy.cpu()
        out = subprocess.run(["taskset", "-c", LOAD_CORE, *command], capture_output=True, text=True, check=True).stdout
        spent = proxy.cpu() - before
        self.rate = float(re.search(r"([\d.]+) req/s" if streams else r"Requests/sec:\s+([\d.]+)", out)[1])
        wrong = re.search(r"Non-2xx or 3xx responses: (\d+)", out) or re.search(r" ([1-9]\d*) 5xx", out)
        if wrong or self.rate == 0:
            raise RuntimeError(f"{proxy.name}: {path}: {out}")
        self.cpu = spent / (self.rate * seconds) * 1e6
        late = re.search(r"99%\s+([\d.]+)(us|ms|s)", out)
        self.p99 = float(late[1]) * {"us": 1e-3, "ms": 1, "s": 1e3}[late[2]] if late else None


def compare(table, what, ours, rivals, options, run, budgets):
    """One row for each rival: microseconds of one request, ours and theirs."""
    found = {proxy.name: [] for proxy in [ours, *rivals]}
    for _ in range(options.turns):
        for proxy in [ours, *rivals]:
            found[proxy.name].append(run(proxy))
    def middle(proxy, value):
        return statistics.median(getattr(load, value) for load in found[proxy.name])
    for rival in rivals:
        table.add(f"{what} ({rival.name})", 1e6 / middle(ours, "rate"), 1e6 / middle(rival, "rate"), " us", budgets.get(rival.name))
        table.add(f"  CPU of it ({rival.name})", middle(ours, "cpu"), middle(rival, "cpu"), " us")
        if found[ours.name][0].p99 and rival.name == "haproxy" and "10 MB" not in what:
            table.add(f"  p99 ({rival.name})", middle(ours, "p99"), middle(rival, "p99"), " ms", 1.5)


def idle_watches(table, proxy, count):
    before, sockets = proxy.memory(), []
    for _ in range(count):
        connection = socket.create_connection(("127.0.0.1", proxy.plain))
        connection.sendall(
            f"GET /apis/kubesphere.io/v1alpha1/extensions?watch=true HTTP/1.1\r\nHost: x\r\n{proxy.header}\r\n\r\n".encode())
        sockets.append(connection)
    for connection in sockets:
        connection.recv(65_536)
    time.sleep(1)
    table.add(f"an idle watch, of {count}", (proxy.memory() - before) * 1024 / count, unit=" kB", budget=20)
    for connection in sockets:
        connection.close()


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--ksxd", required=True)
    parser.add_argument("--turns", type=int, default=3)
    parser.add_argument("--seconds", type=int, default=3)
    parser.add_argument("--only", default="", help="rows whose names begin so")
    parser.add_argument("--rivals", default=",".join(RIVALS))
    options = parser.parse_args()
    table, proxies = Table(), []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2", "-subj",
             "/CN=bench", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", folder / "key.pem", "-out", folder / "cert.pem"],
            check=True, stderr=subprocess.DEVNULL)
        try:
            upstream = start_upstream(folder)
            proxies.append(upstream)
            program = os.path.abspath(options.ksxd)
            ours = start_ksxd(program, folder, upstream.plain, False)
            ours_tls = start_ksxd(program, folder, upstream.plain, True)
            starts = {"nginx": start_nginx, "haproxy": start_haproxy, "caddy": start_caddy}
            rivals = [starts[name](folder, upstream.plain) for name in options.rivals.split(",") if name]
            proxies += [ours, ours_tls, *rivals]
            rows(table, ours, ours_tls, rivals, options)
            for rival in rivals:
                table.add(f"memory ({rival.name})", ours.memory(), rival.memory(), " MB")
            if not options.only:
                idle_watches(table, ours, 2_000)
        finally:
            for proxy in proxies:
                proxy.stop()
    table.show()
    return 1 if any(row[6] == "OVER" for row in table.rows) else 0


def rows(table, ours, ours_tls, rivals, options):
    plain = {"nginx": 1 / 0.8, "haproxy": 1 / 0.8, "caddy": 1 / 2}
    tls = {"nginx": 1 / 0.75}
    http2 = {"nginx": 1 / 0.6}
    whole = {"nginx": 1.0}
    wanted = [
        (f"1 kB, {count} connections", ours, plain, lambda p, c=count: Load(p, p.path["1 kB"], c, options.seconds)) for count in (16, 256)]
    wanted += [("APIService, 16 connections", ours, plain, lambda p: Load(p, p.path["APIService"], 16, options.seconds))]
    wanted += [
        (f"1 kB over TLS, {count} connections", ours_tls, tls, lambda p, c=count: Load(p, p.path["1 kB"], c, options.seconds, tls=True))
        for count in (16, 256)]
    wanted += [
        ("HTTP/2, 16 connections of 8 streams", ours_tls, http2, lambda p: Load(p, p.path["1 kB"], 16, options.seconds, tls=True, streams=8))]
    wanted += [("10 MB, 4 connections", ours, whole, lambda p: Load(p, p.path["10 MB"], 4, options.seconds))]
    for what, proxy, budgets, run in wanted:
        if what.startswith(options.only):
            compare(table, what, proxy, rivals, options, run, budgets)


if __name__ == "__main__":
    sys.exit(main())
