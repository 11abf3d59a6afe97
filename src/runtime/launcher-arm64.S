// The launcher for linux/arm64. What it does is said in launcher-amd64.S.
// The bytes are the whole ELF file: as -I FOLDER launcher-arm64.S -o o && objcopy -O binary -j .text o exec
	.set base, 0x400000
	.set sys_faccessat, 48
	.set sys_openat, 56
	.set sys_close, 57
	.set sys_read, 63
	.set sys_write, 64
	.set sys_exit, 93
	.set sys_getrlimit, 163
	.set sys_geteuid, 175
	.set sys_clone, 220
	.set sys_execve, 221
	.set sys_wait4, 260
	.set at_fdcwd, -100
	.set sigchld, 17
	.set rlimit_nproc, 6
	.set few, 8			// processes
	.set path_max, 4096
	.set notice_max, 512
	.text
ehdr:
	.byte 0x7f, 'E', 'L', 'F', 2, 1, 1, 0
	.quad 0
	.short 2, 183
	.long 1
	.quad base + (_start - ehdr), phdr - ehdr, 0
	.long 0
	.short 64, 56, 1, 0, 0, 0
phdr:
	.long 1, 5
	.quad 0, base, base, end - ehdr, end - ehdr, 0x10000

_start:
	mov x29, sp			// [x29] argc, [x29, 8] argv
	ldr x0, [x29]
	add x19, x29, x0, lsl 3
	add x19, x19, 16		// envp
	cmp x0, 2
	b.lt fail
	sub sp, sp, 16
	mov x0, rlimit_nproc
	mov x1, sp
	mov x8, sys_getrlimit
	svc 0
	ldr x0, [sp], 16
	cmp x0, few
	b.hs 1f
	mov x8, sys_geteuid
	svc 0
	cbnz w0, command		// root may have any number
1:	mov x0, at_fdcwd
	adr x1, shell
	mov x2, 1			// X_OK
	mov x8, sys_faccessat
	svc 0
	cbnz x0, alone
	adr x20, before
	bl half
	cmp w0, 125
	b.eq fail
	mov w21, w0
	mov x26, 0			// what to watch
	cbnz w21, 1f
	bl copy
	bl remember
1:	bl fork
	tbnz x0, 63, command		// no process to be had: without a second half, then
	cbz x0, command
	bl wait
	cbnz w0, exit
	cbnz w21, 1f			// no first half, no second
	bl unchanged
	b.eq 1f
	adr x20, after
	bl half
1:	mov x0, 0
exit:	mov x8, sys_exit
	svc 0
fail:	mov x0, 1
	b exit

fork:
	mov x0, sigchld
	mov x1, 0
	mov x2, 0
	mov x3, 0
	mov x4, 0
	mov x8, sys_clone
	svc 0
	ret

// Runs the wrapper with the argument x20; its exit status in w0, which is negative where there was no process to be had.
half:
	mov x22, x30
	bl fork
	mov x30, x22
	tbnz x0, 63, 1f
	cbnz x0, wait
	adr x0, shell
	adr x1, script
	sub sp, sp, 32
	stp x0, x1, [sp]
	stp x20, xzr, [sp, 16]
	mov x1, sp
	mov x2, x19
	mov x8, sys_execve
	svc 0
	b fail
1:	ret

// Waits for the process x0, and for whatever else ends before it; its exit status in w0.
wait:
	mov x23, x0
	sub sp, sp, 16
1:	mov x0, -1
	mov x1, sp
	mov x2, 0
	mov x3, 0
	mov x8, sys_wait4
	svc 0
	cmn x0, 4			// EINTR
	b.eq 1b
	tbnz x0, 63, fail
	cmp w0, w23
	b.ne 1b
	ldr w0, [sp]
	add sp, sp, 16
	ands w1, w0, 127
	b.eq 2f
	add w0, w1, 128
	ret
2:	ubfx w0, w0, 8, 8
	ret

	.include "launcher-lists-arm64.S"

// There is no shell: says what that means, and becomes COMMAND.
alone:
	mov x0, at_fdcwd
	adr x1, notice
	mov x2, 0			// O_RDONLY
	mov x3, 0
	mov x8, sys_openat
	svc 0
	tbnz x0, 63, command
	mov x22, x0
	sub sp, sp, notice_max
	mov x1, sp
	mov x2, notice_max
	mov x8, sys_read
	svc 0
	mov x2, x0
	mov x1, sp
	cmp x0, 0
	b.le 1f
	bl print
1:	mov x0, x22
	mov x8, sys_close
	svc 0
	add sp, sp, notice_max

// Becomes COMMAND, or says why not and exits.
command:
	ldr x20, [x29, 16]		// its name
	mov x21, x20
1:	ldrb w0, [x21], 1
	cmp w0, '/'
	b.eq direct
	cbnz w0, 1b
	sub x21, x21, x20		// its length, with the zero
	mov x22, x19
2:	ldr x23, [x22], 8		// look for PATH=
	cbz x23, missing
	mov x2, x23
	adr x3, path
3:	ldrb w0, [x3], 1
	cbz w0, 4f
	ldrb w1, [x2], 1
	cmp w0, w1
	b.eq 3b
	b 2b
4:	mov x23, x2
	ldrb w0, [x23]
	cbz w0, missing
	sub sp, sp, path_max
	sub sp, sp, 16
	add x26, sp, path_max
	sub x26, x26, x21		// the last place where the name fits
5:	mov x25, sp			// one folder of it
6:	ldrb w24, [x23]
	cbz w24, 7f
	add x23, x23, 1
	cmp w24, ':'
	b.eq 7f
	cmp x25, x26
	b.hs 6b
	strb w24, [x25], 1
	b 6b
7:	mov x0, sp
	cmp x25, x0
	b.ne 8f
	mov w0, '.'
	strb w0, [x25], 1
8:	mov w0, '/'
	strb w0, [x25], 1
	cmp x25, x26
	b.hi 10f
	mov x1, x20
9:	ldrb w0, [x1], 1
	strb w0, [x25], 1
	cbnz w0, 9b
	mov x0, sp
	bl execute
	cmn x0, 8			// ENOEXEC
	b.eq format
10:	cbnz w24, 5b
missing:
	adr x21, not_in_path
	mov x22, not_in_path_end - not_in_path
	b report

direct:
	mov x0, x20
	bl execute
	cmn x0, 8
	b.eq format
	adr x21, denied
	mov x22, denied_end - denied
	cmn x0, 13			// EACCES
	b.eq report
	adr x21, absent
	mov x22, absent_end - absent
	cmn x0, 2			// ENOENT
	b.eq report
	adr x21, other
	mov x22, other_end - other
	b report
format:
	adr x21, bad_format
	mov x22, bad_format_end - bad_format
report:
	adr x1, start
	mov x2, start_end - start
	bl print
	mov x1, x20
	mov x2, 0
1:	ldrb w0, [x20], 1
	cbz w0, 2f
	add x2, x2, 1
	b 1b
2:	bl print
	mov x1, x21
	mov x2, x22
	bl print
	b fail

print:
	mov x0, 2
	mov x8, sys_write
	svc 0
	ret

execute:
	add x1, x29, 16
	mov x2, x19
	mov x8, sys_execve
	svc 0
	ret

shell:	.asciz "/bin/sh"
script:	.asciz "/dev/.repro/run"
mark:	.asciz "/dev/.repro-state/.mark"
copies:	.asciz "/dev/.repro-state/.copies"
watched: .asciz "/dev/.repro-state/.watched"
notice:	.asciz "/dev/.repro/no-shell"
before:	.asciz "--before"
after:	.asciz "--after"
path:	.asciz "PATH="
start:	.ascii "unable to start container process: exec: \""
start_end:
not_in_path: .ascii "\": executable file not found in $PATH\n"
not_in_path_end:
absent:	.ascii "\": no such file or directory\n"
absent_end:
denied:	.ascii "\": permission denied\n"
denied_end:
bad_format: .ascii "\": exec format error\n"
bad_format_end:
other:	.ascii "\": cannot be executed\n"
other_end:
end:
