/* User side: loads the kernel side, carries its frames to standard output, takes orders.
 *
 * usage: recorder PROCESS_RING_BYTES NETWORK_RING_BYTES
 * Orders, one a line on standard input: "add TOKEN BASE", "drain TOKEN", "remove TOKEN".
 * Ends when standard input does, so that it never outlives the harness.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/types.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <time.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "recorder.h"
#include "recorder.skel.h"

#define OUT_BYTES (1 << 18)
#define TICK_MS 1000
/* A frame this much younger than an order to drain cannot have preceded it. */
#define DRAIN_MARGIN_NS 50000000ull
/* Look after orders at least this often while a flood goes on. */
#define ROUND_FRAMES 4096

struct box {
	bool used;
	__u32 token;
	__u32 base;
	struct counts told;
};

static struct recorder *skel;
static struct ring_buffer *rings[2];
static struct consumed *done;
static struct box boxes[MAX_SANDBOXES];
static char out[OUT_BYTES];
static size_t out_used;
static __u64 drain_until;
static int round_left;

static __u64 now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (__u64)t.tv_sec * 1000000000ull + t.tv_nsec;
}

static void write_all(const char *from, size_t size)
{
	while (size) {
		ssize_t n = write(STDOUT_FILENO, from, size);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			exit(1); /* the harness is gone */
		from += n;
		size -= n;
	}
}

static void flush_out(void)
{
	write_all(out, out_used);
	out_used = 0;
}

static void put(const void *data, size_t size)
{
	if (out_used + size > OUT_BYTES)
		flush_out();
	if (size > OUT_BYTES) {
		write_all(data, size);
		return;
	}
	memcpy(out + out_used, data, size);
	out_used += size;
}

static int on_frame(void *ring, void *data, size_t size)
{
	const struct frame *frame = data;
	struct box *box = &boxes[frame->token % MAX_SANDBOXES];
	struct consumed *mine = &done[frame->token % MAX_SANDBOXES];

	(void)size;
	put(data, frame->size);
	if (box->used && box->token == frame->token) {
		__u64 *counter = ring == &rings[0] ? &mine->process : &mine->network;

		__atomic_store_n(counter, *counter + frame->size, __ATOMIC_RELEASE);
	}
	if (drain_until)
		return frame->kernel_ns > drain_until ? -ECANCELED : 0;
	return --round_left > 0 ? 0 : -ECANCELED;
}

static void consume(void)
{
	for (int i = 0; i < 2; i++) {
		int got;

		round_left = ROUND_FRAMES;
		got = ring_buffer__consume(rings[i]);
		if (got < 0 && got != -ECANCELED) {
			fprintf(stderr, "recorder: reading the ring buffer failed: %s\n",
				strerror(-got));
			exit(1);
		}
	}
}

static __u64 missed(void)
{
	struct bpf_program *program;
	__u64 sum = 0;

	bpf_object__for_each_program(program, skel->obj) {
		struct bpf_prog_info info = {};
		__u32 size = sizeof(info);

		if (!bpf_obj_get_info_by_fd(bpf_program__fd(program), &info, &size))
			sum += info.recursion_misses;
	}
	return sum;
}

static bool look_up(const struct box *box, struct sandbox *found)
{
	__u32 key = box->base >> BLOCK_SHIFT;

	return !bpf_map_lookup_elem(bpf_map__fd(skel->maps.sandboxes), &key, found);
}

static void put_counts(struct box *box, __u32 type, const struct sandbox *now)
{
	struct counts_frame frame = {
		.head = {.size = sizeof(frame), .type = type, .token = box->token,
			 .kernel_ns = now_ns()},
		.counts = now->counts,
		.machine_missed = missed(),
	};

	box->told = now->counts;
	put(&frame, sizeof(frame));
}

static void tell_losses(void)
{
	for (int i = 0; i < MAX_SANDBOXES; i++) {
		struct sandbox now;

		if (!boxes[i].used || !look_up(&boxes[i], &now))
			continue;
		if (now.counts.process_lost != boxes[i].told.process_lost ||
		    now.counts.network_lost != boxes[i].told.network_lost)
			put_counts(&boxes[i], FRAME_COUNTS, &now);
	}
}

static void add(__u32 token, __u32 base)
{
	struct box *box = &boxes[token % MAX_SANDBOXES];
	struct sandbox fresh = {.base = base, .token = token, .index = token % MAX_SANDBOXES};
	__u32 key = base >> BLOCK_SHIFT;

	memset(box, 0, sizeof(*box));
	memset(&done[fresh.index], 0, sizeof(done[0]));
	if (bpf_map_update_elem(bpf_map__fd(skel->maps.sandboxes), &key, &fresh, BPF_NOEXIST)) {
		fprintf(stderr, "recorder: ids from %u are taken: %s\n", base, strerror(errno));
		exit(1);
	}
	box->used = true;
	box->token = token;
	box->base = base;
}

static void drain(struct box *box)
{
	struct sandbox now = {};

	drain_until = now_ns() + DRAIN_MARGIN_NS;
	consume();
	drain_until = 0;
	look_up(box, &now);
	put_counts(box, FRAME_DRAINED, &now);
}

static void obey(const char *line)
{
	unsigned token, base;
	struct box *box;
	__u32 key;

	if (sscanf(line, "add %u %u", &token, &base) == 2) {
		add(token, base);
		/* The answer tells the harness that events are being written down. */
		drain(&boxes[token % MAX_SANDBOXES]);
		return;
	}
	if (sscanf(line, "drain %u", &token) != 1 && sscanf(line, "remove %u", &token) != 1) {
		fprintf(stderr, "recorder: no such order: %s\n", line);
		exit(1);
	}
	box = &boxes[token % MAX_SANDBOXES];
	if (!box->used || box->token != token) {
		fprintf(stderr, "recorder: no sandbox %u\n", token);
		exit(1);
	}
	drain(box);
	if (line[0] == 'r') {
		key = box->base >> BLOCK_SHIFT;
		bpf_map_delete_elem(bpf_map__fd(skel->maps.sandboxes), &key);
		box->used = false;
	}
}

/* Read and obey; false when the harness closed its end. */
static bool take_orders(void)
{
	static char buffer[4096];
	static size_t used;
	ssize_t n = read(STDIN_FILENO, buffer + used, sizeof(buffer) - 1 - used);
	char *end;

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return true;
	if (n <= 0)
		return false;
	used += n;
	buffer[used] = 0;
	while ((end = memchr(buffer, '\n', used))) {
		*end = 0;
		obey(buffer);
		used -= end + 1 - buffer;
		memmove(buffer, end + 1, used);
		buffer[used] = 0;
	}
	return true;
}

/* Hooks in the socket layer need a cgroup of version 2 above every sandbox: the root of the
 * hierarchy, reached without mounting it anywhere. False where the kernel refuses. */
static bool attach_socket_layer(void)
{
	struct bpf_program *programs[] = {
		skel->progs.on_connect4, skel->progs.on_connect6, skel->progs.on_bind4,
		skel->progs.on_bind6,	 skel->progs.on_sendmsg4, skel->progs.on_sendmsg6,
	};
	int context = fsopen("cgroup2", FSOPEN_CLOEXEC), mount, root;

	if (context < 0 || fsconfig(context, FSCONFIG_CMD_CREATE, NULL, NULL, 0))
		return false;
	mount = fsmount(context, FSMOUNT_CLOEXEC, 0);
	root = mount < 0 ? -1 : openat(mount, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (root < 0)
		return false;
	for (size_t i = 0; i < sizeof(programs) / sizeof(*programs); i++)
		if (!bpf_program__attach_cgroup(programs[i], root))
			return false;
	return true;
}

static void fail(const char *what)
{
	fprintf(stderr, "recorder: %s: %s\n", what, strerror(errno));
	exit(1);
}

static void set_up(const char *process_bytes, const char *network_bytes)
{
	__u32 process = strtoul(process_bytes, NULL, 10), network = strtoul(network_bytes, NULL, 10);

	skel = recorder__open();
	if (!skel)
		fail("opening the kernel side failed");
	if (bpf_map__set_max_entries(skel->maps.process_ring, process) ||
	    bpf_map__set_max_entries(skel->maps.network_ring, network))
		fail("setting the ring buffers' sizes failed");
	skel->rodata->process_share = process / 2;
	skel->rodata->network_share = network / 2;
	if (recorder__load(skel))
		fail("the kernel refused the programs");
	done = mmap(NULL, sizeof(struct consumed) * MAX_SANDBOXES, PROT_READ | PROT_WRITE,
		    MAP_SHARED, bpf_map__fd(skel->maps.consumed), 0);
	if (done == MAP_FAILED)
		fail("mapping the counters failed");
	rings[0] = ring_buffer__new(bpf_map__fd(skel->maps.process_ring), on_frame, &rings[0], NULL);
	rings[1] = ring_buffer__new(bpf_map__fd(skel->maps.network_ring), on_frame, &rings[1], NULL);
	if (!rings[0] || !rings[1])
		fail("mapping the ring buffers failed");
	if (!(skel->links.on_exec = bpf_program__attach(skel->progs.on_exec)) ||
	    !(skel->links.on_call = bpf_program__attach(skel->progs.on_call)) ||
	    !(skel->links.on_return = bpf_program__attach(skel->progs.on_return)))
		fail("attaching the programs failed");
}

int main(int argc, char **argv)
{
	struct ready_frame ready = {
		.head = {.size = sizeof(ready), .type = FRAME_READY},
		.protocol = PROTOCOL,
	};
	pid_t harness = getppid();
	__u64 told = 0;

	if (argc != 3) {
		fprintf(stderr, "usage: recorder PROCESS_RING_BYTES NETWORK_RING_BYTES\n");
		return 2;
	}
	set_up(argv[1], argv[2]);
	ready.kernel_copy = attach_socket_layer();
	ready.head.kernel_ns = now_ns();
	put(&ready, sizeof(ready));
	flush_out();
	fcntl(STDIN_FILENO, F_SETFL, O_NONBLOCK);
	while (getppid() == harness) {
		struct pollfd fds[] = {
			{.fd = STDIN_FILENO, .events = POLLIN},
			{.fd = ring_buffer__epoll_fd(rings[0]), .events = POLLIN},
			{.fd = ring_buffer__epoll_fd(rings[1]), .events = POLLIN},
		};

		if (poll(fds, 3, TICK_MS) < 0 && errno != EINTR)
			fail("waiting failed");
		consume();
		if (fds[0].revents && !take_orders())
			break;
		if (now_ns() - told > TICK_MS * 1000000ull) {
			tell_losses();
			told = now_ns();
		}
		flush_out();
	}
	return 0;
}
