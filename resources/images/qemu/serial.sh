#!/bin/sh
# homerange-serial: the guest's serial line in this terminal. One at a time has it.
exec 9>/run/serial.lock
if ! flock -n 9; then
  echo "another console has the serial line; it comes here when that one ends" >&2
  flock 9
fi
printf '%s\r\n' "This is the guest's serial line. Press Enter to see whether it answers."
exec socat -,raw,echo=0 UNIX-CONNECT:/run/serial
