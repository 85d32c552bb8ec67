// SPDX-License-Identifier: GPL-2.0
/* What the kernel says of the BPF programs that are loaded: size and work of the verifier. */
#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <errno.h>
#include <string.h>
#include <unistd.h>
#include "bench.h"
#include "err.h"
#include "out.h"

static struct out out;

/* bpf_prog_info.name holds 15 characters: the whole name is in the program's BTF */
static void whole_name(const struct bpf_prog_info *info, const struct bpf_func_info *func,
		       char *name, size_t size)
{
	struct btf *btf = btf__load_from_kernel_by_id(info->btf_id);
	const struct btf_type *type = btf ? btf__type_by_id(btf, func->type_id) : NULL;

	snprintf(name, size, "%s", type ? btf__name_by_offset(btf, type->name_off) : info->name);
	btf__free(btf);
}

static void figure(const char *tool, const char *program, const char *what, uint64_t value)
{
	char name[128];

	snprintf(name, sizeof(name), "%s:%s/%s", tool, program, what);
	out_begin(&out, "bench");
	out_str(&out, "bench", name);
	out_str(&out, "side", "ours");
	out_str(&out, "variant", "");
	out_str(&out, "unit", "instructions");
	out_u64(&out, "value", value);
	out_bool(&out, "detail", true);
	out_end(&out);
}

int bench_programs(const char *tool)
{
	uint32_t id = 0;
	int n = 0;

	out_init(&out, stdout, "bench", true, true, COLOR_NEVER);
	while (!bpf_prog_get_next_id(id, &id)) {
		struct bpf_func_info func = {};
		struct bpf_prog_info info = {};
		uint32_t len = sizeof(info);
		char name[64], *suffix;
		int fd, err;

		fd = bpf_prog_get_fd_by_id(id);
		if (fd < 0)
			return err_say(errno, NULL, "BPF program %u", id);
		info.func_info = (uintptr_t)&func;
		info.func_info_rec_size = sizeof(func);
		info.nr_func_info = 1;
		err = bpf_obj_get_info_by_fd(fd, &info, &len);
		close(fd);
		if (err)
			return err_say(errno, NULL, "BPF program %u", id);
		whole_name(&info, &func, name, sizeof(name));
		/* which of the pair of a tracepoint it is (see CHS_TP) is no part of the name */
		suffix = strrchr(name, '_');
		if (suffix && (!strcmp(suffix, "_btf") || !strcmp(suffix, "_raw")))
			*suffix = 0;
		figure(tool, name, "insns", info.xlated_prog_len / 8);
		figure(tool, name, "verified", info.verified_insns);
		n++;
	}
	if (!n)
		return err_say(0, NULL, "%s has loaded no BPF program", tool);
	return out_ok(&out) ? STATUS_OK : STATUS_FAILED;
}
