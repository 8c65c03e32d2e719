/* Wait until the harness is gone, then clean up what it left.
 *
 * watch PROGRAM ARGUMENT ...
 * Standard input is a pipe whose other end only the harness holds: its end is the harness's
 * end, however it came. The program is the harness's own cleaner.
 */
#include <errno.h>
#include <signal.h>
#include <sys/prctl.h>
#include <unistd.h>

int main(int count, char **argument) {
  char byte;
  if (count < 2) return 2;
  /* The harness may have been stopped by a signal to its group, or the terminal be gone. */
  for (int number = 1; number < NSIG; number++) signal(number, SIG_IGN);
  signal(SIGTERM, SIG_DFL);
  signal(SIGCHLD, SIG_DFL);
  prctl(PR_SET_NAME, "seatrial-watch");
  ssize_t size;
  do size = read(0, &byte, 1);
  while (size > 0 || (size < 0 && errno == EINTR));
  execv(argument[1], argument + 1);
  return 1;
}
