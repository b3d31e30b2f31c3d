#!/bin/sh
# Tells the release what dpkg does; what follows is in the release's `activate`.
set -eu

activate=${DPKG_ROOT:-}/opt/orders/releases/1.4.2-00000000/.mkdeb/activate

case "${1:-}" in
    configure | abort-upgrade) sh "$activate" "$1" "${2:-}" ;;
    abort-remove) sh "$activate" abort-remove ;;
    abort-deconfigure | triggered) ;;
    *)
        echo "mkdeb: postinst called with unknown argument '${1:-}'" >&2
        exit 1
        ;;
esac
