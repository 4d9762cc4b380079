"""The site as one process of a few threads, at which the practice gateway's notices arrive."""

from __future__ import annotations

import socketserver
from concurrent.futures import ThreadPoolExecutor
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

THREADS = 4


class _Threads(socketserver.ThreadingMixIn, WSGIServer):
    """Threads that stay, as those of the real server do: each keeps its connection to the database."""

    daemon_threads = True
    pool = ThreadPoolExecutor(THREADS)

    def process_request(self, request: object, client_address: object) -> None:
        """Leaves a request to the next thread that is free."""
        self.pool.submit(self.process_request_thread, request, client_address)


class _Silent(WSGIRequestHandler):
    def log_message(self, format: str, *arguments: object) -> None:
        """What is asked for is no news here."""


def serve(port: int) -> None:
    """Serves until stopped."""
    from sosei.gateway.project.wsgi import application

    with make_server("127.0.0.1", port, application, _Threads, _Silent) as server:
        server.serve_forever()
