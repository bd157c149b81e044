"""A hostile server: repeats the headers and the body it is sent, in every form an error can have.

Prints its port. For the end-to-end tests of secrets.
"""

import base64
import http.server
import json
import threading


class Parrot(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    count = 0
    lock = threading.Lock()

    def answer(self):
        length = int(self.headers.get("Content-Length") or 0)
        heard = [f"{value} {decoded(value)}" for name, value in self.headers.items() if "uthorization" in name]
        text = " ".join(heard) + self.rfile.read(length).decode(errors="replace")
        status = {"kind": "Status", "message": text, "reason": text, "code": 403, "details": {"name": text}}
        forms = [
            (403, json.dumps(status), "application/json"),
            (500, text, "text/plain"),
            (502, f"<html><body>{text}</body></html>", "text/html"),
            (200, text, "application/json"),
            (302, text, "text/plain"),
        ]
        with self.lock:
            Parrot.count += 1
            code, body, kind = forms[Parrot.count % len(forms)]
        self.send_response(code)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body.encode())))
        self.send_header("Warning", f'299 - "{text}"')
        self.send_header("Location", f"http://127.0.0.1:9/{text.replace(' ', '')}")
        self.end_headers()
        self.wfile.write(body.encode())

    do_GET = do_POST = do_PATCH = do_DELETE = answer

    def log_message(self, *arguments):
        pass


def decoded(value):
    try:
        return base64.b64decode(value.split(" ")[-1], validate=True).decode()
    except ValueError:
        return ""


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Parrot)
print(server.server_port, flush=True)
server.serve_forever()
