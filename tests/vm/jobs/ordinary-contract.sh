. tests/vm/jobs/someone.sh
# Devices: see LOST in tests/contracts/testbed/test_ordinary_user.py.
delegated $run_pytest --basetemp=$home/tests tests/contracts/testbed/test_kill.py \
  tests/contracts/testbed/test_leaks.py
