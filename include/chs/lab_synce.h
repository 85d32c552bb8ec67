/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Data sheet of the chip that lab_synce models and chs_lab_synce drives: two digital phase
 * locked loops, twelve inputs, eight outputs. All that the driver knows of it.
 *
 * Registers are 32 bits wide, at every fourth address of 16 bits. Of a pair _LO, _HI the
 * reading of _LO latches _HI. Signed quantities are two's complement. What is not marked rw
 * is read only; a write to it, or any access to what is not there, fails.
 */
#ifndef CHS_LAB_SYNCE_H
#define CHS_LAB_SYNCE_H

#define SYNCE_DRIVER		"lab_synce"	/* the platform device's name */

#define SYNCE_LOOPS		2
#define SYNCE_INPUTS		12
#define SYNCE_OUTPUTS		8
#define SYNCE_PORTS		4		/* inputs that take a network port's clock */
#define SYNCE_NO_INPUT		0xff

/* ---- the chip ---- */
#define SYNCE_ID		0x0000
#define SYNCE_ID_VALUE		0x53594e43	/* "SYNC" */
#define SYNCE_REVISION		0x0004
#define SYNCE_CLOCK_ID_LO	0x0008		/* EUI-64 */
#define SYNCE_CLOCK_ID_HI	0x000c
#define SYNCE_TEMPERATURE	0x0010		/* s32, 1/1000 degree Celsius */
#define SYNCE_QUALITY		0x0014		/* bits of enum dpll_clock_quality_level */
/* what has changed since it was cleared: write ones to clear (rw); and what interrupts (rw) */
#define SYNCE_IRQ_STATUS	0x0018
#define SYNCE_IRQ_MASK		0x001c
#define SYNCE_IRQ_LOOP(d)	(1u << (d))		/* its status */
#define SYNCE_IRQ_SELECTED(d)	(1u << (4 + (d)))	/* its selected input */
#define SYNCE_IRQ_INPUT(i)	(1u << (8 + (i)))	/* the input's status */
#define SYNCE_IRQ_PORTS		(1u << 31)		/* the names of the ports */
#define SYNCE_MUX		0x0020		/* rw: input that leads to the multiplexer, or none */
#define SYNCE_PAIR		0x0024		/* rw: bit 0: on; 15:8 clock's input, 23:16 sync's */
#define SYNCE_PAIR_ON		0x1
#define SYNCE_TIME_LO		0x0028		/* ns since some beginning */
#define SYNCE_TIME_HI		0x002c
#define SYNCE_CHANGES		0x0030		/* how often anything in IRQ_STATUS has changed */

/* ---- loop d ---- */
#define SYNCE_LOOP(d)		(0x0100 + (d) * 0x80)
#define SYNCE_LOOP_TYPE		0x00		/* enum dpll_type */
#define SYNCE_LOOP_MODE		0x04		/* rw */
#define SYNCE_MANUAL		1
#define SYNCE_AUTOMATIC		2
#define SYNCE_LOOP_STATUS	0x08
#define SYNCE_STATE(status)	((status) & 0xf)
#define SYNCE_FREERUN		0
#define SYNCE_ACQUIRING		1
#define SYNCE_LOCKED		2
#define SYNCE_LOCKED_HO		3		/* locked, and long enough to hold over */
#define SYNCE_HOLDOVER		4
#define SYNCE_HOLDING		0x10		/* acquiring, and in holdover as yet */
#define SYNCE_CAUSE(status)	((status) >> 8 & 0xf) /* why it has left its input */
#define SYNCE_CAUSE_NONE	0
#define SYNCE_CAUSE_UNDEFINED	1
#define SYNCE_CAUSE_MEDIA	2
#define SYNCE_CAUSE_FREQUENCY	3
#define SYNCE_LOOP_SELECTED	0x0c		/* input, or none */
#define SYNCE_LOOP_MANUAL	0x10		/* rw: the input to follow in manual mode, or none */
#define SYNCE_LOOP_CHANGES	0x14		/* how often its status has changed */
#define SYNCE_LOOP_SINCE_LO	0x18		/* when it did last, exactly */
#define SYNCE_LOOP_SINCE_HI	0x1c
#define SYNCE_LOOP_ACQUIRED_LO	0x20		/* how long the last acquisition took, ns */
#define SYNCE_LOOP_ACQUIRED_HI	0x24
#define SYNCE_LOOP_WALKED_LO	0x28		/* holdover, free run: phase gone since, fs, saturates */
#define SYNCE_LOOP_WALKED_HI	0x2c
#define SYNCE_LOOP_OFF_PPT	0x30		/* and frequency off, s32, ppt, saturates */
#define SYNCE_LOOP_BANDWIDTH	0x34		/* rw: mHz */
#define SYNCE_LOOP_SLOPE	0x38		/* rw: phase slope limit, ns/s, to 10^9; 0: none */
#define SYNCE_LOOP_CTRL		0x3c		/* rw */
#define SYNCE_CTRL_MONITOR	0x1		/* phase offsets of all inputs */
#define SYNCE_CTRL_REVERTIVE	0x2
#define SYNCE_CTRL_HITLESS	0x4		/* stays locked from one good input to another */
#define SYNCE_LOOP_SELECTIONS	0x40		/* how often an input was selected */
#define SYNCE_LOOP_AVERAGE	0x44		/* rw: phase offsets: mean of 2^n */
#define SYNCE_AVERAGE_MAX	15

/* ---- input i ---- */
#define SYNCE_INPUT(i)		(0x0400 + (i) * 0x80)
#define SYNCE_PIN_TYPE		0x00		/* 7:0 enum dpll_pin_type, 15:8 kind of label */
#define SYNCE_LABEL_BOARD	0
#define SYNCE_LABEL_PANEL	1
#define SYNCE_LABEL_PACKAGE	2
#define SYNCE_PIN_LABEL		0x04		/* 16 characters, the first in bits 7:0 */
#define SYNCE_LABEL_LEN		16
#define SYNCE_PIN_FREQUENCY	0x14		/* rw: Hz */
#define SYNCE_PIN_RANGE_MIN(n)	(0x18 + (n) * 8) /* what that may be: n of 0, 1; 0: no such range */
#define SYNCE_PIN_RANGE_MAX(n)	(0x1c + (n) * 8)
#define SYNCE_PIN_RANGES	2
#define SYNCE_PIN_ADJUST	0x28		/* rw: s32, ps */
#define SYNCE_PIN_ADJUST_MIN	0x2c
#define SYNCE_PIN_ADJUST_MAX	0x30
#define SYNCE_PIN_ADJUST_GRAN	0x34		/* and a multiple of this */
#define SYNCE_PIN_ESYNC		0x38		/* rw: embedded sync, Hz; 0: off */
#define SYNCE_PIN_ESYNC_MAX	0x3c		/* 0 to this at 10 MHz, 0 only at other frequencies */
#define SYNCE_PIN_ESYNC_PULSE	0x40		/* percent */
#define SYNCE_ESYNC_BASE	10000000
#define SYNCE_INPUT_STATUS	0x44
#define SYNCE_NO_SIGNAL		0
#define SYNCE_QUALIFYING	1
#define SYNCE_GOOD		2
#define SYNCE_FREQ_OFF		3
#define SYNCE_NOISY		4
#define SYNCE_INPUT_CHANGES	0x48		/* how often that has changed */
#define SYNCE_INPUT_SINCE_LO	0x4c		/* when it did last */
#define SYNCE_INPUT_SINCE_HI	0x50
#define SYNCE_INPUT_FFO		0x54		/* s32, ppt against the chip's oscillator */
#define SYNCE_INPUT_LOOP(d)	(0x58 + (d) * 4) /* rw: 3:0 priority, bit 8: may be selected */
#define SYNCE_PRIO		0xf
#define SYNCE_PRIO_NEVER	15		/* is not chosen, though it may be selected */
#define SYNCE_ENABLED		0x100
#define SYNCE_INPUT_PHASE_LO(d)	(0x60 + (d) * 8) /* lateness against loop d, fs */
#define SYNCE_INPUT_PHASE_HI(d)	(0x64 + (d) * 8)
#define SYNCE_INPUT_PARENT	0x70		/* the multiplexer that it leads to, or none */

/* ---- output o: as an input up to PIN_ESYNC_PULSE ---- */
#define SYNCE_OUTPUT(o)		(0x0a00 + (o) * 0x80)
#define SYNCE_OUTPUT_CTRL	0x44		/* rw: bit 0: on; 15:8 its loop */
#define SYNCE_OUTPUT_ON		0x1

/* ---- port p: the names of the network devices whose clocks come in, by input ---- */
#define SYNCE_PORT(p)		(0x0e00 + (p) * 0x20)
#define SYNCE_PORT_INPUT	0x00
#define SYNCE_PORT_NAME		0x04		/* 16 characters, "" if there is none */
#define SYNCE_PORT_NAME_LEN	16

#define SYNCE_LAST		0x0e7c

#endif /* CHS_LAB_SYNCE_H */
