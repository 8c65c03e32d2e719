/* usage: race_address COUNT: connects a UDP socket while a thread rewrites the address.
 * Prints where the kernel connected to, by getpeername, one connect a line. */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>

static struct sockaddr_in address = {.sin_family = AF_INET};

static void *rewrite(void *unused)
{
	volatile unsigned *where = &address.sin_addr.s_addr;

	(void)unused;
	for (;;) {
		*where = htonl(0x7f000001);
		*where = htonl(0x7f000002);
	}
}

int main(int argc, char **argv)
{
	int fd = socket(AF_INET, SOCK_DGRAM, 0);
	pthread_t thread;

	(void)argc;
	address.sin_port = htons(9);
	address.sin_addr.s_addr = htonl(0x7f000001);
	pthread_create(&thread, NULL, rewrite, NULL);
	for (int left = atoi(argv[1]); left > 0; left--) {
		struct sockaddr_in peer;
		socklen_t length = sizeof(peer);

		if (connect(fd, (struct sockaddr *)&address, sizeof(address)) ||
		    getpeername(fd, (struct sockaddr *)&peer, &length))
			return 1;
		printf("%s\n", inet_ntoa(peer.sin_addr));
	}
	return 0;
}
