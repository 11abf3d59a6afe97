# The launcher's lists, for launcher-amd64.S: files to copy before the command, paths to look at after it.
	.set sys_stat, 4
	.set sys_fstat, 5
	.set sys_lseek, 8
	.set sys_mmap, 9
	.set sys_pread64, 17
	.set sys_unlink, 87
	.set sys_fchmod, 91
	.set sys_fchown, 93
	.set sys_utimensat, 280
	.set o_write, 0x241		# O_WRONLY | O_CREAT | O_TRUNC
	.set o_nofollow, 0x20000
	.set o_cloexec, 0x80000
	.set stat_mode, 24		# struct stat
	.set stat_uid, 28
	.set stat_gid, 32
	.set stat_atime, 72		# the modification time follows
	.set stat_ctime, 104
	.set stat_size, 144		# its own
	.set list, -16			# [rbp + list] what to watch, or zero
	.set mark_ctime, -32		# [rbp + mark_ctime] seconds, nanoseconds
	.set buffer_size, 8192

# The list in the file rdi: its strings and an empty one in memory of this process's own, at rax; zero where there are none.
load:
	mov esi, o_cloexec
	mov eax, sys_open
	syscall
	test eax, eax
	js 1f
	mov ebx, eax
	mov edi, ebx
	xor esi, esi
	mov edx, 2			# SEEK_END
	mov eax, sys_lseek
	syscall
	test rax, rax
	jle 1f
	mov r13, rax
	xor edi, edi
	lea rsi, [r13 + 2]
	mov edx, 3			# PROT_READ | PROT_WRITE
	mov r10d, 0x22			# MAP_PRIVATE | MAP_ANONYMOUS
	mov r8, -1
	xor r9d, r9d
	mov eax, sys_mmap
	syscall
	cmp rax, -4096
	ja 1f
	mov rsi, rax
	mov edi, ebx
	mov rdx, r13
	xor r10d, r10d
	mov eax, sys_pread64
	syscall
	cmp rax, r13
	jne 1f
	mov rax, rsi
	ret
1:	xor eax, eax
	ret

# Moves r13 behind its string.
next:	cmp byte ptr [r13], 0
	lea r13, [r13 + 1]
	jne next
	ret

# Makes the copies. One that cannot be whole is not made.
copy:
	lea rdi, [rip + copies]
	call load
	test rax, rax
	jz 6f
	mov r13, rax
	sub rsp, buffer_size
1:	cmp byte ptr [r13], 0
	je 5f
	mov rdi, r13
	mov esi, o_nofollow | o_cloexec
	mov eax, sys_open
	syscall
	mov r15d, eax			# the file
	call next
	mov r14, r13			# the copy's path
	call next
	test r15d, r15d
	js 1b
	mov rdi, r14
	mov esi, o_write | o_nofollow | o_cloexec
	mov edx, 0600
	mov eax, sys_open
	syscall
	mov ebx, eax			# the copy
	test eax, eax
	js 4f
2:	mov edi, r15d
	mov rsi, rsp
	mov edx, buffer_size
	mov eax, sys_read
	syscall
	test rax, rax
	jz 3f
	js 7f
	mov edi, ebx
	mov rdx, rax
	mov eax, sys_write
	syscall
	cmp rax, rdx
	je 2b
7:	mov rdi, r14
	mov eax, sys_unlink
	syscall
3:	mov edi, r15d
	mov eax, sys_fstat
	syscall
	mov edi, ebx
	mov esi, [rsp + stat_uid]
	mov edx, [rsp + stat_gid]
	mov eax, sys_fchown
	syscall
	mov esi, [rsp + stat_mode]
	mov eax, sys_fchmod
	syscall
	xor esi, esi
	lea rdx, [rsp + stat_atime]
	xor r10d, r10d
	mov eax, sys_utimensat
	syscall
	mov eax, sys_close
	syscall
4:	mov edi, r15d
	mov eax, sys_close
	syscall
	jmp 1b
5:	add rsp, buffer_size
6:	ret

# Keeps what is watched, and since when: the command may change the files that say so.
remember:
	mov qword ptr [rbp + list], 0
	sub rsp, stat_size
	lea rdi, [rip + mark]
	mov rsi, rsp
	mov eax, sys_stat
	syscall
	test eax, eax
	jnz 1f
	movups xmm0, [rsp + stat_ctime]
	movups [rbp + mark_ctime], xmm0
	lea rdi, [rip + watched]
	call load
	mov [rbp + list], rax
1:	add rsp, stat_size
	ret

# Whether (flag zero) none of what is watched changed.
unchanged:
	mov r13, [rbp + list]
	sub rsp, stat_size
	test r13, r13
	jz 3f
1:	cmp byte ptr [r13], 0
	je 4f
	mov rdi, r13
	mov rsi, rsp
	mov eax, sys_stat
	syscall
	call next
	cmp eax, -2			# ENOENT
	je 1b
	cmp eax, -20			# ENOTDIR
	je 1b
	test eax, eax
	jnz 3f
	mov rax, [rsp + stat_ctime]
	cmp rax, [rbp + mark_ctime]
	jl 1b
	jg 3f
	mov rax, [rsp + stat_ctime + 8]
	cmp rax, [rbp + mark_ctime + 8]
	jl 1b
3:	or al, 1
4:	lea rsp, [rsp + stat_size]
	ret
