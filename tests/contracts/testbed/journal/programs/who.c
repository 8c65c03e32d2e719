/* Prints the effective user id; installed setuid, it shows that setuid works. */
#include <stdio.h>
#include <unistd.h>

int main(void)
{
	printf("%u\n", geteuid());
	return 0;
}
