#!/bin/sh
# Leaves the top directory, which dpkg removes with the last package below it (Policy 9.1.1).
set -eu

directory=/opt/orders/venvs/abc
top=${directory#/}
top=${DPKG_ROOT:-}/${top%%/*}

case "${1:-}" in
    remove | purge | disappear)
        if [ ! -d "$top" ]; then
            mkdir -m 755 "$top"
        fi
        ;;
esac
