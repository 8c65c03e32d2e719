/* Leaves session and parent behind, then starts /bin/true with a telling argument. */
#include <unistd.h>

int main(void)
{
	if (fork() == 0) {
		setsid();
		if (fork() == 0) {
			usleep(100000);
			execl("/bin/true", "true", "detached", NULL);
		}
		_exit(0);
	}
	return 0;
}
