"""API Gateway in this process: HTTP requests become events of a REST API, and answers become HTTP again."""

import base64
import itertools
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from functions import api
from tests.hub import Hub
from tests.request import fits, names, values

_numbers = itertools.count()


class Gateway:
    """The API over HTTP on a port of this machine, one request at a time: moto's transactions are not atomic."""

    def __init__(self, hub: Hub) -> None:
        class Handler(BaseHTTPRequestHandler):
            def _answer(self) -> None:
                length = int(self.headers.get("content-length") or 0)
                event = event_of(self.command, self.path, dict(self.headers.items()), self.rfile.read(length))
                answer = hub.answer("api", event)
                body = answer.body.encode()
                self.send_response(answer.status)
                for name, value in {**answer.headers, "Content-Length": str(len(body))}.items():
                    self.send_header(name, value)
                self.end_headers()
                if self.command != "HEAD":
                    self.wfile.write(body)

            def log_message(self, *_: Any) -> None:
                """Print nothing."""

            def __getattr__(self, name: str) -> Any:
                if name.startswith("do_"):
                    return self._answer
                raise AttributeError(name)

        self._server = HTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    def close(self) -> None:
        """Stop serving."""
        self._server.shutdown()
        self._server.server_close()


def event_of(method: str, target: str, headers: dict[str, str], body: bytes) -> dict[str, Any]:
    """Make the event of a request. The path stays as it is in the URL, the query is decoded."""
    split = urlsplit(target)
    resource = next((each for each in api.app.routes if fits(each, split.path)), "")
    query: dict[str, list[str]] = {}
    for name, value in parse_qsl(split.query, keep_blank_values=True):
        query.setdefault(name, []).append(value)
    named = dict(zip(names(resource), values(resource, split.path), strict=True)) if resource else {}
    context = {"resourcePath": resource, "httpMethod": method, "path": split.path, "requestId": f"r{next(_numbers)}"}
    return {
        "resource": resource,
        "path": split.path,
        "httpMethod": method,
        "headers": headers,
        "multiValueHeaders": {name: [value] for name, value in headers.items()},
        "multiValueQueryStringParameters": query or None,
        "pathParameters": named or None,
        "stageVariables": None,
        "requestContext": {**context, "identity": {"sourceIp": "127.0.0.1"}},
        "body": base64.b64encode(body).decode(),
        "isBase64Encoded": True,
    }
