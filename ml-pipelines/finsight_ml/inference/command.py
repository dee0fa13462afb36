"""`python -m finsight_ml serve`: the server of `torchscript:`, beside whoever uses it or on a machine of its own."""

import argparse
import ipaddress
import os
import sys
from pathlib import Path

SMALLEST_KEY = 16


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m finsight_ml serve", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one, told on stdout")
    parser.add_argument("--lanes", type=int, default=1, help="batches computed at a time")
    parser.add_argument("--threads", type=int, default=1, help="threads that compute one batch")
    parser.add_argument("--device", default="cpu", help="cpu, cuda or cuda:<n>")
    parser.add_argument("--models", type=int, default=8, help="most versions in memory")
    parser.add_argument("--key-file", type=Path, help="a file with the key that callers send as a bearer token")
    parser.add_argument("--key-from-stdin", action="store_true", help="the key is the first line of stdin, at whose end this ends")
    given = parser.parse_args(arguments)
    for name in ("lanes", "threads", "models"):
        if getattr(given, name) < 1:
            parser.error(f"--{name} is at least 1, not {getattr(given, name)}")
    key = key_of(parser, given)
    if not key and not is_loopback(given.host):
        parser.error(f"on {given.host} others can reach it: give a key with --key-file")
    # Read when the libraries are loaded, for all threads.
    os.environ["OMP_NUM_THREADS"] = str(given.threads)
    from .holding import Holding
    from .running import Settings
    from .server import serve

    holding = Holding(Settings(threads=given.threads, device=given.device), lanes=given.lanes, most=given.models)
    try:
        serve(holding, host=given.host, port=given.port, key=key, ends_with_stdin=given.key_from_stdin)
    except OSError as error:
        print(f"Cannot listen on {given.host}:{given.port}: {error}", file=sys.stderr)
        return 5
    return 0


def key_of(parser: argparse.ArgumentParser, given: argparse.Namespace) -> str:
    if given.key_from_stdin:
        return sys.stdin.buffer.readline().decode().strip()
    if given.key_file is None:
        return ""
    try:
        key = given.key_file.read_text().strip()
    except OSError as error:
        parser.error(f"--key-file {given.key_file} cannot be read: {error}")
    if len(key) < SMALLEST_KEY:
        parser.error(f"--key-file {given.key_file}: a key has at least {SMALLEST_KEY} characters")
    return key


def is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
