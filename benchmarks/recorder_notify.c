/* Runs a command under seccomp user notification of program starts and network calls: the
 * smallest supervisor that reads what an honest journal would, for benchmarks/recorder.py.
 *
 * usage: recorder_notify COMMAND ARGUMENT...; prints the number of notifications to stderr.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define NOTIFY(nr)                                           \
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, nr, 0, 1),       \
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_USER_NOTIF)

static int install(void)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		NOTIFY(SYS_execve),   NOTIFY(SYS_execveat), NOTIFY(SYS_socket),
		NOTIFY(SYS_connect),  NOTIFY(SYS_bind),	    NOTIFY(SYS_sendto),
		NOTIFY(SYS_sendmsg),  NOTIFY(SYS_sendmmsg),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog program = {.len = sizeof(code) / sizeof(*code), .filter = code};

	return syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_NEW_LISTENER,
		       &program);
}

/* As little as a record needs: 4 KiB of the memory that the first pointer names. */
static void look(const struct seccomp_notif *asked)
{
	char path[64], memory[4096];
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/mem", asked->pid);
	fd = open(path, O_RDONLY);
	if (fd < 0)
		return;
	if (pread(fd, memory, sizeof(memory), asked->data.args[1]) < 0 && errno != EIO)
		perror("pread");
	close(fd);
}

int main(int argc, char **argv)
{
	int pair[2], status, listener;
	unsigned long count = 0;
	struct pollfd waiting;
	pid_t child;

	if (argc < 2 || pipe(pair))
		return 2;
	child = fork();
	if (child == 0) {
		/* A supervisor started by root needs no such thing, and must not: setuid
		 * programs lose their right by it. It costs no time. */
		int fd = prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) ? -1 : install();

		if (fd < 0 || write(pair[1], &fd, sizeof(fd)) != sizeof(fd))
			_exit(127);
		usleep(50000); /* until the parent holds the listener */
		execvp(argv[1], argv + 1);
		_exit(127);
	}
	close(pair[1]);
	if (read(pair[0], &listener, sizeof(listener)) != sizeof(listener))
		return 2;
	listener = syscall(SYS_pidfd_getfd, syscall(SYS_pidfd_open, child, 0), listener, 0);
	waiting = (struct pollfd){.fd = listener, .events = POLLIN};
	while (poll(&waiting, 1, -1) > 0 && !(waiting.revents & POLLHUP)) {
		struct seccomp_notif asked = {};
		struct seccomp_notif_resp answer = {.flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE};

		if (ioctl(listener, SECCOMP_IOCTL_NOTIF_RECV, &asked))
			continue;
		look(&asked);
		answer.id = asked.id;
		ioctl(listener, SECCOMP_IOCTL_NOTIF_SEND, &answer);
		count++;
	}
	waitpid(child, &status, 0);
	fprintf(stderr, "%lu notifications\n", count);
	return WEXITSTATUS(status);
}
