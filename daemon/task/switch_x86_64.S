/* SPDX-License-Identifier: MIT */
/*
 * void context_jump(void **from, void *to)
 *
 * Pushes what a callee must keep (System V AMD64 ABI, 3.2.1), leaves the
 * stack pointer in *from, takes `to` and pops the same. It goes on by a jump
 * through a register: a `ret` would miss the return stack's prediction each
 * time, as it returns to another caller than it came from.
 */
	.text
	.globl	context_jump
	.hidden	context_jump
	.type	context_jump, @function
	.p2align 4
context_jump:
	.cfi_startproc
	endbr64
	pushq	%rbp
	.cfi_adjust_cfa_offset 8
	.cfi_rel_offset %rbp, 0
	pushq	%rbx
	.cfi_adjust_cfa_offset 8
	.cfi_rel_offset %rbx, 0
	pushq	%r12
	.cfi_adjust_cfa_offset 8
	.cfi_rel_offset %r12, 0
	pushq	%r13
	.cfi_adjust_cfa_offset 8
	.cfi_rel_offset %r13, 0
	pushq	%r14
	.cfi_adjust_cfa_offset 8
	.cfi_rel_offset %r14, 0
	pushq	%r15
	.cfi_adjust_cfa_offset 8
	.cfi_rel_offset %r15, 0
	movq	%rsp, (%rdi)
	movq	%rsi, %rsp
	popq	%r15
	.cfi_adjust_cfa_offset -8
	.cfi_restore %r15
	popq	%r14
	.cfi_adjust_cfa_offset -8
	.cfi_restore %r14
	popq	%r13
	.cfi_adjust_cfa_offset -8
	.cfi_restore %r13
	popq	%r12
	.cfi_adjust_cfa_offset -8
	.cfi_restore %r12
	popq	%rbx
	.cfi_adjust_cfa_offset -8
	.cfi_restore %rbx
	popq	%rbp
	.cfi_adjust_cfa_offset -8
	.cfi_restore %rbp
	popq	%rcx
	.cfi_adjust_cfa_offset -8
	.cfi_register %rip, %rcx
	notrack jmp *%rcx
	.cfi_endproc
	.size	context_jump, .-context_jump

/*
 * Where a new context begins: it was given its entry in %r12. The call leaves
 * a return address of our own, so that a backtrace ends here.
 */
	.globl	context_begin
	.hidden	context_begin
	.type	context_begin, @function
	.p2align 4
context_begin:
	.cfi_startproc
	.cfi_undefined %rip
	endbr64
	xorl	%ebp, %ebp
	call	*%r12
	ud2
	.cfi_endproc
	.size	context_begin, .-context_begin

	.section .note.GNU-stack, "", @progbits
