# Boots the root directory $1 for one test, in a container over an overlay in memory.
mount -t tmpfs -o mode=755 bed "$MOUNT_POINT"
cd "$MOUNT_POINT"
mkdir upper work root
mount -t overlay -o "lowerdir=$1,upperdir=upper,workdir=work" bed root
if [ -d /run/systemd/system ]; then
    keep=
else
    # Nobody gives the container a control group of its own, and two in one would stop each other's
    # services by name.
    keep=--keep-unit
    for tree in /sys/fs/cgroup /sys/fs/cgroup/systemd /sys/fs/cgroup/unified; do
        [ -e "$tree/cgroup.procs" ] || continue
        mkdir -p "$tree/$GROUP"
        echo $$ >"$tree/$GROUP/cgroup.procs"
    done
fi
# Its first process has no terminal to ask on.
rm -f root/etc/machine-id
printf 'uninitialized\n' >root/etc/machine-id
exec systemd-nspawn --quiet --directory=root --machine="$GROUP" --register=no $keep \
    --private-network --resolv-conf=off --timezone=off --console=pipe --boot
