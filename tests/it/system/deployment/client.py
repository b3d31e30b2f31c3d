"""Asks services over and over, and says at the end what it saw of each; `--once PORT` asks for the version once."""

import http.client
import os
import signal
import sys
import threading
import time

LATE = 150
stopped = threading.Event()


def ask(port, path):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        return answer.status, answer.read().decode()
    finally:
        connection.close()


def once(port):
    deadline = time.monotonic() + 20
    while True:
        try:
            status, body = ask(port, "/0")
            print(body.split()[0] if status == 200 else "status %d: %s" % (status, body))
            return
        except OSError as error:
            if time.monotonic() > deadline:
                sys.exit(str(error))
            time.sleep(0.2)


def watch(port, name, verdicts):
    """Counts answers, errors, gaps without an answer, and moments at which `current` led nowhere whole."""
    answers = errors = gaps = dangling = 0
    versions, in_gap = [], False
    number = 0
    while not stopped.is_set():
        number = (number + 1) % LATE
        dangling += not os.path.exists("/opt/%s/current/shop/late/m%d.py" % (name, LATE - 1))
        try:
            status, body = ask(port, "/%d" % number)
        except (OSError, http.client.HTTPException):
            gaps += not in_gap
            in_gap = True
            time.sleep(0.02)
            continue
        in_gap = False
        answers += 1
        if status != 200:
            errors += 1
        elif body.split()[0] not in versions:
            versions.append(body.split()[0])
        time.sleep(0.005)
    verdicts[port] = "%s answers=%d errors=%d dangling=%d gaps=%d versions=%s" % (
        name, answers, errors, dangling, gaps, ",".join(versions))


def main():
    if sys.argv[1] == "--once":
        return once(int(sys.argv[2]))
    signal.signal(signal.SIGTERM, lambda *_: stopped.set())
    names = {8000: "shop", 8001: "depot", 8002: "till"}
    verdicts = {}
    threads = [threading.Thread(target=watch, args=(int(port), names[int(port)], verdicts)) for port in sys.argv[1:]]
    for thread in threads:
        thread.start()
    stopped.wait(240)
    stopped.set()
    for thread in threads:
        thread.join()
    print("\n".join(verdicts[port] for port in sorted(verdicts)))


main()
