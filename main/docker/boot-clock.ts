/** For sh: `now` prints the seconds since the boot. Waits go by it, because the clock may be set while they last. */
export const bootClock = `now() { read -r up _ </proc/uptime; echo "\${up%.*}"; }`;
