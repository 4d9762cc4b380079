"""The site as one process of a few threads, at which the practice gateway's notices arrive."""

from __future__ import annotations

import socketserver
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server


class _Threads(socketserver.ThreadingMixIn, WSGIServer):
    daemon_threads = True


class _Silent(WSGIRequestHandler):
    def log_message(self, format: str, *arguments: object) -> None:
        """What is asked for is no news here."""


def serve(port: int) -> None:
    """Serves until stopped."""
    from sosei.gateway.project.wsgi import application

    with make_server("127.0.0.1", port, application, _Threads, _Silent) as server:
        server.serve_forever()
