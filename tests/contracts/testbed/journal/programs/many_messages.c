/* One sendmmsg to three addresses of 127.0.0.0/8. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

int main(void)
{
	int fd = socket(AF_INET, SOCK_DGRAM, 0);
	struct sockaddr_in to[3];
	struct mmsghdr messages[3] = {};
	struct iovec text = {.iov_base = "x", .iov_len = 1};

	for (int i = 0; i < 3; i++) {
		to[i] = (struct sockaddr_in){.sin_family = AF_INET, .sin_port = htons(9),
					     .sin_addr.s_addr = htonl(0x7f000001 + i)};
		messages[i].msg_hdr = (struct msghdr){.msg_name = &to[i], .msg_namelen = sizeof(to[i]),
						      .msg_iov = &text, .msg_iovlen = 1};
	}
	return sendmmsg(fd, messages, 3, 0) == 3 ? 0 : 1;
}
