/* Starts /bin/true by descriptor: with argument "empty" through execveat's empty path, else
 * from a file in memory that no path names. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	int fd = open("/bin/true", O_RDONLY | O_CLOEXEC);

	if (argc > 1 && strcmp(argv[1], "memory") == 0) {
		int copy = memfd_create("hidden", MFD_CLOEXEC);

		while (sendfile(copy, fd, NULL, 1 << 20) > 0)
			;
		fd = copy;
	}
	execveat(fd, "", (char *[]){"from-descriptor", NULL}, environ, AT_EMPTY_PATH);
	return 1;
}
