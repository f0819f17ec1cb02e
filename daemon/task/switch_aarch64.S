/* SPDX-License-Identifier: MIT */
/*
 * void context_jump(void **from, void *to)
 *
 * Stores what a callee must keep (AAPCS64, 6.1.1 and 6.1.2: x19 to x29, the
 * link register, d8 to d15), leaves the stack pointer in *from, takes `to`
 * and loads the same. It goes on by a branch through x16, not by `ret`, which
 * would miss the return stack's prediction each time.
 */
	.text
	.globl	context_jump
	.hidden	context_jump
	.type	context_jump, %function
	.p2align 4
context_jump:
	.cfi_startproc
	hint	#34 /* bti c */
	sub	sp, sp, #160
	.cfi_adjust_cfa_offset 160
	stp	x19, x20, [sp, #0]
	stp	x21, x22, [sp, #16]
	stp	x23, x24, [sp, #32]
	stp	x25, x26, [sp, #48]
	stp	x27, x28, [sp, #64]
	stp	x29, x30, [sp, #80]
	.cfi_rel_offset x29, 80
	.cfi_rel_offset x30, 88
	stp	d8, d9, [sp, #96]
	stp	d10, d11, [sp, #112]
	stp	d12, d13, [sp, #128]
	stp	d14, d15, [sp, #144]
	mov	x9, sp
	str	x9, [x0]
	mov	sp, x1
	ldp	x19, x20, [sp, #0]
	ldp	x21, x22, [sp, #16]
	ldp	x23, x24, [sp, #32]
	ldp	x25, x26, [sp, #48]
	ldp	x27, x28, [sp, #64]
	ldp	x29, x30, [sp, #80]
	.cfi_restore x29
	.cfi_restore x30
	ldp	d8, d9, [sp, #96]
	ldp	d10, d11, [sp, #112]
	ldp	d12, d13, [sp, #128]
	ldp	d14, d15, [sp, #144]
	add	sp, sp, #160
	.cfi_adjust_cfa_offset -160
	mov	x16, x30
	br	x16
	.cfi_endproc
	.size	context_jump, .-context_jump

/* Where a new context begins: it was given its entry in x19. */
	.globl	context_begin
	.hidden	context_begin
	.type	context_begin, %function
	.p2align 4
context_begin:
	.cfi_startproc
	.cfi_undefined x30
	hint	#36 /* bti j */
	mov	x29, #0
	mov	x30, #0
	blr	x19
	brk	#1
	.cfi_endproc
	.size	context_begin, .-context_begin

	.section .note.GNU-stack, "", %progbits
