// The launcher's lists, for launcher-arm64.S: files to copy before the command, paths to look at after it.
	.set sys_unlinkat, 35
	.set sys_fchmod, 52
	.set sys_fchown, 55
	.set sys_lseek, 62
	.set sys_pread64, 67
	.set sys_newfstatat, 79
	.set sys_fstat, 80
	.set sys_utimensat, 88
	.set sys_mmap, 222
	.set o_write, 0x241		// O_WRONLY | O_CREAT | O_TRUNC
	.set o_nofollow, 0x8000
	.set o_cloexec, 0x80000
	.set stat_mode, 16		// struct stat
	.set stat_uid, 24
	.set stat_atime, 72		// the modification time follows
	.set stat_ctime, 104
	.set stat_size, 128		// its own
	.set buffer_size, 8192

// The list in the file x1: its strings and an empty one in memory of this process's own, at x0; zero where there are none.
load:
	mov x0, at_fdcwd
	mov x2, o_cloexec
	mov x3, 0
	mov x8, sys_openat
	svc 0
	tbnz x0, 63, 1f
	mov x22, x0
	mov x1, 0
	mov x2, 2			// SEEK_END
	mov x8, sys_lseek
	svc 0
	cmp x0, 0
	b.le 1f
	mov x20, x0
	mov x0, 0
	add x1, x20, 2
	mov x2, 3			// PROT_READ | PROT_WRITE
	mov x3, 0x22			// MAP_PRIVATE | MAP_ANONYMOUS
	mov x4, -1
	mov x5, 0
	mov x8, sys_mmap
	svc 0
	cmn x0, 4096
	b.hi 1f
	mov x23, x0
	mov x1, x0
	mov x0, x22
	mov x2, x20
	mov x3, 0
	mov x8, sys_pread64
	svc 0
	cmp x0, x20
	b.ne 1f
	mov x0, x23
	ret
1:	mov x0, 0
	ret

// Moves x20 behind its string.
next:	ldrb w0, [x20], 1
	cbnz w0, next
	ret

// Makes the copies. One that cannot be whole is not made.
copy:
	mov x25, x30
	adr x1, copies
	bl load
	cbz x0, 6f
	mov x20, x0
	sub sp, sp, buffer_size
1:	ldrb w0, [x20]
	cbz w0, 5f
	mov x0, at_fdcwd
	mov x1, x20
	mov x2, o_cloexec
	orr x2, x2, o_nofollow
	mov x3, 0
	mov x8, sys_openat
	svc 0
	mov x22, x0			// the file
	bl next
	mov x24, x20			// the copy's path
	bl next
	tbnz x22, 63, 1b
	mov x0, at_fdcwd
	mov x1, x24
	mov x2, o_write
	orr x2, x2, o_nofollow
	orr x2, x2, o_cloexec
	mov x3, 0600
	mov x8, sys_openat
	svc 0
	mov x23, x0			// the copy
	tbnz x0, 63, 4f
2:	mov x0, x22
	mov x1, sp
	mov x2, buffer_size
	mov x8, sys_read
	svc 0
	cbz x0, 3f
	tbnz x0, 63, 7f
	mov x2, x0
	mov x0, x23
	mov x8, sys_write
	svc 0
	cmp x0, x2
	b.eq 2b
7:	mov x0, at_fdcwd
	mov x1, x24
	mov x2, 0
	mov x8, sys_unlinkat
	svc 0
3:	mov x0, x22
	mov x1, sp
	mov x8, sys_fstat
	svc 0
	mov x0, x23
	ldp w1, w2, [sp, stat_uid]	// and the group
	mov x8, sys_fchown
	svc 0
	mov x0, x23
	ldr w1, [sp, stat_mode]
	mov x8, sys_fchmod
	svc 0
	mov x0, x23
	mov x1, 0
	add x2, sp, stat_atime
	mov x3, 0
	mov x8, sys_utimensat
	svc 0
	mov x0, x23
	mov x8, sys_close
	svc 0
4:	mov x0, x22
	mov x8, sys_close
	svc 0
	b 1b
5:	add sp, sp, buffer_size
6:	ret x25

// The status of the file x1, at the stack pointer; zero or an error in x0.
status:
	mov x0, at_fdcwd
	mov x2, sp
	mov x3, 0
	mov x8, sys_newfstatat
	svc 0
	ret

// Keeps what is watched, in x26, and since when, in x27 and x28: the command may change the files that say so.
remember:
	mov x25, x30
	sub sp, sp, stat_size
	adr x1, mark
	bl status
	cbnz x0, 1f
	ldp x27, x28, [sp, stat_ctime]
	adr x1, watched
	bl load
	mov x26, x0
1:	add sp, sp, stat_size
	ret x25

// Whether (condition eq) none of what is watched changed.
unchanged:
	mov x25, x30
	sub sp, sp, stat_size
	cmp x26, 0
	b.eq 3f
	mov x20, x26
1:	ldrb w0, [x20]
	cmp w0, 0
	b.eq 4f
	mov x1, x20
	bl status
	mov x22, x0
	bl next
	cmn x22, 2			// ENOENT
	b.eq 1b
	cmn x22, 20			// ENOTDIR
	b.eq 1b
	cbnz x22, 3f
	ldp x1, x2, [sp, stat_ctime]
	cmp x1, x27
	b.lt 1b
	b.gt 3f
	cmp x2, x28
	b.lt 1b
3:	cmp sp, 0			// not equal
4:	add sp, sp, stat_size
	ret x25
