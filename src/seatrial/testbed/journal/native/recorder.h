/* What the kernel side and the user side of the recorder share, and what goes down the pipe.
 *
 * Every frame begins with struct frame; all numbers are of the machine's own byte order.
 * stream.py reads the same layout: change both together and raise PROTOCOL.
 */
#ifndef SEATRIAL_RECORDER_H
#define SEATRIAL_RECORDER_H

#define PROTOCOL 1
#define BLOCK_SHIFT 16
#define BLOCK_IDS (1u << BLOCK_SHIFT)
#define MAX_SANDBOXES 16384
#define ADDRESS_BYTES 128 /* sizeof(struct sockaddr_storage) */

enum frame_type {
	FRAME_PROCESS = 1,
	FRAME_NETWORK = 2,
	FRAME_COUNTS = 3,  /* counters of one sandbox; unasked, when losses grew */
	FRAME_DRAINED = 4, /* the same, answering "drain": all earlier events precede it */
	FRAME_READY = 5,
};

struct frame {
	__u32 size; /* of the whole frame, this header included */
	__u32 type;
	__u32 token; /* names the sandbox; given with "add" */
	__u32 pad;
	__u64 kernel_ns; /* CLOCK_MONOTONIC */
};

struct actor {
	__u32 pid; /* as seen in the process's own pid namespace */
	__u32 ppid;
	__u32 host_pid;
	__u32 host_tid;
	__u32 uid; /* host ids: subtract the sandbox's base */
	__u32 euid;
};

enum process_flag {
	PROCESS_ARGV_UNREADABLE = 1, /* a page was not in memory; zeros stand for it */
	PROCESS_ARGV_CUT = 2,	     /* longer than the kernel permits argv to be */
};

/* Followed by filename, interpreter, executable (its last path component), argv. */
struct process_frame {
	struct frame head;
	struct actor who;
	__u32 flags;
	__u32 argc;
	__u32 filename_bytes;
	__u32 interpreter_bytes;
	__u32 executable_bytes;
	__u32 argv_bytes; /* that follow */
	__u64 argv_total; /* that the program got */
	__u64 inode;
};

enum network_call {
	CALL_SOCKET = 1,
	CALL_SOCKETPAIR = 2,
	CALL_CONNECT = 3,
	CALL_BIND = 4,
	CALL_SENDTO = 5,
	CALL_SENDMSG = 6,
	CALL_SENDMMSG = 7,
	CALL_IO_URING_SETUP = 8,
};

enum network_abi { ABI_X86_64 = 0, ABI_I386 = 1, ABI_X32 = 2, ABI_NONE = 3 };

enum network_flag {
	NETWORK_KERNEL_COPY = 1,   /* address as the kernel's socket layer got it */
	NETWORK_CHANGED = 2,	   /* the caller's memory differed after the call */
	NETWORK_NO_ENTRY = 4,	   /* first seen on return: denied before it began */
	NETWORK_NO_RESULT = 8,	   /* sent on entry, result unknown */
	NETWORK_NO_SYSCALL = 16,   /* seen by the socket layer only */
	NETWORK_UNREADABLE = 32,   /* the address could not be read */
};

struct network_frame {
	struct frame head;
	struct actor who;
	__s64 result;
	__u32 flags;
	__u32 call;
	__u32 abi;
	__s32 fd;
	__u32 family;
	__u32 socket_type;
	__u32 protocol;
	__u32 messages;	     /* sendmmsg: how many */
	__u32 address_claim; /* length the caller gave */
	__u32 address_bytes; /* that are meaningful in `address` */
	__u8 address[ADDRESS_BYTES];
	__u8 address_after[ADDRESS_BYTES]; /* with NETWORK_CHANGED */
};

struct counts {
	__u64 process_seen; /* lost ones included */
	__u64 process_lost;
	__u64 network_seen;
	__u64 network_lost;
};

struct counts_frame {
	struct frame head;
	struct counts counts;
	__u64 machine_missed; /* runs the kernel skipped, of any sandbox or none */
};

struct ready_frame {
	struct frame head;
	__u32 protocol;
	__u32 kernel_copy; /* 1 when the socket layer's hooks are on */
};

/* One sandbox; the key is its first host id >> BLOCK_SHIFT. Ranges are BLOCK_IDS long and
 * disjoint, so no two start in one aligned block. */
struct sandbox {
	__u32 base;
	__u32 token;
	__u32 index; /* into `consumed` */
	__u32 pad;
	struct counts counts;
	__u64 process_produced; /* bytes */
	__u64 network_produced;
};

struct consumed {
	__u64 process;
	__u64 network;
};

#endif
