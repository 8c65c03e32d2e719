/* Waits in connect to a full queue of its own on loopback while a thread rewrites the
 * address to 127.9.9.9; ends while waiting. Prints the port. */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

static struct sockaddr_in address = {.sin_family = AF_INET};

static void *rewrite(void *unused)
{
	(void)unused;
	usleep(100000);
	address.sin_addr.s_addr = htonl(0x7f090909);
	usleep(100000);
	exit(0);
}

int main(void)
{
	int listener = socket(AF_INET, SOCK_STREAM, 0);
	socklen_t length = sizeof(address);
	pthread_t thread;

	address.sin_addr.s_addr = htonl(0x7f000001);
	if (bind(listener, (struct sockaddr *)&address, length) || listen(listener, 0) ||
	    getsockname(listener, (struct sockaddr *)&address, &length))
		return 1;
	printf("%u\n", ntohs(address.sin_port));
	for (int i = 0; i < 4; i++)
		connect(socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0),
			(struct sockaddr *)&address, length);
	pthread_create(&thread, NULL, rewrite, NULL);
	connect(socket(AF_INET, SOCK_STREAM, 0), (struct sockaddr *)&address, length);
	return 2;
}
