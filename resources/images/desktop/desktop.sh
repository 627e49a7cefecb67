#!/bin/sh
# Starts the X server, waits until it says that it is ready, then the window manager and a terminal.
set -eu

ready=$(mktemp -d)/ready
mkfifo "$ready"
Xvnc :0 -SecurityTypes None -rfbport 5900 -AlwaysShared -geometry "${GEOMETRY:-1024x768}" -depth 24 \
  -desktop "$(hostname)" -nolisten tcp -extension GLX -displayfd 3 3>"$ready" &
server=$!
read -r _ <"$ready"
rm -r "$(dirname "$ready")"

export DISPLAY=:0
blackbox &
# A closed terminal opens again, so that nobody is left with an empty screen.
while xterm -fa 'DejaVu Sans Mono' -fs 12 -geometry 90x30+60+60 -bg '#10151c' -fg '#d8dee9' -title "$(hostname)"; do :; done &
wait "$server"
