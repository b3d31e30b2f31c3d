# Holds a root for one test: an overlay in memory over the root directory $1, and processes of its
# own. It runs as the first process of new mount and process namespaces.
mount -t tmpfs -o mode=755 bed "$MOUNT_POINT"
cd "$MOUNT_POINT"
mkdir upper work root
mount -t overlay -o "lowerdir=$1,upperdir=upper,workdir=work" bed root
cd root
mount -t proc proc proc
mount -t devpts -o newinstance,ptmxmode=0666,mode=0620,gid=5 devpts dev/pts
mount -t tmpfs -o mode=1777 shm dev/shm
# No service starts in a root that is not booted.
printf '#!/bin/sh\nexit 101\n' >usr/sbin/policy-rc.d
chmod 755 usr/sbin/policy-rc.d
# The loop collects orphans, as the first process must.
exec chroot . /bin/sh -c '
    echo ready
    exec >/dev/null 2>&1
    while :; do sleep 3600 & wait; done
'
