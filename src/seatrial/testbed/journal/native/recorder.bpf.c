/* Kernel side: writes down program starts and network attempts of registered uid ranges.
 *
 * Program starts come from sched_process_exec, after the point of no return: argv is read
 * from the new address space, which no other thread shares, so what is written down is what
 * the program got, whatever the caller's memory says by then. Network attempts come from
 * system call entry and return (all three x86 ABIs, denied ones too) and, for addresses of
 * INET and INET6, from the socket layer's own copy.
 */
#include "vmlinux.h"
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

#include "recorder.h"

/* The kernel's condition for the helpers that read memory and credentials. */
char LICENSE[] SEC("license") = "GPL";

#define NAME_BYTES 4096
#define CHUNK 16384
#define CHUNKS 384 /* 6 MiB: the kernel's own limit for argv and environment together */
#define TS_COMPAT 2
#define X32_BIT 0x40000000
#define UNSET 0xffffffff
#define AF_INET 2
#define AF_INET6 10

const volatile __u64 process_share; /* bytes of a ring one sandbox may hold at once */
const volatile __u64 network_share;

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 1 << 24);
} process_ring SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 1 << 22);
} network_ring SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, MAX_SANDBOXES);
	__type(key, __u32);
	__type(value, struct sandbox);
} sandboxes SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, MAX_SANDBOXES);
	__type(key, __u32);
	__type(value, struct consumed);
} consumed SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, 1 << 18);
	__type(key, __u64);
	__type(value, struct network_frame);
} pending SEC(".maps");

struct scratch {
	struct process_frame frame;
	char filename[NAME_BYTES];
	char interpreter[NAME_BYTES];
	char executable[256];
	char chunk[CHUNK];
};

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct scratch);
} scratches SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct network_frame);
} network_scratch SEC(".maps");

static __always_inline struct sandbox *sandbox_of_uid(__u32 uid)
{
	__u32 block = uid >> BLOCK_SHIFT;
	struct sandbox *found = bpf_map_lookup_elem(&sandboxes, &block);

	if (found && found->base <= uid)
		return found;
	block -= 1;
	found = bpf_map_lookup_elem(&sandboxes, &block);
	if (found && uid - found->base < BLOCK_IDS)
		return found;
	return NULL;
}

static __always_inline struct sandbox *sandbox_of(struct task_struct *task)
{
	const struct cred *cred = task->cred;
	__u32 uid = cred->uid.val, euid = cred->euid.val;
	struct sandbox *found = sandbox_of_uid(uid);

	if (!found && euid != uid)
		found = sandbox_of_uid(euid);
	return found;
}

static __always_inline void describe(struct actor *who, struct task_struct *task)
{
	struct task_struct *parent = BPF_CORE_READ(task, real_parent);
	struct pid *own = BPF_CORE_READ(task, signal, pids[PIDTYPE_TGID]);
	struct pid *up = BPF_CORE_READ(parent, signal, pids[PIDTYPE_TGID]);
	unsigned int level = BPF_CORE_READ(own, level);

	who->pid = BPF_CORE_READ(own, numbers[level].nr);
	/* A parent outside the pid namespace has no number in it: 0, as getppid says. */
	who->ppid = BPF_CORE_READ(up, level) >= level ? BPF_CORE_READ(up, numbers[level].nr) : 0;
	who->host_pid = task->tgid;
	who->host_tid = task->pid;
	who->uid = task->cred->uid.val;
	who->euid = task->cred->euid.val;
}

/* Room for `size` more bytes of this sandbox? One sandbox's flood must not cost another's
 * events, so each holds at most a share of a ring. */
static __always_inline bool has_room(struct sandbox *box, bool process, __u64 size)
{
	__u32 index = box->index;
	struct consumed *done = bpf_map_lookup_elem(&consumed, &index);

	if (!done)
		return false;
	if (process)
		return box->process_produced - done->process + size <= process_share;
	return box->network_produced - done->network + size <= network_share;
}

SEC("tp_btf/sched_process_exec")
int BPF_PROG(on_exec, struct task_struct *task, pid_t old_pid, struct linux_binprm *bprm)
{
	struct sandbox *box = sandbox_of(task);
	__u32 zero = 0, size, offset, index;
	struct process_frame *frame;
	struct bpf_dynptr out;
	struct scratch *s;
	__u64 start, total;
	long got, unread = 0;

	if (!box)
		return 0;
	__sync_fetch_and_add(&box->counts.process_seen, 1);
	s = bpf_map_lookup_elem(&scratches, &zero);
	if (!s)
		goto lost;
	frame = &s->frame;
	__builtin_memset(frame, 0, sizeof(*frame));
	frame->head.type = FRAME_PROCESS;
	frame->head.token = box->token;
	frame->head.kernel_ns = bpf_ktime_get_ns();
	describe(&frame->who, task);
	frame->argc = bprm->argc;
	frame->inode = BPF_CORE_READ(bprm, file, f_inode, i_ino);

	got = bpf_probe_read_kernel_str(s->filename, NAME_BYTES, bprm->filename);
	frame->filename_bytes = got > 0 ? got - 1 : 0;
	got = bpf_probe_read_kernel_str(s->interpreter, NAME_BYTES, bprm->interp);
	frame->interpreter_bytes = got > 0 ? got - 1 : 0;
	got = bpf_probe_read_kernel_str(s->executable, sizeof(s->executable),
					BPF_CORE_READ(bprm, file, f_path.dentry, d_name.name));
	frame->executable_bytes = got > 0 ? got - 1 : 0;

	start = BPF_CORE_READ(task, mm, arg_start);
	total = BPF_CORE_READ(task, mm, arg_end) - start;
	frame->argv_total = total;
	if (total > (__u64)CHUNK * CHUNKS) {
		total = (__u64)CHUNK * CHUNKS;
		frame->flags |= PROCESS_ARGV_CUT;
	}
	frame->argv_bytes = total;
	size = sizeof(*frame) + frame->filename_bytes + frame->interpreter_bytes +
	       frame->executable_bytes + frame->argv_bytes;
	frame->head.size = size;
	if (!has_room(box, true, size))
		goto lost;

	if (bpf_ringbuf_reserve_dynptr(&process_ring, size, 0, &out)) {
		bpf_ringbuf_discard_dynptr(&out, 0);
		goto lost;
	}
	offset = sizeof(*frame);
	bpf_dynptr_write(&out, offset, s->filename, frame->filename_bytes & (NAME_BYTES - 1), 0);
	offset += frame->filename_bytes;
	bpf_dynptr_write(&out, offset, s->interpreter, frame->interpreter_bytes & (NAME_BYTES - 1),
			 0);
	offset += frame->interpreter_bytes;
	bpf_dynptr_write(&out, offset, s->executable, frame->executable_bytes & 255, 0);
	offset += frame->executable_bytes;
	/* No branch but the loop's own: the verifier follows every path through it. */
	for (index = 0; index < CHUNKS; index++) {
		if (index >= total / CHUNK)
			break;
		unread |= bpf_probe_read_user(s->chunk, CHUNK, (void *)start);
		bpf_dynptr_write(&out, offset, s->chunk, CHUNK, 0);
		start += CHUNK;
		offset += CHUNK;
	}
	unread |= bpf_probe_read_user(s->chunk, total & (CHUNK - 1), (void *)start);
	bpf_dynptr_write(&out, offset, s->chunk, total & (CHUNK - 1), 0);
	if (unread)
		frame->flags |= PROCESS_ARGV_UNREADABLE;
	bpf_dynptr_write(&out, 0, frame, sizeof(*frame), 0);
	__sync_fetch_and_add(&box->process_produced, size);
	bpf_ringbuf_submit_dynptr(&out, 0);
	return 0;
lost:
	__sync_fetch_and_add(&box->counts.process_lost, 1);
	return 0;
}

static __always_inline void send_network(struct sandbox *box, struct network_frame *frame)
{
	__sync_fetch_and_add(&box->counts.network_seen, 1);
	if (!has_room(box, false, sizeof(*frame))) {
		__sync_fetch_and_add(&box->counts.network_lost, 1);
		return;
	}
	__sync_fetch_and_add(&box->network_produced, sizeof(*frame));
	if (bpf_ringbuf_output(&network_ring, frame, sizeof(*frame), 0)) {
		__sync_fetch_and_add(&box->network_produced, -(__u64)sizeof(*frame));
		__sync_fetch_and_add(&box->counts.network_lost, 1);
	}
}

struct arguments {
	__u64 a[6];
	__u32 abi;
	__u32 call;
};

static __always_inline __u32 call_x86_64(long nr)
{
	switch (nr) {
	case 41: return CALL_SOCKET;
	case 42: return CALL_CONNECT;
	case 44: return CALL_SENDTO;
	case 46: return CALL_SENDMSG;
	case 49: return CALL_BIND;
	case 53: return CALL_SOCKETPAIR;
	case 307: return CALL_SENDMMSG;
	case 425: return CALL_IO_URING_SETUP;
	default: return 0;
	}
}

static __always_inline __u32 call_i386(long nr)
{
	switch (nr) {
	case 345: return CALL_SENDMMSG;
	case 359: return CALL_SOCKET;
	case 360: return CALL_SOCKETPAIR;
	case 361: return CALL_BIND;
	case 362: return CALL_CONNECT;
	case 369: return CALL_SENDTO;
	case 370: return CALL_SENDMSG;
	case 425: return CALL_IO_URING_SETUP;
	default: return 0;
	}
}

static __always_inline __u32 call_socketcall(__u64 number)
{
	switch (number) {
	case 1: return CALL_SOCKET;
	case 2: return CALL_BIND;
	case 3: return CALL_CONNECT;
	case 8: return CALL_SOCKETPAIR;
	case 11: return CALL_SENDTO;
	case 16: return CALL_SENDMSG;
	case 20: return CALL_SENDMMSG;
	default: return 0;
	}
}

/* Which network call is this, and with what? False for every other system call. */
static __always_inline bool decode(struct arguments *to, struct task_struct *task,
				   struct pt_regs *regs, long nr)
{
	if (task->thread_info.status & TS_COMPAT) {
		bool multiplexed = nr == 102;

		to->abi = ABI_I386;
		to->call = multiplexed ? call_socketcall((__u32)BPF_CORE_READ(regs, bx))
				       : call_i386(nr);
		if (!to->call)
			return false;
		if (multiplexed) {
			__u32 words[6] = {};
			void *from = (void *)(__u64)(__u32)BPF_CORE_READ(regs, cx);

			/* The array may end at the edge of memory: four words is the least any
			 * call here needs but socketpair and socket, which need three. */
			if (bpf_probe_read_user(words, sizeof(words), from))
				bpf_probe_read_user(words, 12, from);
			to->a[0] = words[0];
			to->a[1] = words[1];
			to->a[2] = words[2];
			to->a[3] = words[3];
			to->a[4] = words[4];
			to->a[5] = words[5];
			return true;
		}
		to->a[0] = (__u32)BPF_CORE_READ(regs, bx);
		to->a[1] = (__u32)BPF_CORE_READ(regs, cx);
		to->a[2] = (__u32)BPF_CORE_READ(regs, dx);
		to->a[3] = (__u32)BPF_CORE_READ(regs, si);
		to->a[4] = (__u32)BPF_CORE_READ(regs, di);
		to->a[5] = (__u32)BPF_CORE_READ(regs, bp);
		return true;
	}
	to->abi = ABI_X86_64;
	if (nr >= 0 && (nr & X32_BIT)) {
		to->abi = ABI_X32;
		nr &= ~X32_BIT;
		/* Calls with pointers inside have x32 numbers of their own. */
		nr = nr == 518 ? 46 : nr == 538 ? 307 : nr;
	}
	to->call = call_x86_64(nr);
	if (!to->call)
		return false;
	to->a[0] = BPF_CORE_READ(regs, di);
	to->a[1] = BPF_CORE_READ(regs, si);
	to->a[2] = BPF_CORE_READ(regs, dx);
	to->a[3] = BPF_CORE_READ(regs, r10);
	to->a[4] = BPF_CORE_READ(regs, r8);
	to->a[5] = BPF_CORE_READ(regs, r9);
	return true;
}

/* Where the caller's memory holds the destination; false when the call names none. */
static __always_inline bool find_address(struct arguments *args, __u64 *address, __u32 *length)
{
	if (args->call == CALL_CONNECT || args->call == CALL_BIND) {
		*address = args->a[1];
		*length = args->a[2];
		return true;
	}
	if (args->call == CALL_SENDTO) {
		*address = args->a[4];
		*length = args->a[5];
		return *address != 0;
	}
	if (args->abi == ABI_X86_64) {
		struct {
			__u64 name;
			__u32 length;
		} __attribute__((packed)) wide = {};

		bpf_probe_read_user(&wide, sizeof(wide), (void *)args->a[1]);
		*address = wide.name;
		*length = wide.length;
	} else {
		struct {
			__u32 name;
			__u32 length;
		} narrow = {};

		bpf_probe_read_user(&narrow, sizeof(narrow), (void *)args->a[1]);
		*address = narrow.name;
		*length = narrow.length;
	}
	return *address != 0;
}

static __always_inline bool has_address(__u32 call)
{
	return call >= CALL_CONNECT && call <= CALL_SENDMMSG;
}

static __always_inline bool read_address(__u8 *to, __u64 from, __u64 length)
{
	/* 64 bits wide, so that the verifier sees the bound on the register it is about. */
	barrier_var(length);
	if (length > ADDRESS_BYTES)
		length = ADDRESS_BYTES;
	return length == 0 || !bpf_probe_read_user(to, length, (void *)from);
}

/* Fill `frame` from the arguments; false when the call is no attempt to reach anything. */
static __always_inline bool fill(struct network_frame *frame, struct sandbox *box,
				 struct task_struct *task, struct arguments *args)
{
	__builtin_memset(frame, 0, sizeof(*frame));
	frame->head.size = sizeof(*frame);
	frame->head.type = FRAME_NETWORK;
	frame->head.token = box->token;
	frame->head.kernel_ns = bpf_ktime_get_ns();
	describe(&frame->who, task);
	frame->call = args->call;
	frame->abi = args->abi;
	frame->fd = -1;
	frame->family = frame->socket_type = frame->protocol = UNSET;
	if (args->call == CALL_SOCKET || args->call == CALL_SOCKETPAIR) {
		frame->family = args->a[0];
		frame->socket_type = args->a[1];
		frame->protocol = args->a[2];
	} else if (has_address(args->call)) {
		__u64 address = 0;
		__u32 length = 0;

		frame->fd = args->a[0];
		if (!find_address(args, &address, &length))
			return false;
		if (args->call == CALL_SENDMMSG)
			frame->messages = args->a[2];
		frame->address_claim = length;
		frame->address_bytes = length > ADDRESS_BYTES ? ADDRESS_BYTES : length;
		if (!read_address(frame->address, address, length)) {
			frame->flags |= NETWORK_UNREADABLE;
			frame->address_bytes = 0;
		} else if (length >= 2) {
			frame->family = frame->address[0] | frame->address[1] << 8;
		}
	}
	return true;
}

SEC("tp_btf/sys_enter")
int BPF_PROG(on_call, struct pt_regs *regs, long nr)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct network_frame *frame;
	struct arguments args;
	struct sandbox *box;
	__u32 zero = 0;
	__u64 key;

	if (!decode(&args, task, regs, nr))
		return 0;
	box = sandbox_of(task);
	frame = bpf_map_lookup_elem(&network_scratch, &zero);
	if (!box || !frame || !fill(frame, box, task, &args))
		return 0;
	key = bpf_get_current_pid_tgid();
	if (bpf_map_update_elem(&pending, &key, frame, BPF_ANY)) {
		frame->flags |= NETWORK_NO_RESULT;
		send_network(box, frame);
	}
	return 0;
}

static __always_inline void look_again(struct network_frame *frame, struct arguments *args)
{
	__u8 after[ADDRESS_BYTES] = {};
	__u64 address = 0;
	__u32 length = 0, i;

	if (!find_address(args, &address, &length) || !read_address(after, address, length))
		return;
	for (i = 0; i < ADDRESS_BYTES; i++) {
		if (i >= frame->address_bytes)
			return;
		/* The socket layer's copy has no padding, flow label or scope. */
		if (frame->flags & NETWORK_KERNEL_COPY &&
		    (i >= 24 || (frame->family == AF_INET ? i >= 8 : i >= 4 && i < 8)))
			continue;
		if (after[i] != frame->address[i])
			break;
	}
	if (i == ADDRESS_BYTES)
		return;
	frame->flags |= NETWORK_CHANGED;
	__builtin_memcpy(frame->address_after, after, sizeof(after));
}

SEC("tp_btf/sys_exit")
int BPF_PROG(on_return, struct pt_regs *regs, long result)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct network_frame *frame;
	struct arguments args;
	struct sandbox *box;
	__u32 zero = 0;
	__u64 key;

	if (!decode(&args, task, regs, BPF_CORE_READ(regs, orig_ax)))
		return 0;
	box = sandbox_of(task);
	if (!box)
		return 0;
	key = bpf_get_current_pid_tgid();
	frame = bpf_map_lookup_elem(&pending, &key);
	if (frame) {
		frame->result = result;
		if (has_address(args.call))
			look_again(frame, &args);
		send_network(box, frame);
		bpf_map_delete_elem(&pending, &key);
		return 0;
	}
	/* A seccomp filter that denies a call ends it before sys_enter is told. */
	frame = bpf_map_lookup_elem(&network_scratch, &zero);
	if (!frame || !fill(frame, box, task, &args))
		return 0;
	frame->flags |= NETWORK_NO_ENTRY;
	frame->result = result;
	send_network(box, frame);
	return 0;
}

/* The socket layer's copy of an address, which no thread of the caller can change any more.
 * It completes the call under way, or stands alone where there is none (another ABI, a
 * kernel worker) or where one call has several destinations. */
static __always_inline int on_socket(struct bpf_sock_addr *ctx, __u32 call, __u32 family)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct sandbox *box = sandbox_of(task);
	struct network_frame *frame, *waiting;
	__u64 key = (__u64)task->tgid << 32 | (__u32)task->pid;
	__u8 address[28] = {};
	__u32 zero = 0, bytes;
	__u16 port = ctx->user_port;

	if (!box)
		return 1;
	/* sockaddr_in or sockaddr_in6, as the caller would have written it. */
	address[0] = family;
	__builtin_memcpy(address + 2, &port, 2);
	if (family == AF_INET) {
		__u32 v4 = ctx->user_ip4;

		__builtin_memcpy(address + 4, &v4, 4);
		bytes = 16;
	} else {
		__u32 v6[4] = {ctx->user_ip6[0], ctx->user_ip6[1], ctx->user_ip6[2],
			       ctx->user_ip6[3]};

		__builtin_memcpy(address + 8, v6, 16);
		bytes = 28;
	}
	waiting = bpf_map_lookup_elem(&pending, &key);
	if (waiting && waiting->call != CALL_SENDMMSG) {
		frame = waiting;
	} else {
		frame = bpf_map_lookup_elem(&network_scratch, &zero);
		if (!frame)
			return 1;
		__builtin_memset(frame, 0, sizeof(*frame));
		frame->head.size = sizeof(*frame);
		frame->head.type = FRAME_NETWORK;
		frame->head.token = box->token;
		frame->head.kernel_ns = bpf_ktime_get_ns();
		describe(&frame->who, task);
		frame->call = waiting ? waiting->call : call;
		frame->abi = waiting ? waiting->abi : ABI_NONE;
		frame->fd = waiting ? waiting->fd : -1;
		frame->socket_type = frame->protocol = UNSET;
		frame->flags = NETWORK_NO_SYSCALL | NETWORK_NO_RESULT;
		frame->address_claim = bytes;
	}
	frame->flags |= NETWORK_KERNEL_COPY;
	frame->family = family;
	frame->address_bytes = bytes;
	__builtin_memcpy(frame->address, address, sizeof(address));
	if (frame != waiting)
		send_network(box, frame);
	return 1;
}

SEC("cgroup/connect4")
int on_connect4(struct bpf_sock_addr *ctx)
{
	return on_socket(ctx, CALL_CONNECT, AF_INET);
}

SEC("cgroup/connect6")
int on_connect6(struct bpf_sock_addr *ctx)
{
	return on_socket(ctx, CALL_CONNECT, AF_INET6);
}

SEC("cgroup/bind4")
int on_bind4(struct bpf_sock_addr *ctx)
{
	return on_socket(ctx, CALL_BIND, AF_INET);
}

SEC("cgroup/bind6")
int on_bind6(struct bpf_sock_addr *ctx)
{
	return on_socket(ctx, CALL_BIND, AF_INET6);
}

SEC("cgroup/sendmsg4")
int on_sendmsg4(struct bpf_sock_addr *ctx)
{
	return on_socket(ctx, CALL_SENDMSG, AF_INET);
}

SEC("cgroup/sendmsg6")
int on_sendmsg6(struct bpf_sock_addr *ctx)
{
	return on_socket(ctx, CALL_SENDMSG, AF_INET6);
}
