# The first and the last instructions of a thread. They are assembly because they do not use the stack in memory: at
# the beginning it is not there yet, and at the end somebody else may have freed it.
	.text
	.globaltype	__stack_pointer, i32
	.functype	thread_main (i32, i32) -> ()

# void wasi_thread_start(int id, struct __pthread *): of the structure the first field is the stack, the second done.
	.section	.text.wasi_thread_start,"",@
	.globl	wasi_thread_start
	.type	wasi_thread_start,@function
wasi_thread_start:
	.functype	wasi_thread_start (i32, i32) -> ()
	local.get	1
	i32.load	0
	global.set	__stack_pointer
	local.get	0
	local.get	1
	call	thread_main
	local.get	1
	i32.const	1
	i32.atomic.store	4
	local.get	1
	i32.const	-1
	memory.atomic.notify	4
	drop
	end_function

# void thread_exited(struct __pthread *): the thread is done, and stays here for ever.
	.section	.text.thread_exited,"",@
	.globl	thread_exited
	.type	thread_exited,@function
thread_exited:
	.functype	thread_exited (i32) -> ()
	local.get	0
	i32.const	1
	i32.atomic.store	4
	local.get	0
	i32.const	-1
	memory.atomic.notify	4
	drop
	loop
	i32.const	exited_threads
	i32.const	0
	i64.const	-1
	memory.atomic.wait32	0
	drop
	br	0
	end_loop
	end_function

# Nobody wakes those who wait for this.
	.section	.bss.exited_threads,"",@
	.globl	exited_threads
	.p2align	2
	.type	exited_threads,@object
exited_threads:
	.int32	0
	.size	exited_threads, 4
