/*
 * FRR's zebra asks for CAP_SYS_ADMIN, which it uses only to enter other network namespaces, and ends when it does
 * not get it. A router machine has no other namespace to enter and must not have that capability, so this library
 * (LD_PRELOAD) leaves it out of what is asked for.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <sys/capability.h>

typedef int set_flag(cap_t, cap_flag_t, int, const cap_value_t *, cap_flag_value_t);

int cap_set_flag(cap_t set, cap_flag_t flag, int count, const cap_value_t *values, cap_flag_value_t value) {
	set_flag *real = (set_flag *)dlsym(RTLD_NEXT, "cap_set_flag");
	for (int i = 0; i < count; i++) {
		if (values[i] == CAP_SYS_ADMIN) continue;
		if (real(set, flag, 1, &values[i], value) != 0) return -1;
	}
	return 0;
}
