# Boots the root directory $1 for one test, in a container over an overlay in memory. It runs as the
# first process of new mount and process namespaces, so that nothing outlives it.
mount -t tmpfs -o mode=755 bed "$MOUNT_POINT"
cd "$MOUNT_POINT"
mkdir upper work root
mount -t overlay -o "lowerdir=$1,upperdir=upper,workdir=work" bed root
# nspawn keeps locks in /run, and refuses to tidy up in one that is on a disk.
mount -t tmpfs -o mode=755 run /run
# A control group of its own: two systems in one would stop each other's services by name.
for tree in /sys/fs/cgroup /sys/fs/cgroup/systemd /sys/fs/cgroup/unified; do
    [ -e "$tree/cgroup.procs" ] || continue
    mkdir -p "$tree/$GROUP"
    echo $$ >"$tree/$GROUP/cgroup.procs"
done
# Without an identity it would take this for a first boot, and ask questions.
tr -d - </proc/sys/kernel/random/uuid >root/etc/machine-id
# With the status 133 a kept unit asks to be started again, which is a reboot.
status=133
while [ "$status" = 133 ]; do
    status=0
    systemd-nspawn --quiet --directory=root --machine="$GROUP" --register=no --keep-unit \
        --private-network --resolv-conf=off --timezone=off --console=pipe --boot || status=$?
done
exit "$status"
