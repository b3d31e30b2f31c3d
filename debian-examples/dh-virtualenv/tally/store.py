"""The votes, in the database that TALLY_DATABASE names."""

import os
import sqlite3
from contextlib import closing


def _connect():
    return sqlite3.connect(os.environ.get("TALLY_DATABASE", "/var/lib/tally/tally.db"))


def prepare():
    """Makes the table, where it is missing."""
    with closing(_connect()) as connection, connection:
        connection.execute("CREATE TABLE IF NOT EXISTS vote (name TEXT NOT NULL)")


def vote(name):
    with closing(_connect()) as connection, connection:
        connection.execute("INSERT INTO vote VALUES (?)", (name,))


def counted():
    with closing(_connect()) as connection:
        return dict(connection.execute("SELECT name, count(*) FROM vote GROUP BY name ORDER BY name"))
