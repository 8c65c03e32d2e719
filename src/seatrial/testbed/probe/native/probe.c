/* Try the ways out of a sandbox from inside it, and say which one led somewhere.
 *
 *   probe check            reads what to look for from standard input, one `KEY VALUE` a line
 *   probe plant TOKEN      leaves a marker everywhere
 *   probe hold TOKEN       leaves markers and stays, as a neighbour
 *
 * Output of `check`, tab-separated, one line each: `NAME yes|no|error DETAIL`, then the
 * environment as `env HEX`, then `end COUNT`. Names no address but the host's own, loopback,
 * link-local metadata addresses and documentation ranges; to the last two nothing is sent
 * (a UDP connect only asks the kernel for a route).
 */
#include "probe.h"

#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>

#define CHECK_SECONDS 8

struct bait bait;

struct verdict {
  int reached;
  char detail[240];
};
static struct verdict *verdict; /* shared with the child that runs a check */
static int lines;

void reached(const char *format, ...) {
  if (verdict->reached) return;
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(verdict->detail, sizeof verdict->detail, format, arguments);
  va_end(arguments);
  verdict->reached = 1;
}

int kept_off(int error) {
  return error == ENOSYS || error == EPERM || error == EACCES || error == EAFNOSUPPORT ||
         error == EOPNOTSUPP;
}

static void say(const char *name, const char *answer, const char *detail) {
  char clean[sizeof verdict->detail];
  size_t size = 0;
  for (; detail[size] && size + 1 < sizeof clean; size++)
    clean[size] = detail[size] >= ' ' && detail[size] <= '~' ? detail[size] : '?';
  clean[size] = 0;
  printf("%s\t%s\t%s\n", name, answer, clean);
  fflush(stdout);
  lines++;
}

void check(const char *name, void (*run)(void)) {
  memset(verdict, 0, sizeof *verdict);
  fflush(stdout);
  pid_t child = fork();
  if (child < 0) {
    say(name, "error", "no process could be started");
    return;
  }
  if (child == 0) {
    alarm(CHECK_SECONDS);
    run();
    _exit(0);
  }
  int status = 0;
  while (waitpid(child, &status, 0) < 0 && errno == EINTR) continue;
  if (verdict->reached)
    say(name, "yes", verdict->detail);
  else if (!WIFEXITED(status) || WEXITSTATUS(status))
    say(name, "error", WIFSIGNALED(status) ? strsignal(WTERMSIG(status)) : "it exited");
  else
    say(name, "no", "");
}

static void copy(char *to, const char *from) {
  if (strlen(from) >= TEXT) exit(3);
  strcpy(to, from);
}

static void read_bait(void) {
  char line[2 * TEXT], key[TEXT], value[TEXT];
  while (fgets(line, sizeof line, stdin)) {
    int port = 0, used = 0;
    if (sscanf(line, "%127s %127s %n%d %n", key, value, &used, &port, &used) < 2) exit(3);
    if (!used || line[used]) exit(3); /* a word too long or too many */
    if (!strcmp(key, "address") && bait.addresses < MANY) {
      copy(bait.address[bait.addresses], value);
      bait.port[bait.addresses++] = port;
    } else if (!strcmp(key, "abstract")) {
      copy(bait.abstract_name, value);
    } else if (!strcmp(key, "earlier")) {
      copy(bait.earlier, value);
    } else if (!strcmp(key, "neighbour")) {
      copy(bait.neighbour, value);
    } else if (!strcmp(key, "neighbour_address")) {
      copy(bait.neighbour_address, value);
    } else if (!strcmp(key, "own_kernel")) {
      bait.own_kernel = 1;
    } else if (!strcmp(key, "private_network")) {
      bait.private_network = 1;
    } else {
      exit(3);
    }
  }
}

static void say_environment(void) {
  for (char **variable = environ; *variable; variable++) {
    printf("env\t");
    for (const unsigned char *byte = (unsigned char *)*variable; *byte; byte++)
      printf("%02x", *byte);
    printf("\n");
  }
}

int main(int count, char **argument) {
  if (count == 3 && !strcmp(argument[1], "plant")) {
    plant(argument[2]);
    return 0;
  }
  if (count == 3 && !strcmp(argument[1], "hold")) {
    hold(argument[2]);
    return 0;
  }
  if (count != 2 || strcmp(argument[1], "check")) return 3;
  read_bait();
  signal(SIGPIPE, SIG_IGN);
  verdict = mmap(NULL, sizeof *verdict, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (verdict == MAP_FAILED) return 3;
  checks_network();
  checks_kernel();
  checks_places();
  checks_traces();
  say_environment();
  printf("end\t%d\n", lines);
  return fflush(stdout) ? 3 : 0;
}
