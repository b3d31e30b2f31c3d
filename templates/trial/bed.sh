#!/bin/sh
# Holds the root of `mkdeb test`: the first process of namespaces of its own, which end with it.
#   PLACE/root   where the root is mounted, in memory; whoever runs this fills it
#   PLACE/debs   what the root sees as /run/mkdeb, and cannot change
# It talks to whoever runs this by lines, and ends when its input does.
set -eu

place=$1

# Mounts FROM at TO, where it cannot be written. In a user namespace the kernel lets no option of the mount go that the
# machine's has, so they are named (mount_namespaces(7)).
frozen() {
    [ -e "$1" ] || return 0
    mount --bind "$1" "$2"
    options=$(findmnt --noheadings --first-only --output VFS-OPTIONS --target "$2")
    mount -o "remount,bind,$options,ro" "$2"
}

# As the host numbers it: /proc is the host's still.
read -r pid _ </proc/self/stat
mount -t tmpfs -o mode=755 mkdeb "$place/root"
echo "mounted $pid"
read -r line
[ "$line" = filled ]

cd "$place/root"
if ! said=$(chroot . /usr/bin/dpkg --version 2>&1) || ! said=$(chroot . /bin/sh -c 'exit 0' 2>&1); then
    echo "no dpkg"
    echo "$said" >&2
    exit 1
fi

# Until the root is entered a link in it leads where it leads on the host.
for directory in proc dev run usr usr/sbin; do
    if [ -L "$directory" ]; then
        echo link
        echo "/$directory" >&2
        exit 1
    fi
done
mkdir -p proc dev run
# What root changes there is of the machine.
mount -t proc proc proc
frozen proc/sys proc/sys
frozen proc/sysrq-trigger proc/sysrq-trigger
mount -t tmpfs -o mode=755,size=1m dev dev
for device in null zero full random urandom tty; do
    : >"dev/$device"
    mount --bind "/dev/$device" "dev/$device"
done
mkdir dev/pts dev/shm
mount -t devpts -o newinstance,ptmxmode=0666,mode=0620,gid=5 devpts dev/pts
mount -t tmpfs -o mode=1777,size=10% shm dev/shm
ln -s pts/ptmx dev/ptmx
ln -s /proc/self/fd dev/fd
ln -s fd/0 dev/stdin
ln -s fd/1 dev/stdout
ln -s fd/2 dev/stderr
# Without /run/systemd/system nothing in the root takes it for a system that was booted.
mount -t tmpfs -o mode=755,size=10% run run
mkdir -m 1777 run/lock
mkdir run/mkdeb
frozen "$place/debs" run/mkdeb
# No service starts in a root that is not booted (invoke-rc.d(8)).
mkdir -p usr/sbin
rm -f usr/sbin/policy-rc.d
printf '#!/bin/sh\nexit 101\n' >usr/sbin/policy-rc.d
chmod 755 usr/sbin/policy-rc.d
# No network but the loopback; without `ip` not even that.
ip link set lo up 2>/dev/null || true

# Whoever waits for the word enters the root of this process: by then it has to be this one, and not the host's. The
# loop collects orphans, as the first process must.
# shellcheck disable=SC2016 # the inner shell's words
exec chroot . /bin/sh -c '
    cd /
    echo ready
    exec 3<&0 </dev/null >/dev/null 2>&1
    trap "exit 0" USR2
    { cat <&3; kill -s USR2 1; } &
    exec 3<&-
    while :; do sleep 3600 & wait; done
'
