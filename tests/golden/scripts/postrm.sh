#!/bin/sh
# Hands over to the release that dpkg unpacked, and cleans up at the end.
set -eu

package=orders
version=1.4.2
id=1.4.2-00000000
prefix=/opt/orders
# Whether releases are packages of their own.
split=false
# dpkg(1), DPKG_ROOT: with it set the target is a directory, in which no program is run.
root=${DPKG_ROOT:-}
home=$root$prefix
state=$root/var/lib/mkdeb/$package

each_unit() { # UNIT
    "$@" orders.service
    return 0
}
each_datum() { # PATH
    "$@" /var/lib/orders
    return 0
}

# The new tree is complete and this one still whole: the moment to switch. dpkg has replaced P/.mkdeb/release
# already; when it names this release, the same one was installed again, or a package of another kind.
hand_over() { # NEW-VERSION
    new_id=
    if [ -f "$home/.mkdeb/release" ]; then
        new_id=$(head -n 1 "$home/.mkdeb/release")
    fi
    case $new_id in
        '' | */* | "$id") return 0 ;;
    esac
    if [ -f "$home/releases/$new_id/.mkdeb/activate" ]; then
        sh "$home/releases/$new_id/.mkdeb/activate" upgrade "$id" "$version" "$1" || exit 1
    fi
}

# Whether the prefix went to another package: a renamed one, or one that this was removed in favour of.
taken_over() {
    if [ -f "$home/.mkdeb-owner" ] && [ "$(head -n 1 "$home/.mkdeb-owner")" != "$package" ]; then
        return 0
    fi
    # This package's unit files are gone by now. One that is there came with another package.
    [ -n "$(each_unit existing_unit)" ]
}

existing_unit() { # UNIT
    file=$1
    case $1 in
        *@*) file=${1%%@*}@.${1##*.} ;;
    esac
    if [ -e "$root/usr/lib/systemd/system/$file" ]; then
        echo "$1"
    fi
}

clean_up() {
    if ! taken_over; then
        rm -f "$home/current" "$home/.current.new"
        rm -rf "$home/.mkdeb"
        if [ "$split" = false ]; then
            rm -rf "$home/releases"
        else
            # Nothing is to be gone back to any more.
            rm -f "$root/etc/apt/apt.conf.d/90mkdeb-$(echo "$package" | tr + _)"
        fi
        if [ -d "$home" ]; then
            rmdir "$home" 2>/dev/null || true
        fi
    fi
    if [ -z "$root" ] && [ -d /run/systemd/system ]; then
        timeout -k 5 60 systemctl daemon-reload || true
    fi
    keep_top
}

# dpkg removes /opt with the last package below it, and base-files does not bring it back (Policy 9.1.1).
keep_top() {
    top=${prefix#/}
    top=$root/${top%%/*}
    [ -d "$top" ] || mkdir -m 755 "$top"
}

purge() {
    if ! taken_over; then
        # Units of another release of this package may be enabled still; `after-purge` comes while data is there.
        if [ -z "$root" ] && [ -f "$state/.mkdeb/activate" ]; then
            sh "$state/.mkdeb/activate" after-purge || echo "mkdeb: $package: the hook after-purge failed" >&2
        fi
        each_unit forget_unit
        each_datum remove_datum
    fi
    rm -rf "$state"
    rm -f "$root/var/log/mkdeb/$package.log" "$root/var/log/mkdeb/$package.log".[0-9]*
    for directory in "$root/var/lib/mkdeb" "$root/var/log/mkdeb"; do
        rmdir "$directory" 2>/dev/null || true
    done
}

forget_unit() { # UNIT
    if command -v deb-systemd-helper >/dev/null; then
        deb-systemd-helper purge "$1" >/dev/null 2>&1 || true
    fi
    # It leaves the links of a template's instances behind.
    if [ -d "$root/etc/systemd/system" ]; then
        find "$root/etc/systemd/system" -mindepth 2 -type l -name "$1" -exec rm -f -- {} +
    fi
}

# The words that make a command act for whoever owns a directory above a path, where that is not root.
remover() { # PATH
    [ -z "$root" ] || return 0
    above=$(dirname "$1")
    until [ "$above" = / ]; do
        owner=$(stat -c %u -- "$above" 2>/dev/null || echo 0)
        if [ "$owner" != 0 ]; then
            echo "setpriv --reuid $owner --regid 65534 --clear-groups"
            return 0
        fi
        above=$(dirname "$above")
    done
}

# Only what was not there before this package came, and what no other package counts on.
remove_datum() { # PATH
    [ -f "$state/made" ] && grep -qxF -- "$1" "$state/made" || return 0
    for other in "$root"/var/lib/mkdeb/*/data; do
        if [ "$other" != "$state/data" ] && [ -f "$other" ] && grep -qxF -- "$1" "$other"; then
            return 0
        fi
    done
    remover=$(remover "$1")
    # What lies in a directory of somebody else's, who can put a link in its place, goes with no more than that
    # one's rights.
    $remover rm -rf -- "$root$1" || echo "mkdeb: $package: $1 could not be removed" >&2
    case $1 in
        # The directory of a secret, which no package owns.
        /etc/*/*) rmdir "$root$(dirname "$1")" 2>/dev/null || true ;;
    esac
}

case "${1:-}" in
    upgrade) hand_over "${2:-}" ;;
    # Policy 6.6: success here would let dpkg go on although the switch failed. Failing makes it unwind.
    failed-upgrade) exit 1 ;;
    remove | disappear) clean_up ;;
    purge)
        clean_up
        purge
        ;;
    # Nothing of ours was done yet; the old postinst's `abort-upgrade` follows where there is one.
    abort-install | abort-upgrade) ;;
    *)
        echo "mkdeb: $package: postrm called with unknown argument '${1:-}'" >&2
        exit 1
        ;;
esac
