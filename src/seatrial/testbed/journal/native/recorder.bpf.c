/* Kernel side: writes down program starts and network attempts of registered uid ranges.
 *
 * Program starts come from sched_process_exec, after the point of no return: argv is read
 * from the new address space, which no other thread shares, so what is written down is what
 * the program got, whatever the caller's memory says by then. Network attempts: see
 * network.bpf.h.
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

#include "network.bpf.h"
#include "socket_layer.bpf.h"
