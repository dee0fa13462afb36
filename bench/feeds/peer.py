"""CPU time of Python's feedparser on the files whose paths come as a JSON list on stdin."""

import json
import sys
import time
import warnings

import feedparser

warnings.simplefilter("ignore")
bodies = [open(path, "rb").read() for path in json.load(sys.stdin)]
best = float("inf")
for _ in range(int(sys.argv[1])):
    items = bozo = 0
    start = time.process_time()
    for body in bodies:
        parsed = feedparser.parse(body)
        items += len(parsed.entries)
        bozo += bool(parsed.bozo)
    best = min(best, time.process_time() - start)
print(json.dumps({"version": feedparser.__version__, "cpuMs": best * 1000, "items": items, "malformed": bozo}))
