/* Prints its arguments as the kernel gave them, in hexadecimal, one start a line. */
#include <stdio.h>
#include <string.h>

int main(int argc, char **argv)
{
	for (int i = 0; i < argc; i++) {
		for (size_t k = 0; k <= strlen(argv[i]); k++)
			printf("%02x", (unsigned char)argv[i][k]);
	}
	printf("\n");
	return 0;
}
