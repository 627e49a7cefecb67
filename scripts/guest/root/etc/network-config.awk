# Reads a NoCloud network-config, version 2 in block style, and prints what it says of one card (-v mac=...):
# lines "address A/P", "gateway A" and "dns A". Anything else is passed over.
function bare(text) { gsub(/["' \t\r]/, "", text); return text }
function value(text) { sub(/^[^:]*: */, "", text); return bare(text) }
function say(what, text) { if (ours && text != "") print what, text }
function say_all(what, text,   parts, count, i) {
	gsub(/[][]/, "", text)
	count = split(text, parts, ",")
	for (i = 1; i <= count; i++) say(what, parts[i])
}
/macaddress:/ { sub(/^.*macaddress: */, ""); gsub(/[{}]/, ""); ours = (tolower(bare($0)) == tolower(mac)); list = ""; next }
/^ *nameservers:/ { servers = 1; list = ""; next }
/^ *addresses:/ { list = servers ? "dns" : "address"; servers = 0; say_all(list, value($0)); next }
/^ *-? *via:/ || /^ *gateway4:/ { say("gateway", value($0)); list = ""; next }
/^ *- / && list != "" { sub(/^ *- */, ""); say(list, bare($0)); next }
{ list = "" }
