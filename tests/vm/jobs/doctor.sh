uname -r
grep cgroup /proc/self/mounts
python3 -c 'from seatrial.faces.cli.main import main; main()' doctor
true # it says that the recorder's compiler is missing, as it is
