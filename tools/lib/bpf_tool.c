// SPDX-License-Identifier: GPL-2.0
/* BPF start and stop: libbpf, /sys/module, /sys/kernel/{btf,security}, /proc/self/status. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "bpf_tool.h"
#include "err.h"

static bool verbose_libbpf;

static int print_libbpf(enum libbpf_print_level level, const char *fmt, va_list ap)
{
	(void)level;
	return verbose_libbpf ? vfprintf(stderr, fmt, ap) : 0;
}

void bpf_tool_quiet(bool verbose)
{
	verbose_libbpf = verbose;
	libbpf_set_print(print_libbpf);
}

#define CAP_SYS_ADMIN_BIT	(1ULL << 21)
#define CAP_PERFMON_BIT		(1ULL << 38)
#define CAP_BPF_BIT		(1ULL << 39)

static uint64_t effective_caps(void)
{
	FILE *f = fopen("/proc/self/status", "re");
	uint64_t caps = 0;
	char line[256];

	if (!f)
		return geteuid() == 0 ? ~0ULL : 0;
	while (fgets(line, sizeof(line), f))
		if (sscanf(line, "CapEff: %" SCNx64, &caps) == 1)
			break;
	fclose(f);
	return caps;
}

static bool has_caps(void)
{
	const uint64_t want = CAP_BPF_BIT | CAP_PERFMON_BIT;
	uint64_t caps = effective_caps();

	return caps & CAP_SYS_ADMIN_BIT || (caps & want) == want;
}

static bool locked_down(void)
{
	FILE *f = fopen("/sys/kernel/security/lockdown", "re");
	char line[128] = "";

	if (!f)
		return false;
	if (!fgets(line, sizeof(line), f))
		line[0] = 0;
	fclose(f);
	return strstr(line, "[confidentiality]");
}

static bool module_there(const char *module)
{
	char path[128];

	snprintf(path, sizeof(path), "/sys/module/%s", module);
	return !access(path, F_OK);
}

int bpf_tool_allowed(const char *module)
{
	char remedy[96];

	if (!has_caps())
		return err_say(0, "run it with sudo",
			       "needs root, or the capabilities CAP_BPF and CAP_PERFMON");
	if (locked_down())
		return err_say(0, "boot with lockdown=integrity or none",
			       "kernel lockdown is at \"confidentiality\", which forbids tracing");
	if (!module_there(module)) {
		snprintf(remedy, sizeof(remedy), "modprobe %s", module);
		return err_say(0, remedy, "the kernel module %s is not loaded", module);
	}
	return 0;
}

bool bpf_tool_has_btf(const char *module)
{
	char path[128];

	/* the kernel hands out a module's BTF object to nobody else */
	if (!(effective_caps() & CAP_SYS_ADMIN_BIT))
		return false;
	snprintf(path, sizeof(path), "/sys/kernel/btf/%s", module);
	return !access("/sys/kernel/btf/vmlinux", R_OK) && !access(path, R_OK);
}

static const char *event_of(const struct bpf_program *prog, bool *raw)
{
	const char *sec = bpf_program__section_name(prog);

	*raw = !strncmp(sec, "raw_tp/", 7);
	if (*raw || !strncmp(sec, "tp_btf/", 7))
		return sec + 7;
	return NULL;
}

void bpf_tool_pick(struct bpf_object *obj, bool raw)
{
	struct bpf_program *prog;
	bool is_raw;

	bpf_object__for_each_program(prog, obj)
		if (event_of(prog, &is_raw) && is_raw != raw)
			bpf_program__set_autoload(prog, false);
}

void bpf_tool_skip(struct bpf_object *obj, const char *event)
{
	struct bpf_program *prog;
	const char *name;
	bool raw;

	bpf_object__for_each_program(prog, obj) {
		name = event_of(prog, &raw);
		if (name && !strcmp(name, event))
			bpf_program__set_autoload(prog, false);
	}
}

/*
 * Does the module's BTF have the type by which tp_btf knows the event? Looks for the
 * name alone: parsing it would need the kernel's BTF.
 */
static bool btf_has_event(const char *module, const char *event)
{
	char path[128], name[128];
	bool has = false;
	char *text = NULL;
	size_t size = 0;
	FILE *f;

	snprintf(path, sizeof(path), "/sys/kernel/btf/%s", module);
	snprintf(name, sizeof(name), "btf_trace_%s", event);
	f = fopen(path, "re");
	/* strings end with 0, so they are what getdelim() reads one by one */
	while (f && !has && getdelim(&text, &size, 0, f) > 0)
		has = !strcmp(text, name);
	free(text);
	if (f)
		fclose(f);
	return has;
}

void bpf_tool_optional(struct bpf_object *obj, const char *module, bool raw,
		       const char *const *events)
{
	for (; !raw && *events; events++)
		if (!btf_has_event(module, *events))
			bpf_tool_skip(obj, *events);
}

static bool is_among(const char *event, const char *const *events)
{
	for (; events && *events; events++)
		if (!strcmp(event, *events))
			return true;
	return false;
}

/* the inode of the first user namespace, the same on every machine */
#define INIT_USER_NS 0xEFFFFFFDU

static bool in_user_namespace(void)
{
	struct stat st;

	return !stat("/proc/self/ns/user", &st) && st.st_ino != INIT_USER_NS;
}

int bpf_tool_load(struct bpf_object_skeleton *skeleton)
{
	int err = bpf_object__load_skeleton(skeleton);

	if (!err)
		return 0;
	if (err == -EPERM && in_user_namespace())
		return err_say(err,
			       "run it outside of the container: CAP_BPF and CAP_PERFMON of a "
			       "user namespace do not count, only those of the initial one do",
			       "cannot load the BPF programs");
	if (err == -EPERM)
		return err_say(err, "does a seccomp filter forbid bpf()? -v shows more",
			       "cannot load the BPF programs");
	if (err == -ENOMEM)
		return err_say(err, "ask for fewer slots or a smaller ring",
			       "cannot load the BPF programs");
	return err_say(err, "-v shows what the kernel says", "cannot load the BPF programs");
}

int bpf_tool_attach(struct bpf_object *obj, const char *module, const char *const *optional,
		    struct bpf_link **links, int *n, int max)
{
	struct bpf_program *prog;
	const char *event;
	bool raw;
	int err;

	*n = 0;
	bpf_object__for_each_program(prog, obj) {
		event = event_of(prog, &raw);
		if (!event || !bpf_program__autoload(prog))
			continue;
		if (*n == max)
			return err_say(E2BIG, NULL, "too many BPF programs");
		links[*n] = bpf_program__attach(prog);
		if (!links[*n]) {
			err = -errno;
			if (err == -ENOENT && is_among(event, optional))
				continue;
			return err_say(err, "is this the module that the tool was built with?",
				       "cannot attach to the tracepoint %s of %s", event, module);
		}
		(*n)++;
	}
	return 0;
}

void bpf_tool_detach(struct bpf_link **links, int n)
{
	for (int i = 0; i < n; i++)
		bpf_link__destroy(links[i]);
}

int bpf_tool_sum(int map_fd, uint32_t key, uint64_t *sums, int words)
{
	int cpus = libbpf_num_possible_cpus();
	uint64_t *buf;

	memset(sums, 0, words * sizeof(*sums));
	if (cpus < 0)
		return cpus;
	buf = calloc(cpus, words * sizeof(*buf));
	if (!buf)
		return -ENOMEM;
	if (bpf_map_lookup_elem(map_fd, &key, buf)) {
		int err = -errno;

		free(buf);
		return err;
	}
	for (int c = 0; c < cpus; c++)
		for (int i = 0; i < words; i++)
			sums[i] += buf[c * words + i];
	free(buf);
	return 0;
}

void bpf_tool_cost(struct bpf_object *obj, struct bpf_cost *cost)
{
	struct bpf_prog_info info;
	struct bpf_program *prog;
	__u32 len;
	int fd;

	cost->runs = cost->ns = cost->missed = 0;
	bpf_object__for_each_program(prog, obj) {
		fd = bpf_program__fd(prog);
		len = sizeof(info);
		memset(&info, 0, sizeof(info));
		if (fd < 0 || bpf_obj_get_info_by_fd(fd, &info, &len))
			continue;
		cost->runs += info.run_cnt;
		cost->ns += info.run_time_ns;
		cost->missed += info.recursion_misses;
	}
}

double bpf_tool_cpu_hz(void)
{
	FILE *f = fopen("/proc/cpuinfo", "re");
	double mhz = 0;
	char line[256];

	if (!f)
		return 0;
	while (fgets(line, sizeof(line), f))
		if (sscanf(line, "cpu MHz : %lf", &mhz) == 1)
			break;
	fclose(f);
	return mhz * 1e6;
}
