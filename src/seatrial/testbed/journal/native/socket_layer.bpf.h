/* Addresses as the socket layer got them, part of recorder.bpf.c. */

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
