/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Starting a tool's BPF programs: says beforehand, in one line that tells what
 * to do, why it cannot be; picks tp_btf or raw_tp; keeps the ring buffer's books.
 * Needs libbpf, so tools without BPF do not link it.
 */
#ifndef CHS_BPF_TOOL_H
#define CHS_BPF_TOOL_H

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <stdbool.h>
#include <stdint.h>

struct bpf_cost {
	uint64_t runs;
	uint64_t missed;	/* left out by the kernel, since the program was running on that CPU */
	uint64_t ns;		/* measured, only while kernel.bpf_stats_enabled is 1 */
};

/* libbpf's own messages: none, or all of them with verbose */
void bpf_tool_quiet(bool verbose);

/* may this process trace, and is the module there? 0 or a status, having said why */
int bpf_tool_allowed(const char *module);

/*
 * Is there BTF of the kernel and the module, and may we have it, so that tp_btf
 * will do? Looks at the
 * files alone: parsing the kernel's BTF takes longer than all the rest.
 */
bool bpf_tool_has_btf(const char *module);

/*
 * Of every pair of programs made by CHS_TP() keeps one: tp_btf, or raw_tp. Leaves
 * alone programs whose autoload is off already.
 */
void bpf_tool_pick(struct bpf_object *obj, bool raw);

/* both programs of the tracepoint event: not loaded */
void bpf_tool_skip(struct bpf_object *obj, const char *event);

/*
 * Leaves out those tracepoints of the list, which ends with NULL, that the module has
 * not, as one of an older build. With raw_tp that shows only when they are attached:
 * bpf_tool_attach() wants the list as well.
 */
void bpf_tool_optional(struct bpf_object *obj, const char *module, bool raw,
		       const char *const *events);

/*
 * Loads; 0 or a status, having said why. The skeleton and not its object alone:
 * only so do bss and rodata become the maps' memory.
 */
int bpf_tool_load(struct bpf_object_skeleton *skeleton);

/*
 * Attaches every loaded tracepoint program; one of optional (NULL: none) only if its
 * tracepoint is there. The links stand in links[] and are *n many, also after a failure.
 * 0 or a status, having said why.
 */
int bpf_tool_attach(struct bpf_object *obj, const char *module, const char *const *optional,
		    struct bpf_link **links, int *n, int max);
void bpf_tool_detach(struct bpf_link **links, int n);

/* the sums over all CPUs of an entry of u64 words in a per-CPU array */
int bpf_tool_sum(int map_fd, uint32_t key, uint64_t *sums, int words);

/* what the kernel knows of all programs; runs and ns are 0 where it does not measure */
void bpf_tool_cost(struct bpf_object *obj, struct bpf_cost *cost);

/* the CPU's nominal clock in Hz, or 0 */
double bpf_tool_cpu_hz(void);

#endif /* CHS_BPF_TOOL_H */
