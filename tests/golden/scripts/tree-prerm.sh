#!/bin/sh
# Takes away what a process of root's wrote beside modules: dpkg removes directories only when they are empty.
set -eu

directory=${DPKG_ROOT:-}/opt/orders/venvs/abc

case "${1:-}" in
    remove)
        if [ -d "$directory" ]; then
            find "$directory" -depth -type d -name __pycache__ -exec rm -rf -- {} + || true
        fi
        ;;
esac
