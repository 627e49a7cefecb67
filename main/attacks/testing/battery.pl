# What a root that sits inside a range could do to the engine's host. Every attempt is harmless: a device is read
# and never written, a file is opened for writing and nothing is written, a system call gets arguments that are
# refused after the kernel has asked for the right.
#
# usage: perl - HOST_PID_NAMESPACE HOST_NET_NAMESPACE MARKER_FILE MAJOR MINOR
# Prints one line for each attempt: "name yes" or "name no".
use strict;
use Fcntl;
use POSIX ();

my ($host_pid, $host_net, $marker, $major, $minor) = @ARGV;
my %numbers = (
	x86_64 => { init_module => 175, bpf => 321, settimeofday => 164, reboot => 169, syslog => 103, mount => 165, unshare => 272 },
	aarch64 => { init_module => 105, bpf => 280, settimeofday => 170, reboot => 142, syslog => 116, mount => 40, unshare => 97 },
);
my $call = $numbers{(POSIX::uname())[4]} or die "no system call numbers for this machine";

sub say_of { my ($name, $can) = @_; print "$name ", ($can ? "yes" : "no"), "\n"; }
sub opens { my ($path, $flags) = @_; my $ok = sysopen(my $file, $path, $flags); close $file if $ok; return $ok; }
sub reads { my ($path) = @_; return 0 unless sysopen(my $file, $path, O_RDONLY | O_NONBLOCK); my $n = sysread($file, my $bytes, 512); close $file; return defined $n && $n > 0; }
# The kernel or a filter refused the right itself; any other error comes after that.
sub has_right { my $result = syscall(shift, @_); return $result != -1 || ($! != POSIX::EPERM && $! != POSIX::EACCES && $! != POSIX::ENOSYS); }
# In a process of its own, so that nothing of it stays.
sub apart { my ($body) = @_; my $pid = fork(); if ($pid == 0) { POSIX::_exit($body->() ? 0 : 1); } waitpid($pid, 0); return $? == 0; }

my $folder = "/tmp/battery.$$";
mkdir $folder;

# Disks of the host: nodes that are there, and a node that is made for the disk that holds the engine's data.
say_of("read-a-block-device", scalar grep { -b $_ && reads($_) } glob("/dev/* /dev/mapper/*"));
my $node = "$folder/disk";
system("mknod $node b $major $minor 2>/dev/null");
say_of("read-the-hosts-disk", -e $node && reads($node));
# Busy means: allowed, and mounted elsewhere in another way.
say_of("mount-the-hosts-disk", apart(sub {
	return 0 unless -e $node && syscall($call->{unshare}, 0x20000) == 0;
	my $type = "ext4";
	return 1 if syscall($call->{mount}, $node, $folder, $type, 1, 0) == 0;
	return $! == POSIX::EBUSY;
}));
say_of("mount-anything", apart(sub { my $type = "tmpfs"; return syscall($call->{mount}, $type, $folder, $type, 0, 0) == 0; }));
unlink $node;

# Processes, namespaces and files of the host.
my @seen = grep { (readlink("$_/ns/pid") // "") eq $host_pid } glob("/proc/[0-9]*");
say_of("see-the-hosts-processes", scalar @seen);
say_of("signal-the-hosts-processes", scalar grep { m{/proc/(\d+)$} && kill(0, $1) } @seen);
say_of("be-in-the-hosts-network", (readlink("/proc/self/ns/net") // "") eq $host_net);
say_of("read-a-file-of-the-host", scalar grep { -r "$_$marker" } "", glob("/proc/[0-9]*/root"));
say_of("reach-the-hosts-docker-socket", scalar grep { -S "$_/var/run/docker.sock" && -e "$_$marker" } "", glob("/proc/[0-9]*/root"));

# Files that decide over the kernel.
say_of("set-the-core-pattern", opens("/proc/sys/kernel/core_pattern", O_WRONLY));
say_of("set-kernel-settings", opens("/proc/sys/vm/overcommit_memory", O_WRONLY) || opens("/proc/sys/kernel/pid_max", O_WRONLY));
say_of("press-sysrq", opens("/proc/sysrq-trigger", O_WRONLY));
say_of("set-a-release-agent", scalar(grep { opens($_, O_WRONLY) } glob("/sys/fs/cgroup/*/release_agent")) || apart(sub {
	my ($type, $options) = ("cgroup", "pids");
	return syscall($call->{unshare}, 0x20000) == 0 && syscall($call->{mount}, $type, $folder, $type, 0, $options) == 0 && opens("$folder/release_agent", O_WRONLY);
}));
say_of("read-kernel-memory", reads("/proc/kcore") || reads("/dev/mem"));
say_of("read-the-kernel-log", do { my $buffer = "\0" x 4096; syscall($call->{syslog}, 3, $buffer, 4096) != -1 } || reads("/dev/kmsg"));
say_of("see-kernel-keys-of-others", do { my $file; my @keys = open($file, "<", "/proc/keys") ? <$file> : (); scalar grep { !/_ses|_uid|_tid|_pid/ } @keys });

# Rights that the kernel gives by capability, tried with arguments that it refuses afterwards.
say_of("load-a-kernel-module", has_right($call->{init_module}, 0, 1, 0));
say_of("load-a-bpf-program", has_right($call->{bpf}, 5, 0, 0));
say_of("set-the-clock", has_right($call->{settimeofday}, 0, 0));
say_of("reboot", has_right($call->{reboot}, 0, 0, 0, 0));
say_of("make-a-user-namespace", apart(sub { return syscall($call->{unshare}, 0x10000000) == 0; }));

rmdir $folder;
