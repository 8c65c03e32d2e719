/* Wait until the harness is gone, then clean up what it left.
 *
 * watch FOLDER PROGRAM ARGUMENT ...
 * Standard input is a pipe whose other end only the harness holds: its end is the harness's
 * end, however it came. The program is the harness's own cleaner, started only when FOLDER,
 * that of the live sandboxes' records, still holds some.
 */
#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

static int empty(const char *folder) {
  struct dirent *entry;
  int found = 0;
  DIR *listing = opendir(folder);
  if (!listing) return 1;
  while ((entry = readdir(listing)))
    found += strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0;
  closedir(listing);
  return found == 0;
}

int main(int count, char **argument) {
  char byte;
  if (count < 3) return 2;
  /* The harness may have been stopped by a signal to its group, or the terminal be gone. */
  for (int number = 1; number < NSIG; number++) signal(number, SIG_IGN);
  signal(SIGTERM, SIG_DFL);
  signal(SIGCHLD, SIG_DFL);
  prctl(PR_SET_NAME, "seatrial-watch");
  ssize_t size;
  do size = read(0, &byte, 1);
  while (size > 0 || (size < 0 && errno == EINTR));
  if (empty(argument[1])) return 0;
  execv(argument[2], argument + 2);
  return 1;
}
