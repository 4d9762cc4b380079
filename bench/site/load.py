"""Asks one address many times, CLIENTS requests under way at a time over kept connections; answers with the times.

Raw sockets in one event loop, so that the asking costs the two cores as little as can be.
"""

from __future__ import annotations

import asyncio
import statistics
import sys
from time import perf_counter

CLIENTS = 20


async def ask(host: str, port: int, path: str, cookie: str, times: list[float], left: list[int]) -> None:
    """One client: asks again and again until none are left.

    Raises:
        RuntimeError: an answer other than 200.
    """
    reader, writer = await asyncio.open_connection(host, port)
    head = f"GET {path} HTTP/1.1\r\nHost: localhost\r\nCookie: {cookie}\r\n\r\n".encode()
    while left[0] > 0:
        left[0] -= 1
        began = perf_counter()
        writer.write(head)
        status = await reader.readline()
        length, closing, location = 0, False, ""
        while (line := await reader.readline()) != b"\r\n":
            name, _colon, value = line.lower().partition(b":")
            length = int(value) if name == b"content-length" else length
            location = value.decode().strip() if name == b"location" else location
            closing = closing or (name == b"connection" and b"close" in value)
        await reader.readexactly(length)
        times.append(perf_counter() - began)
        if b" 200 " not in status:
            raise RuntimeError(f"{path}: {status.decode().strip()} {location}")
        if closing:
            writer.close()
            reader, writer = await asyncio.open_connection(host, port)
    writer.close()


async def load(host: str, port: int, path: str, cookie: str, requests: int) -> list[float]:
    """Times of `requests` answers in seconds."""
    times: list[float] = []
    left = [requests]
    await asyncio.gather(*(ask(host, port, path, cookie, times, left) for _ in range(CLIENTS)))
    return times


def p95(times: list[float]) -> float:
    """The time that 95 of 100 answers do not exceed."""
    return statistics.quantiles(times, n=20)[-1]


if __name__ == "__main__":
    _port, _path, _cookie, _requests = sys.argv[1:5]
    sys.stdout.write(f"{p95(asyncio.run(load('127.0.0.1', int(_port), _path, _cookie, int(_requests))))}\n")
