/* usage: starts COUNT: starts /bin/true COUNT times; prints how many began. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	int begun = 0;

	(void)argc;
	for (int left = atoi(argv[1]); left > 0; left--) {
		int status;
		pid_t pid = vfork();

		if (pid == 0) {
			execl("/bin/true", "true", NULL);
			_exit(127);
		}
		if (pid > 0 && waitpid(pid, &status, 0) == pid && status == 0)
			begun++;
	}
	printf("%d\n", begun);
	return 0;
}
