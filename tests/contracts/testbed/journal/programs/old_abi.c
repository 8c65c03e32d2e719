/* Network calls through the i386 gate of a 64-bit program: socket and the multiplexed
 * socketcall, both for AF_VSOCK, then connect by socketcall to 10.1.2.3:80. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>

static long gate(long nr, long a, long b, long c)
{
	long result;

	asm volatile("int $0x80" : "=a"(result) : "a"(nr), "b"(a), "c"(b), "d"(c) : "memory");
	return result;
}

int main(void)
{
	/* Pointers must fit in 32 bits. */
	unsigned *low = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
			     MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT, -1, 0);
	struct sockaddr_in *address = (struct sockaddr_in *)(low + 16);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);

	gate(359, AF_VSOCK, SOCK_STREAM, 0);
	low[0] = AF_VSOCK;
	low[1] = SOCK_STREAM;
	low[2] = 0;
	gate(102, 1, (long)low, 0);
	address->sin_family = AF_INET;
	address->sin_port = htons(80);
	address->sin_addr.s_addr = htonl(0x0a010203);
	low[0] = fd;
	low[1] = (unsigned)(long)address;
	low[2] = sizeof(*address);
	gate(102, 3, (long)low, 0);
	return 0;
}
