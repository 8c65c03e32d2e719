. tests/vm/jobs/someone.sh
# An ordinary user without a group of its own. Limits and devices: see LOST in
# tests/contracts/testbed/test_ordinary_user.py.
someone python3 -c "$seatrial" doctor | grep -A4 cgroups
someone $run_pytest --basetemp=$home/tests tests/contracts/testbed/test_kill.py \
  tests/contracts/testbed/test_leaks.py -k "not processor_limit and not out_of_memory and not freezer"
