#!/bin/sh
# Refuses what could not end well, before anything is unpacked.
set -eu

package=orders
version=1.4.2
id=1.4.2-00000000
prefix=/opt/orders
interpreter=''
root=${DPKG_ROOT:-}
state=$root/var/lib/mkdeb/$package

refuse() { # WHAT WHAT-TO-DO
    echo "mkdeb: $package: $version is not installed: $1" >&2
    echo "mkdeb: $package: $2" >&2
    exit 1
}

content() { # FILE
    if [ -f "$1" ]; then
        head -n 1 "$1"
    fi
}

# Whether this package takes over from the other by name (Policy 7.6.2).
replaces() { # PACKAGE
    for replaced in ; do
        [ "$1" != "$replaced" ] || return 0
    done
    return 1
}

refuse_foreign_prefix() {
    owner=$(content "$root$prefix/.mkdeb-owner")
    if [ -n "$owner" ] && [ "$owner" != "$package" ] && ! replaces "$owner"; then
        refuse "$prefix belongs to the package $owner" \
            "remove that one first: dpkg --purge $owner (or give this one \`replaces\` and \`conflicts\`)"
    fi
    if [ -d "$root$prefix/current" ] && [ ! -h "$root$prefix/current" ]; then
        refuse "$prefix/current is a directory, where the link to the current release goes" \
            "move it away: mv $prefix/current $prefix/current.old"
    fi
}

# Releases that another way of deploying left would look like left-overs of ours.
refuse_foreign_releases() {
    if [ ! -e "$root$prefix/.mkdeb-owner" ] && [ ! -e "$state/prefix" ] && [ -n "$(foreign_release)" ]; then
        refuse "$prefix/releases holds releases of another kind" \
            "move them away: mv $prefix/releases $prefix/releases.old"
    fi
}

# The first release that no package brought.
foreign_release() {
    for release in "$root$prefix/releases"/*; do
        if { [ -e "$release" ] || [ -h "$release" ]; } && [ ! -f "$release/.mkdeb/package" ]; then
            echo "$release"
            return
        fi
    done
}

refuse_missing_interpreter() {
    if [ -n "$interpreter" ] && [ ! -x "$root$interpreter" ]; then
        refuse "there is no interpreter $interpreter on this host" "install the package that has it first"
    fi
}

refuse_other_prefix() {
    remembered=$(content "$state/prefix")
    if [ -n "$remembered" ] && [ "$remembered" != "$prefix" ]; then
        refuse "it moves from $remembered to $prefix, and an upgrade cannot keep both whole" \
            "remove the installed version first: dpkg --remove $package"
    fi
}

refuse_failed_release() {
    if [ -e "$state/failed/$id" ]; then
        refuse "this release failed on this host before: $(content "$state/failed/$id")" \
            "to try it again: rm $state/failed/$id"
    fi
}

case "${1:-}" in
    install)
        refuse_foreign_prefix
        refuse_foreign_releases
        refuse_missing_interpreter
        ;;
    upgrade)
        refuse_foreign_prefix
        refuse_missing_interpreter
        refuse_other_prefix
        refuse_failed_release
        ;;
    abort-upgrade) ;;
    *)
        echo "mkdeb: $package: preinst called with unknown argument '${1:-}'" >&2
        exit 1
        ;;
esac
