/* SPDX-License-Identifier: GPL-2.0 */
/*
 * How every tool of ours hangs on a tracepoint: one body, two programs. User
 * space (tools/lib/bpf_tool.c) loads the tp_btf one, or the raw_tp one where
 * the module has no BTF. Both hand over the arguments in the order of TP_PROTO
 * as 64-bit words (and, the context being no kernel type to us, no kernel BTF is
 * needed for raw_tp), the upper half of a narrower one being zero: cast to the
 * argument's own type before use.
 */
#ifndef CHS_TP_BPF_H
#define CHS_TP_BPF_H

#define CHS_TP(event, body)							\
SEC("tp_btf/" #event) int event##_btf(__u64 *ctx)				\
{										\
	return body(ctx);							\
}										\
SEC("raw_tp/" #event) int event##_raw(__u64 *ctx)				\
{										\
	return body(ctx);							\
}

#define ARG_INT(args, n)	((int)(args)[n])
#define ARG_U32(args, n)	((__u32)(args)[n])
#define ARG_S64(args, n)	((__s64)(args)[n])
#define ARG_U64(args, n)	((__u64)(args)[n])
#define ARG_STR(args, n)	((const char *)(args)[n])

/*
 * Keeps the compiler from dropping a bound check that it can prove and the
 * verifier cannot.
 */
#define hide(var)	asm volatile("" : "+r"(var))

#endif /* CHS_TP_BPF_H */
