// SPDX-License-Identifier: GPL-2.0
/* So many nops: what the counting itself is tested with. */
#include "kbench.h"

static void nops_0(void)
{
	barrier();
}

static void nops_50(void)
{
	asm volatile(".rept 50; nop; .endr");
}

static void nops_100(void)
{
	asm volatile(".rept 100; nop; .endr");
}

static const struct kbench_op nops_ops[] = {
	{ "0", nops_0 },
	{ "50", nops_50 },
	{ "100", nops_100 },
};

static struct kbench kbench = { .ops = nops_ops, .n_ops = ARRAY_SIZE(nops_ops) };

MODULE_DESCRIPTION("Known numbers of instructions");
