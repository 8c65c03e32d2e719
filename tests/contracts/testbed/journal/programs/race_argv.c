/* usage: race_argv PROGRAM: starts PROGRAM while a thread rewrites the argument. */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define LENGTH 60000

static char *argument;

static void *rewrite(void *unused)
{
	(void)unused;
	for (;;) {
		memset(argument, 'A', LENGTH);
		asm volatile("" ::: "memory"); /* or the compiler drops the first filling */
		memset(argument, 'B', LENGTH);
		asm volatile("" ::: "memory");
	}
}

int main(int argc, char **argv)
{
	pthread_t thread;

	(void)argc;
	argument = calloc(1, LENGTH + 1);
	memset(argument, 'A', LENGTH);
	pthread_create(&thread, NULL, rewrite, NULL);
	usleep(500);
	execv(argv[1], (char *[]){"show_argv", argument, NULL});
	return 1;
}
