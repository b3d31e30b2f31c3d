"""Makes a container that everybody may read: `container.py PORT NAME`, with the account in the environment.

The request is signed with the account's key ("Authorize with Shared Key" of the Storage Services REST API).
"""

import base64
import email.utils
import hashlib
import hmac
import http.client
import os
import sys

port, name = sys.argv[1:]
account = os.environ["AZURE_STORAGE_ACCOUNT_NAME"]
key = base64.b64decode(os.environ["AZURE_STORAGE_ACCOUNT_KEY"])
headers = {
    "x-ms-blob-public-access": "container",
    "x-ms-date": email.utils.formatdate(usegmt=True),
    "x-ms-version": "2020-10-02",
}
lines = [f"{field}:{value}" for field, value in sorted(headers.items())]
# The account is in the path of an emulator, and in front of every path.
text = "\n".join(["PUT", *[""] * 11, *lines, f"/{account}/{account}/{name}", "restype:container"])
signature = base64.b64encode(hmac.new(key, text.encode(), hashlib.sha256).digest()).decode()
headers["Authorization"] = f"SharedKey {account}:{signature}"
connection = http.client.HTTPConnection("127.0.0.1", int(port))
connection.request("PUT", f"/{account}/{name}?restype=container", headers={**headers, "Content-Length": "0"})
answer = connection.getresponse()
if answer.status != 201:
    sys.exit(f"error: the container was not made: {answer.status} {answer.read().decode()}")
