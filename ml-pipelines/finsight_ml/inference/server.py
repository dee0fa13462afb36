"""A server of inference over HTTP with binary tensors, for the adapter `torchscript:`.

    GET    /health                  what is loaded and on what it runs
    PUT    /models/<sha256>         the file; ?name=&version=&kind=onnx|torchscript&file=<sha256 of the file>
    GET    /models/<sha256>         inputs and outputs
    DELETE /models/<sha256>         when its running batches have ended
    POST   /models/<sha256>/infer   a frame (frames.py) in, a frame out

<sha256> is the digest of the version's ONNX file. Refusals are {"error": …, "kind": "input" | "model" | "unknown" | …}."""

import hmac
import json
import os
import signal
import sys
import threading
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

from . import frames
from .holding import Holding, UnknownModel
from .running import InputFault, ModelFault, Version

LARGEST_BYTES = 4 * 2**30
# A connection that says nothing for so long is closed.
IDLE_SECONDS = 300


@dataclass(frozen=True)
class Refusal(Exception):
    status: int
    kind: str
    message: str


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = 1 << 16
    timeout = IDLE_SECONDS
    holding: Holding
    key: str

    def do_GET(self) -> None:
        self.serve("GET")

    def do_PUT(self) -> None:
        self.serve("PUT")

    def do_POST(self) -> None:
        self.serve("POST")

    def do_DELETE(self) -> None:
        self.serve("DELETE")

    def serve(self, method: str) -> None:
        try:
            body = self.body()
            self.check_key()
            status, kind, answer = 200, *self.answer(method, urlsplit(self.path), body)
        except Refusal as refusal:
            status, kind, answer = refusal.status, "application/json", refused(refusal.kind, refusal.message)
        except (InputFault, frames.FrameError) as error:
            status, kind, answer = 400, "application/json", refused("input", str(error))
        except ModelFault as error:
            status, kind, answer = 422, "application/json", refused("model", str(error))
        except UnknownModel as error:
            status, kind, answer = 404, "application/json", refused("unknown", str(error))
        except (ConnectionError, TimeoutError):
            self.close_connection = True
            return
        except Exception as error:
            status, kind, answer = 500, "application/json", refused("server", f"{type(error).__name__}: {error}"[:500])
        self.send_response(status)
        self.send_header("content-type", kind)
        self.send_header("content-length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def body(self) -> bytearray:
        text = self.headers.get("content-length") or "0"
        if not text.isdigit() or int(text) > LARGEST_BYTES:
            self.close_connection = True
            raise Refusal(413, "input", f"A request has a content-length of at most {LARGEST_BYTES} bytes, not {text}")
        body = bytearray(int(text))
        view, at = memoryview(body), 0
        while at < len(body):
            count = self.rfile.readinto(view[at:])
            if not count:
                raise ConnectionError("the request ended early")
            at += count
        return body

    def check_key(self) -> None:
        if self.key and not hmac.compare_digest(self.headers.get("authorization", ""), f"Bearer {self.key}"):
            raise Refusal(401, "key", "This server wants its key as a bearer token")

    def answer(self, method: str, url, body: bytearray) -> tuple[str, bytes]:
        match (method, url.path.strip("/").split("/")):
            case ("GET", ["health"]):
                return as_json({**self.holding.health(), "pid": os.getpid(), "torch": torch_version()})
            case ("PUT", ["models", sha256]):
                return as_json(self.holding.load(version_of(sha256, parse_qs(url.query)), bytes(body)))
            case ("GET", ["models", sha256]):
                return as_json(self.holding.describe(sha256))
            case ("DELETE", ["models", sha256]):
                self.holding.unload(sha256)
                return as_json({"unloaded": sha256})
            case ("POST", ["models", sha256, "infer"]):
                header, inputs = frames.decode(body)
                opened, outputs = self.holding.infer(sha256, inputs)
                answered = {"sha256": opened.version.sha256, "fileSha256": opened.version.file_sha256}
                named = {name: header.get(name) for name in ("name", "version")}
                return "application/octet-stream", frames.encode({**named, **answered}, outputs)
        raise Refusal(404, "route", f"{method} {url.path} is not there; GET /health is")

    def log_message(self, *_: object) -> None:
        pass


def version_of(sha256: str, query: dict[str, list[str]]) -> Version:
    missing = next((name for name in ("name", "version", "kind", "file") if not query.get(name)), None)
    if missing:
        raise Refusal(400, "input", f'PUT /models/<sha256> wants "{missing}" in its query')
    return Version(
        name=query["name"][0], version=query["version"][0], sha256=sha256, kind=query["kind"][0], file_sha256=query["file"][0]
    )


def refused(kind: str, message: str) -> bytes:
    return json.dumps({"error": message, "kind": kind}).encode()


def as_json(value: dict) -> tuple[str, bytes]:
    return "application/json", json.dumps(value, allow_nan=False).encode()


def torch_version() -> str | None:
    """None as long as nothing needed it: importing PyTorch takes seconds and hundreds of megabytes."""
    return sys.modules["torch"].__version__ if "torch" in sys.modules else None


class Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 1024

    def handle_error(self, *_: object) -> None:
        """A caller that went away is no fault of the server."""


def serve(holding: Holding, *, host: str, port: int, key: str, ends_with_stdin: bool) -> None:
    """Until SIGTERM or SIGINT, or, where a supervisor holds stdin, until that ends. One line on stdout tells the port."""
    handler = type("KeyedHandler", (Handler,), {"holding": holding, "key": key})
    server = Server((host, port), handler)
    for each in (signal.SIGTERM, signal.SIGINT):
        signal.signal(each, lambda *_: threading.Thread(target=server.shutdown).start())
    if ends_with_stdin:
        threading.Thread(target=end_with_stdin, daemon=True).start()
    print(json.dumps({"event": "server.ready", "host": host, "port": server.server_address[1]}), flush=True)
    try:
        server.serve_forever(poll_interval=0.1)
    finally:
        server.server_close()


def end_with_stdin() -> None:
    """Whoever started this server and was killed can't end it."""
    while sys.stdin.buffer.read1(4096):
        pass
    os._exit(0)
