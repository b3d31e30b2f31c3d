"""The web application: /health for machines, / for people."""

import os

from flask import Flask, jsonify

from orders import __version__

app = Flask(__name__)


@app.get("/")
def index():
    return jsonify(app="orders", version=__version__, greeting=os.environ.get("ORDERS_GREETING", "hello"))


@app.get("/health")
def health():
    return "ok\n"
