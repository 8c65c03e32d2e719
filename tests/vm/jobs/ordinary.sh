. tests/vm/jobs/someone.sh
echo "without a group of its own"
someone python3 -c "$seatrial" doctor | grep -A8 cgroups
someone python3 tests/vm/limits.py crun 2>/dev/null | head -1
echo "in a delegated scope"
delegated python3 -c "$seatrial" doctor | grep -A1 cgroups
delegated python3 tests/vm/limits.py crun
