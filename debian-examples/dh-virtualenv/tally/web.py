"""GET / counts, POST / with a name votes."""

from flask import Flask, jsonify, request

from tally import __version__, store

app = Flask(__name__)


@app.get("/")
def index():
    return jsonify(version=__version__, votes=store.counted())


@app.post("/")
def vote():
    store.vote(request.form["name"])
    return index()
