#!/usr/bin/env python3
"""A stand-in for KubeSphere's gateway (ks-apiserver), for the end-to-end tests.

It logs people in with a password (OAuth, with short-lived tokens that are refreshed once each), passes /api and /apis
on to a resource API on a unix socket, and answers in the gateway's own forms: refusals wrapped as ErrStatus, plain
text where go-restful writes it, totals where Kubernetes has a token to go on with.

  gateway.py --backend SOCKET --port-file FILE [--port N] [--lifetime SECONDS] [--user NAME] [--password-file FILE]
             [--log FILE] [--open] [--cut before|after]

--open is the bare resource API instead: /api and /apis without a login, and the gateway itself below the path of a
service proxy, as an API server has it. --cut makes every write lose its answer: `before` it is passed on, or `after`.
The control file CONTROL (beside the port file, with .control at its end) can change --cut while it runs.
"""

import argparse
import base64
import http.client
import http.server
import json
import os
import secrets
import socket
import socketserver
import threading
import time
import urllib.parse

PROXY = "/api/v1/namespaces/kubesphere-system/services/http:ks-apiserver:80/proxy"
MEMBERS = {"host": True, "member": True, "asleep": False}


class Tokens:
    """Who is logged in. A refresh token serves once."""

    def __init__(self, lifetime):
        self.lifetime = lifetime
        self.lock = threading.Lock()
        self.access = {}
        self.refresh = {}

    def issue(self, user):
        access, refresh = "eyJ." + secrets.token_hex(24), "eyR." + secrets.token_hex(24)
        with self.lock:
            self.access[access] = time.time() + self.lifetime
            self.refresh[refresh] = (user, access)
        return {
            "access_token": access, "token_type": "Bearer", "refresh_token": refresh, "expires_in": self.lifetime,
        }

    def renew(self, refresh):
        with self.lock:
            user, _ = self.refresh.pop(refresh, (None, None))
        return self.issue(user) if user else None

    def is_good(self, access):
        with self.lock:
            return self.access.get(access, 0) > time.time()

    def revoke(self, access):
        with self.lock:
            self.access.pop(access, None)
            self.refresh = {key: value for key, value in self.refresh.items() if value[1] != access}


class Backend(http.client.HTTPConnection):
    def __init__(self, path):
        super().__init__("localhost", timeout=600)
        self.path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.connect(self.path)


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    options = None
    tokens = None

    def log_message(self, *_):
        pass

    def note(self, status):
        if self.options.log:
            with open(self.options.log, "a") as file:
                # Never a header or a body: this file is searched for secrets as well.
                file.write(f"{self.command} {self.path} {status}\n")

    def answer(self, status, body, kind="application/json"):
        body = body if isinstance(body, bytes) else body.encode()
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
        self.note(status)

    def status(self, code, reason, message, wrapped=False):
        value = {"metadata": {}, "status": "Failure", "message": message, "reason": reason, "code": code}
        if wrapped:
            return self.answer(code, json.dumps({"ErrStatus": value}))
        return self.answer(code, json.dumps({"kind": "Status", "apiVersion": "v1", **value}))

    def text(self, status, text):
        self.answer(status, text + "\n", "text/plain; charset=utf-8")

    def handle_any(self):
        length = int(self.headers.get("Content-Length") or 0)
        self.body = self.rfile.read(length) if length else b""
        path = self.path
        if self.options.open:
            if not path.startswith(PROXY):
                return self.forward(path)
            # The API server keeps the Authorization field for itself: behind it there is no user.
            return self.gateway(path[len(PROXY):], is_behind=True)
        return self.gateway(path)

    do_GET = do_POST = do_PATCH = do_PUT = do_DELETE = handle_any

    def gateway(self, path, is_behind=False):
        bare = path.split("?")[0]
        if bare == "/oauth/token":
            return self.log_in()
        if bare in ("/version", "/kapis/version"):
            return self.forward("/version")
        token = (self.headers.get("Authorization") or "").removeprefix("Bearer ")
        if not is_behind and not self.tokens.is_good(token):
            return self.status(401, "Unauthorized", "token contains an invalid number of segments")
        if bare == "/oauth/logout":
            self.tokens.revoke(token)
            return self.answer(200, "")
        if path.startswith("/clusters/"):
            name, _, rest = path[len("/clusters/"):].partition("/")
            if name not in MEMBERS:
                return self.status(400, "BadRequest", f"cluster {name} not exists", wrapped=True)
            if not MEMBERS[name]:
                return self.status(503, "ServiceUnavailable", f"cluster {name} is not ready", wrapped=True)
            if self.control() == "511":
                return self.text(511, "Unauthorized")
            path = "/" + rest
            bare = path.split("?")[0]
        if bare.startswith("/kapis/package.kubesphere.io/v1alpha1/extensionversions/"):
            return self.files(bare.split("/")[5])
        if bare == "/kapis/kubesphere.io/v1alpha1/extensions":
            return self.search(urllib.parse.parse_qs(path.partition("?")[2]))
        if bare.startswith("/api/") or bare.startswith("/apis/"):
            return self.forward(path)
        return self.text(404, "404: Page Not Found")

    def log_in(self):
        form = {key: values[0] for key, values in urllib.parse.parse_qs(self.body.decode()).items()}
        if form.get("client_id") != "kubesphere" or form.get("client_secret") != "kubesphere":
            return self.answer(401, json.dumps({"error": "invalid_client"}))
        refused = {"error": "invalid_grant", "error_description": "Invalid username or password."}
        if form.get("grant_type") == "password":
            with open(self.options.password_file) as file:
                password = file.read().strip()
            if form.get("username") != self.options.user or form.get("password") != password:
                return self.answer(400, json.dumps(refused))
            return self.answer(200, json.dumps(self.tokens.issue(self.options.user)))
        if form.get("grant_type") == "refresh_token":
            token = self.tokens.renew(form.get("refresh_token", ""))
            return self.answer(200, json.dumps(token)) if token else self.answer(400, json.dumps(refused))
        return self.answer(400, json.dumps({"error": "unsupported_grant_type"}))

    def control(self):
        try:
            with open(self.options.port_file + ".control") as file:
                return file.read().strip()
        except OSError:
            return self.options.cut

    def forward(self, path):
        is_write = self.command != "GET"
        if is_write and self.control() == "before":
            return self.cut()
        backend = Backend(self.options.backend)
        kept = {key: value for key, value in self.headers.items()
                if key.lower() in ("accept", "content-type")}
        try:
            backend.request(self.command, path, self.body or None, kept)
            response = backend.getresponse()
        except OSError as error:
            return self.status(503, "ServiceUnavailable", f"the API server cannot be reached: {error.strerror}")
        if is_write and self.control() == "after":
            response.read()
            return self.cut()
        self.send_response(response.status)
        for key, value in response.getheaders():
            if key.lower() not in ("transfer-encoding", "content-length", "connection", "date", "server"):
                self.send_header(key, value)
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        self.note(response.status)
        try:
            while chunk := response.read1(65536):
                self.wfile.write(b"%x\r\n%b\r\n" % (len(chunk), chunk))
                self.wfile.flush()
            self.wfile.write(b"0\r\n\r\n")
        except OSError:
            self.close_connection = True
        finally:
            backend.close()

    def cut(self):
        self.note("cut")
        self.close_connection = True
        self.connection.shutdown(socket.SHUT_RDWR)

    def ask(self, path):
        backend = Backend(self.options.backend)
        backend.request("GET", path)
        response = backend.getresponse()
        return response.status, json.loads(response.read())

    def files(self, version):
        status, object = self.ask(f"/apis/kubesphere.io/v1alpha1/extensionversions/{version}")
        if status != 200:
            return self.text(500, f'extensionversions.kubesphere.io "{version}" not found')
        spec = object["spec"]
        readme = f"# {version}\n\nThis is the package of {version} as the gateway has it.\n"
        chart = f"name: {version}\nversion: {spec.get('version', '')}\n"
        files = {"Chart.yaml": chart, "README.md": readme, "values.yaml": "replicas: 1\n"}
        self.answer(200, json.dumps(
            [{"Name": name, "Data": base64.b64encode(text.encode()).decode()} for name, text in files.items()]))

    def search(self, query):
        if query.get("watch") == ["true"]:
            return self.text(400, "not supported verb")
        _, found = self.ask("/apis/kubesphere.io/v1alpha1/extensions")
        word = (query.get("q") or [""])[0].lower()
        items = [item for item in found["items"]
                 if any(word in str(name).lower() for name in names(item["spec"].get("displayName")))]
        items.sort(key=lambda item: item["metadata"]["name"])
        limit, page = int((query.get("limit") or ["-1"])[0]), int((query.get("page") or ["1"])[0])
        shown = items if limit < 0 else items[(page - 1) * limit:page * limit]
        rest = 0 if limit < 0 else max(0, len(items) - page * limit)
        self.answer(200, json.dumps(
            {"metadata": {"continue": str(len(items)), "remainingItemCount": rest}, "items": shown}))


def names(value):
    return value.values() if isinstance(value, dict) else [value]


class Server(socketserver.ThreadingMixIn, http.server.HTTPServer):
    daemon_threads = True
    allow_reuse_address = True


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--backend", required=True)
    parser.add_argument("--port-file", required=True)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--lifetime", type=int, default=7200)
    parser.add_argument("--user", default="ada")
    parser.add_argument("--password-file")
    parser.add_argument("--log")
    parser.add_argument("--open", action="store_true")
    parser.add_argument("--cut", default="")
    Handler.options = parser.parse_args()
    Handler.tokens = Tokens(Handler.options.lifetime)
    server = Server(("127.0.0.1", Handler.options.port), Handler)
    with open(Handler.options.port_file + ".new", "w") as file:
        file.write(str(server.server_address[1]))
    os.rename(Handler.options.port_file + ".new", Handler.options.port_file)
    server.serve_forever()


main()
