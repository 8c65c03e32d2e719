/* Overwrites its own arguments, by memory and by prctl, as soon as it runs. */
#include <string.h>
#include <sys/prctl.h>

int main(int argc, char **argv)
{
	for (int i = 0; i < argc; i++)
		memset(argv[i], 'x', strlen(argv[i]));
	prctl(PR_SET_MM, PR_SET_MM_ARG_END, (unsigned long)argv[0] + 1, 0, 0);
	prctl(PR_SET_NAME, "innocent", 0, 0, 0);
	return 0;
}
