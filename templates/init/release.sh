#!/bin/sh
# Runs before each switch to a release, in its directory and as the user of the first service.
set -e
PATH="$PWD/venv/bin:$PATH"
export PATH
