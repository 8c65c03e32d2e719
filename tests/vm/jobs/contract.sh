here=tests/contracts/testbed
$run_pytest $here/test_kill.py $here/test_leaks.py $here/test_isolation.py \
  $here/test_hostile_commands.py tests/faults/testbed/test_killed_harness.py
