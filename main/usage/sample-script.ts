/**
 * Answers each line of stdin, the ids of the machines' first processes, with one look at /proc; the end of stdin ends
 * it. One awk a sample, no process for each file, and only files of the machines' own processes beyond /proc/PID/stat.
 *
 * A machine's processes are the descendants of its containerd-shim, so that commands that were started in it count as
 * well; without a shim of its own those of its first process. Times include ended children, so that they only grow.
 * A process may be called anything, also "1) R 1" or with a line break: the fields come after the last ")".
 *
 *   units PAGE_BYTES TICKS_PER_SECOND
 *   time SECONDS
 *   machine PID TICKS PROCESSES ANON_PAGES SHARED_PAGES READ_BYTES WRITTEN_BYTES IN_BYTES OUT_BYTES   (-1: not known)
 *   card NAME IN_BYTES OUT_BYTES   (a VM's, named hrt…: what its guest received and sent)
 *   end
 */
const program = `
function content(file,   line, text) {
  text = ""
  while ((getline line < file) > 0) text = text line " "
  close(file)
  return text
}
# The name of the interface that a line of /proc/PID/net/dev counts, and its counts in n; "" for a line of the head.
function counted(line,   colon, name) {
  colon = index(line, ":")
  if (colon == 0) return ""
  name = substr(line, 1, colon - 1)
  gsub(/ /, "", name)
  split(substr(line, colon + 1), n, " ")
  return name
}
function number(text, name,   at) {
  at = index(text, " " name ": ")
  return at == 0 ? -1 : substr(text, at + length(name) + 3) + 0
}
BEGIN {
  split(content("/proc/uptime"), up, " ")
  print "time", up[1]
  for (i = 1; i < ARGC; i++) {
    pid = substr(ARGV[i], 7) + 0
    text = content("/proc/" pid "/stat")
    if (!match(text, /.*\\)/)) continue
    split(substr(text, RLENGTH + 2), f, " ")
    parent[pid] = f[2]
    ticks[pid] = f[12] + f[13]
    ended[pid] = f[14] + f[15]
  }
  count = split(pids, first, " ")
  for (k = 1; k <= count; k++) if (first[k] in parent) users[parent[first[k]]]++
  for (k = 1; k <= count; k++) {
    if (!(first[k] in parent)) continue
    shim = parent[first[k]]
    if (shim > 1 && users[shim] == 1) { below[shim] = first[k]; total[first[k]] = ended[shim] }
    else owner[first[k]] = first[k]
  }
  for (pid in parent) {
    x = pid
    found = 0
    for (depth = 0; depth < 64 && x > 1; depth++) {
      if (x in owner) { found = owner[x]; break }
      if (!(x in parent)) break
      if (parent[x] in below) { found = below[parent[x]]; break }
      x = parent[x]
    }
    if (!found) continue
    total[found] += ticks[pid] + ended[pid]
    processes[found]++
    split(content("/proc/" pid "/statm"), m, " ")
    anon[found] += m[2] - m[3]
    if (m[3] > shared[found]) shared[found] = m[3] + 0
    io = " " content("/proc/" pid "/io")
    r = number(io, "read_bytes")
    w = number(io, "write_bytes")
    if (r >= 0) { known[found] = 1; read[found] += r; written[found] += w }
  }
  for (k = 1; k <= count; k++) {
    p = first[k]
    if (!(p in parent)) continue
    input = 0; output = 0
    file = "/proc/" p "/net/dev"
    while ((getline line < file) > 0) {
      name = counted(line)
      if (name == "" || name == "lo") continue
      input += n[1]; output += n[9]
    }
    close(file)
    printf "machine %d %.0f %d %.0f %.0f %.0f %.0f %.0f %.0f\\n", p, total[p], processes[p], anon[p], shared[p], \\
      (p in known) ? read[p] : -1, (p in known) ? written[p] : -1, input, output
  }
  file = "/proc/self/net/dev"
  while ((getline line < file) > 0) {
    name = counted(line)
    if (name !~ /^hrt/) continue
    printf "card %s %.0f %.0f\\n", name, n[9], n[1]
  }
  close(file)
  print "end"
}`;

export const sampleScript = `
echo "units $(getconf PAGESIZE 2>/dev/null || echo 4096) $(getconf CLK_TCK 2>/dev/null || echo 100)"
while read -r pids; do
  awk -v pids="$pids" '${program}' /proc/[0-9]*
done`;
