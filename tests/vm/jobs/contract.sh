set -e
$run_pytest tests/contracts/testbed/test_kill.py tests/contracts/testbed/test_leaks.py
$run_pytest tests/faults/testbed/test_killed_harness.py
