/* Network attempts, part of recorder.bpf.c.
 *
 * They come from system call entry and return (all three x86 ABIs, denied ones too) and, for
 * addresses of INET and INET6, from the socket layer's own copy.
 */
#define TS_COMPAT 2 /* thread_info.status: the call under way is of the i386 ABI */
#define X32_BIT 0x40000000
#define UNSET 0xffffffff
#define AF_INET 2
#define AF_INET6 10

/* Calls that have begun and not returned, by thread. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, 1 << 18);
	__type(key, __u64);
	__type(value, struct network_frame);
} pending SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct network_frame);
} network_scratch SEC(".maps");

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
