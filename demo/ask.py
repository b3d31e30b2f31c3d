"""Asks an address until it answers, at most 30 seconds, and checks that the answer is of the expected version."""

import json
import sys
import time
import urllib.request

url, version = sys.argv[1:]
opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
deadline = time.monotonic() + 30
while True:
    try:
        with opener.open(url, timeout=5) as answer:
            body = json.load(answer)
            print(f"   GET {url} -> HTTP {answer.status} {body}")
            break
    except OSError as error:
        if time.monotonic() > deadline:
            sys.exit(f"no answer from {url}: {error}")
        time.sleep(0.2)
if body["version"] != version:
    sys.exit(f"expected version {version}")
