failed=0
for runtime in crun runc; do
  echo "$runtime"
  python3 tests/vm/limits.py "$runtime" || failed=1
done
exit $failed
