# The launcher for linux/amd64: `exec COMMAND ARG...`.
# Where /bin/sh can be executed: `/bin/sh /dev/.repro/run --before`, COMMAND, `/bin/sh /dev/.repro/run --after`, each in a process of
# its own, COMMAND with the environment, folder and descriptors that this program was given. Where it cannot: what /dev/.repro/no-shell
# says, if it is there, goes to stderr, and COMMAND runs in this process, as it does where the user may have so few processes that this one
# could be missed.
# Between the halves it does what programs of the image take longer for, by two lists of the first half in /dev/.repro-state, each string
# with a zero at its end. `.copies`: a file, the path of its copy, and so on; a copy has owner, mode and times. `.watched`: paths; when none
# of them has a change time as late as that of `.mark` once COMMAND has ended, there is no second half.
# Exits as COMMAND does, with 128+N where signal N ended it, and with 1 where COMMAND cannot be executed, as the container runtime has it.
# The bytes are the whole ELF file: as -I FOLDER launcher-amd64.S -o o && objcopy -O binary -j .text o exec
	.intel_syntax noprefix
	.set base, 0x400000
	.set sys_read, 0
	.set sys_write, 1
	.set sys_open, 2
	.set sys_close, 3
	.set sys_access, 21
	.set sys_fork, 57
	.set sys_execve, 59
	.set sys_exit, 60
	.set sys_wait4, 61
	.set sys_getrlimit, 97
	.set sys_geteuid, 107
	.set rlimit_nproc, 6
	.set few, 8			# processes
	.set first, -8			# [rbp + first] the first half's exit status
	.set path_max, 4096
	.set notice_max, 512
	.text
ehdr:
	.byte 0x7f, 'E', 'L', 'F', 2, 1, 1, 0
	.quad 0
	.short 2, 62
	.long 1
	.quad base + (_start - ehdr), phdr - ehdr, 0
	.long 0
	.short 64, 56, 1, 0, 0, 0
phdr:
	.long 1, 5
	.quad 0, base, base, end - ehdr, end - ehdr, 0x1000

_start:
	mov rbp, rsp			# [rbp] argc, [rbp+8] argv
	mov rax, [rbp]
	lea r12, [rbp + rax*8 + 16]	# envp
	cmp rax, 2
	jl fail
	sub rsp, 32			# for first, and for the lists' own
	mov edi, rlimit_nproc
	mov rsi, rsp
	mov eax, sys_getrlimit
	syscall
	cmp qword ptr [rsp], few
	jae 1f
	mov eax, sys_geteuid
	syscall
	test eax, eax			# root may have any number
	jnz command
1:
	lea rdi, [rip + shell]
	mov esi, 1			# X_OK
	mov eax, sys_access
	syscall
	test eax, eax
	jnz alone
	lea r13, [rip + before]
	call half
	cmp eax, 125
	je fail
	mov [rbp + first], rax
	test eax, eax
	jnz 1f
	call copy
	call remember
1:	mov eax, sys_fork
	syscall
	test eax, eax
	js command			# no process to be had: without a second half, then
	jz command
	call wait
	test eax, eax
	jnz exit
	cmp dword ptr [rbp + first], 0	# no first half, no second
	jne 1f
	call unchanged
	je 1f
	lea r13, [rip + after]
	call half
1:	xor eax, eax
exit:	mov edi, eax
	mov eax, sys_exit
	syscall
fail:	mov eax, 1
	jmp exit

# Runs the wrapper with the argument r13; its exit status in eax, which is negative where there was no process to be had.
half:
	mov eax, sys_fork
	syscall
	test eax, eax
	js 1f
	jnz wait
	push 0
	push r13
	lea rax, [rip + script]
	push rax
	lea rdi, [rip + shell]
	push rdi
	mov rsi, rsp
	mov rdx, r12
	mov eax, sys_execve
	syscall
	jmp fail
1:	ret

# Waits for the process eax, and for whatever else ends before it; its exit status in eax.
wait:
	mov ebx, eax
	sub rsp, 8
1:	mov rdi, -1
	mov rsi, rsp
	xor edx, edx
	xor r10d, r10d
	mov eax, sys_wait4
	syscall
	cmp eax, -4			# EINTR
	je 1b
	test eax, eax
	js fail
	cmp eax, ebx
	jne 1b
	mov eax, [rsp]
	add rsp, 8
	mov ecx, eax
	and ecx, 127
	jz 2f
	lea eax, [rcx + 128]
	ret
2:	movzx eax, ah
	ret

	.include "launcher-lists-amd64.S"

# There is no shell: says what that means, and becomes COMMAND.
alone:
	lea rdi, [rip + notice]
	xor esi, esi			# O_RDONLY
	mov eax, sys_open
	syscall
	test eax, eax
	js command
	mov ebx, eax
	sub rsp, notice_max
	mov edi, ebx
	mov rsi, rsp
	mov edx, notice_max
	mov eax, sys_read
	syscall
	mov rdx, rax
	mov rsi, rsp
	test rax, rax
	jle 1f
	call print
1:	mov edi, ebx
	mov eax, sys_close
	syscall
	add rsp, notice_max

# Becomes COMMAND, or says why not and exits.
command:
	mov r13, [rbp + 16]		# its name
	mov rdi, r13
1:	mov al, [rdi]
	inc rdi
	cmp al, '/'
	je direct
	test al, al
	jnz 1b
	sub rdi, r13
	mov r15, rdi			# its length, with the zero
	mov rbx, r12
2:	mov rsi, [rbx]			# look for PATH=
	add rbx, 8
	test rsi, rsi
	jz missing
	cmp dword ptr [rsi], 0x48544150
	jne 2b
	cmp byte ptr [rsi + 4], '='
	jne 2b
	add rsi, 5
	cmp byte ptr [rsi], 0
	je missing
	sub rsp, path_max + 8
3:	mov rdi, rsp			# one folder of it
	lea rdx, [rsp + path_max]
	sub rdx, r15
4:	mov al, [rsi]
	test al, al
	jz 5f
	inc rsi
	cmp al, ':'
	je 5f
	cmp rdi, rdx
	jae 4b
	mov [rdi], al
	inc rdi
	jmp 4b
5:	mov r14b, al			# zero after the last
	cmp rdi, rsp
	jne 6f
	mov byte ptr [rdi], '.'
	inc rdi
6:	mov byte ptr [rdi], '/'
	inc rdi
	mov rbx, rsi
	mov rsi, r13
	mov rcx, r15
	cmp rdi, rdx
	ja 7f
	rep movsb
	mov rdi, rsp
	call execute
	cmp eax, -8			# ENOEXEC
	je format
7:	mov rsi, rbx
	test r14b, r14b
	jnz 3b
missing:
	lea rsi, [rip + not_in_path]
	mov edx, not_in_path_end - not_in_path
	jmp report

direct:
	mov rdi, r13
	call execute
	cmp eax, -8
	je format
	lea rsi, [rip + denied]
	mov edx, denied_end - denied
	cmp eax, -13			# EACCES
	je report
	lea rsi, [rip + absent]
	mov edx, absent_end - absent
	cmp eax, -2			# ENOENT
	je report
	lea rsi, [rip + other]
	mov edx, other_end - other
	jmp report
format:
	lea rsi, [rip + bad_format]
	mov edx, bad_format_end - bad_format
report:
	push rsi
	push rdx
	lea rsi, [rip + start]
	mov edx, start_end - start
	call print
	mov rsi, r13
	mov rdx, -1
1:	inc rdx
	cmp byte ptr [rsi + rdx], 0
	jne 1b
	call print
	pop rdx
	pop rsi
	call print
	jmp fail

print:
	mov edi, 2
	mov eax, sys_write
	syscall
	ret

execute:
	lea rsi, [rbp + 16]
	mov rdx, r12
	mov eax, sys_execve
	syscall
	ret

shell:	.asciz "/bin/sh"
script:	.asciz "/dev/.repro/run"
mark:	.asciz "/dev/.repro-state/.mark"
copies:	.asciz "/dev/.repro-state/.copies"
watched: .asciz "/dev/.repro-state/.watched"
notice:	.asciz "/dev/.repro/no-shell"
before:	.asciz "--before"
after:	.asciz "--after"
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
