/* Run a command and report how it ended: for runtimes that start commands themselves.
 *
 * tell STATUS PROGRAM ARGUMENT ...
 * STATUS is a descriptor that gets one line, as native/enter.c writes it.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

int main(int count, char **argument) {
  char line[64];
  int state;
  sigset_t none;
  if (count < 3) return 2;
  int status = atoi(argument[1]);
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  for (int number = 1; number < NSIG; number++) signal(number, SIG_DFL);
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, NULL);
  pid_t child = fork();
  if (child == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    syscall(SYS_close_range, 3, ~0U, 0);
    execv(argument[2], argument + 2);
    _exit(127);
  }
  for (int file = 0; file < 3; file++) close(file);
  if (child < 0) {
    snprintf(line, sizeof line, "failed fork %d\n", errno);
  } else {
    while (waitpid(child, &state, 0) < 0 && errno == EINTR) continue;
    if (WIFSIGNALED(state))
      snprintf(line, sizeof line, "signal %d\n", WTERMSIG(state));
    else
      snprintf(line, sizeof line, "exit %d\n", WEXITSTATUS(state));
  }
  return write(status, line, strlen(line)) < 0;
}
