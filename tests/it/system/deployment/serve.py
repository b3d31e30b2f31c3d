"""Answers with its version; imports modules and reads templates only when asked."""

import importlib
import pathlib

from flask import Flask, render_template

HERE = pathlib.Path(__file__).parent
VERSION = (HERE / "version.txt").read_text()
app = Flask(__name__)


@app.get("/health")
def health():
    text = (HERE / "health.txt").read_text()
    return text, 200 if text == "well" else 503


@app.get("/<int:number>")
def late(number):
    module = importlib.import_module("shop.late.m%d" % number)
    # The version of the files on disk: a process of one release must never see another's.
    if (HERE / "version.txt").read_text() != VERSION:
        return "mixed", 500
    return render_template("t%d.html" % module.NUMBER, version=VERSION)
