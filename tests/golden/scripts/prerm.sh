#!/bin/sh
# Tells the release what dpkg does; what follows is in the release's `activate`.
set -eu

activate=${DPKG_ROOT:-}/opt/orders/releases/1.4.2-00000000/.mkdeb/activate

case "${1:-}" in
    remove) sh "$activate" remove ;;
    # Services run on through an upgrade: the switch restarts them.
    upgrade | failed-upgrade | deconfigure) ;;
    *)
        echo "mkdeb: prerm called with unknown argument '${1:-}'" >&2
        exit 1
        ;;
esac
