/* Workloads of benchmarks/recorder.py that must cost nothing of their own.
 *
 * usage: recorder_workload spawn|open|send COUNT; prints microseconds for one.
 */
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

extern char **environ;

static double now_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1e6 + t.tv_nsec / 1e3;
}

static void spawn_one(void)
{
	pid_t pid;

	if (posix_spawn(&pid, "/bin/true", NULL, NULL, (char *[]){"true", NULL}, environ))
		exit(1);
	waitpid(pid, NULL, 0);
}

int main(int argc, char **argv)
{
	struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(9)};
	int count = argc == 3 ? atoi(argv[2]) : 0, fd = socket(AF_INET, SOCK_DGRAM, 0);
	double start = now_us();

	to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	for (int i = 0; i < count; i++) {
		if (argv[1][0] == 's' && argv[1][1] == 'p')
			spawn_one();
		else if (argv[1][0] == 's')
			sendto(fd, "x", 1, 0, (struct sockaddr *)&to, sizeof(to));
		else
			close(open("/dev/null", O_RDONLY));
	}
	printf("%.3f\n", (now_us() - start) / count);
	return 0;
}
