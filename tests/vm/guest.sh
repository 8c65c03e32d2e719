#!/bin/sh
# Runs in the virtual machine: does the jobs that appear in /out, one after another.
#
# A job is a folder with `run`, a shell script; it gets `log` and, last of all, `status`.
set -u
cd /out || exit 1
while :; do
  for job in [0-9]*; do
    [ -f "$job/run" ] && [ ! -f "$job/status" ] || continue
    sh "$job/run" > "$job/log" 2>&1
    echo $? > "$job/status.new"
    mv "$job/status.new" "$job/status"
  done
  sleep 0.3
done
