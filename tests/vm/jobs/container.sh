# As in a container: the root of what can be seen is not the hierarchy's, and has processes.
mkdir -p /sys/fs/cgroup/box
sh -c 'echo $$ > /sys/fs/cgroup/box/cgroup.procs
  exec unshare -C -m sh -c "
    umount /sys/fs/cgroup
    mount -t cgroup2 none /sys/fs/cgroup
    cat /proc/self/cgroup
    python3 tests/vm/limits.py crun"'
