# As root and as the image's ordinary user.
$run_pytest tests/contracts/testbed/test_inspect_self_check.py -k crun
