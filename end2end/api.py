"""Asks what the API's own description allows and much that it does not, and fails on any 5xx
and on any answer that is not described there.

    python end2end/api.py PROGRAM SCHEMATHESIS [SECONDS [SEED]]

The seed stays the same, so that nobody fails a check with a change that has nothing to do with
it. To look for more, give it longer and another one.
"""

import json
import os
import subprocess
import sys
import tempfile
import urllib.request

# Limits would answer most of it with 429.
UNLIMITED = ["--message-rate", "0", "--address-joins", "0", "--address-messages", "0", "--read-rate", "0"]

# What a name, a room or a text may be is more than a schema can say: data that is good by the
# schema may still be refused. And what one of the workers has just said, another may delete.
NOT_CHECKED = "positive_data_acceptance,ensure_resource_availability"


# Python before 3.12 may fail to parse its own sources in two threads at once (CPython issue
# 106905), which the tool does now and then. So one thread goes on until it waits for something.
PATIENT = "import sys; sys.setswitchinterval(100); from schemathesis.cli import schemathesis; schemathesis()"


def post(url, body, token=None):
    headers = {"Content-Type": "application/json"}
    if token:
        headers["Authorization"] = f"Bearer {token}"
    request = urllib.request.Request(url, json.dumps(body).encode(), headers)
    with urllib.request.urlopen(request, timeout=10) as answer:
        return json.load(answer)


def check(url, folder, schemathesis, seconds, seed):
    # The room of the description's examples, with something in it.
    room = f"{url}/api/v1/rooms/study-room"
    token = post(f"{room}/join", {"username": "Clock"})["token"]
    post(f"{room}/messages", {"text": "It is nine."}, token)
    python = os.path.join(os.path.dirname(os.path.abspath(schemathesis)), "python")
    return subprocess.run([
        python, "-c", PATIENT, "run", f"{url}/api/openapi.json",
        "--header", f"Authorization: Bearer {token}",
        "--exclude-checks", NOT_CHECKED,
        "--max-time", seconds,
        "--seed", seed,
        # Longer than a long poll.
        "--request-timeout", "70",
        "--workers", "4",
        "--continue-on-failure",
    ], cwd=folder, check=False).returncode


def main(program, schemathesis, seconds="30", seed="1"):
    with tempfile.TemporaryDirectory() as folder:
        server = subprocess.Popen(
            [os.path.abspath(program), "--addr", "127.0.0.1:0", "--database", f"sqlite:{folder}/api.db",
             "--locale", "en", "--log", "warn", *UNLIMITED],
            stdout=subprocess.PIPE, text=True)
        try:
            url = server.stdout.readline().split()[-1]
            failed = check(url, folder, schemathesis, seconds, seed)
            if server.poll() is not None:
                sys.exit("the server did not survive it")
        finally:
            server.terminate()
            stopped = server.wait(timeout=20)
    sys.exit(failed or stopped)


main(*sys.argv[1:])
