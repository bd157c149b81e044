"""Answers and a kubeconfig of a hundred megabytes and more: `giant.py KSX FOLDER`.

Each must be refused in a line, with status 1, in bounded memory and time; what is not is printed, and makes the
status 1.
"""

import http.server
import json
import os
import resource
import subprocess
import sys
import threading

MEGABYTE = 1_000_000
# A release build stays under 150 MB with items of up to 64 MB.
MOST_MEGABYTES = 400
MOST_SECONDS = 120
HEAD = b'{"kind":"ExtensionList","apiVersion":"kubesphere.io/v1alpha1","metadata":{"resourceVersion":"1"},"items":['


def long_label():
    yield HEAD + b'{"metadata":{"name":"a","labels":{"x":"'
    yield from (b"y" * MEGABYTE for _ in range(100))
    yield b'"}}}]}'


def skipped_icon():
    yield HEAD + b'{"metadata":{"name":"a"},"spec":{"icon":"'
    yield from (b"y" * MEGABYTE for _ in range(100))
    yield b'"}}]}'


def depth():
    yield from (b"[" * MEGABYTE for _ in range(200))


def blanks_and_no_end():
    yield HEAD
    yield from (b" " * MEGABYTE for _ in range(500))


FORMS = [long_label, skipped_icon, depth, blanks_and_no_end]


class Giant(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    form = None

    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Connection", "close")
        self.end_headers()
        self.close_connection = True
        try:
            for part in Giant.form():
                self.wfile.write(part)
        except OSError:
            pass

    def log_message(self, *arguments):
        pass


def measured(command):
    """Status, standard error and peak resident megabytes of a command, taken in a child of its own."""
    reader, writer = os.pipe()
    if (child := os.fork()) == 0:
        try:
            run = subprocess.run(command, capture_output=True, stdin=subprocess.DEVNULL, timeout=MOST_SECONDS)
            status, said = run.returncode, run.stderr.decode(errors="replace")
        except subprocess.TimeoutExpired:
            status, said = "none in time", ""
        peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
        os.write(writer, json.dumps([status, said[:4000], peak]).encode())
        os._exit(0)
    os.close(writer)
    with os.fdopen(reader) as pipe:
        result = json.load(pipe)
    os.waitpid(child, 0)
    return result


def problem(name, command):
    status, said, peak = measured(command)
    if status == 1 and peak <= MOST_MEGABYTES and said.count("\n") == 1 and len(said) < 1000:
        return None
    return f"{name}: status {status}, {peak:.0f} MB, said {said[:300]!r}"


def main():
    ksx, folder = sys.argv[1:]
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Giant)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    problems = []
    for Giant.form in FORMS:
        address = f"http://127.0.0.1:{server.server_port}"
        command = [ksx, "--server", address, "--dialect", "installplan", "list"]
        problems.append(problem(Giant.form.__name__, command))
    kubeconfig = f"{folder}/giant"
    with open(kubeconfig, "wb") as file:
        file.write(b'apiVersion: v1\nkind: Config\ncurrent-context: "')
        for _ in range(100):
            file.write(b"x" * MEGABYTE)
        file.write(b'"\n')
    problems.append(problem("kubeconfig", [ksx, "--kubeconfig", kubeconfig, "list"]))
    problems = [found for found in problems if found]
    for found in problems:
        print(found)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
