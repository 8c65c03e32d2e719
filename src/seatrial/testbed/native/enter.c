/* Run one command inside a running sandbox and report how it ended.
 *
 * enter STATUS PIDFD FILTER CGROUPS UID GID GROUPS WORKDIR CWD NOFILE NPROC
 *       ENVS [NAME=VALUE ...] ARGV ...
 *   STATUS   descriptor that gets one line: "exit N", "signal N" or "failed STEP ERRNO"
 *   PIDFD    descriptor of the sandbox's process 1
 *   FILTER   descriptor of the compiled seccomp filter
 *   CGROUPS  descriptors of cgroup.procs files, separated by ',', or '-'
 *   GROUPS   supplementary groups, separated by ',', or '-'
 *   WORKDIR  folder to start in, entered as the sandbox's root: it may be closed to the user
 *   CWD      where the user wants to be from there, or ''; entered with the user's rights
 *   NPROC    RLIMIT_NPROC, or -1;  ENVS  how many NAME=VALUE follow
 * Descriptors, not paths: /proc/PID/cmdline of the child shows inside until it executes.
 *
 * The parent stays outside as the waiter; only the child joins. The child is not dumpable
 * until it executes, so nobody inside can trace it, read its memory or reach the host's
 * file through /proc/PID/exe meanwhile (CVE-2016-9962, CVE-2019-5736).
 *
 * Where an ordinary user has no control groups (CGROUPS is '-'), none gathers a command's
 * processes. A cgroup namespace of the command's own does: children inherit it, nobody inside may leave it (no CAP_SYS_ADMIN,
 * and the filter refuses setns and unshare), and it changes nothing else. On SIGTERM the
 * waiter kills every process in it.
 *
 * Nothing inside may hold the waiter up: it waits for nothing but the child's death and orders.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/filter.h>
#include <linux/keyctl.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <linux/capability.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define INSIDE \
  (CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWNET | CLONE_NEWIPC | CLONE_NEWUTS | CLONE_NEWCGROUP)
#define MOST_GROUPS 1024
#define MOST_INSTRUCTIONS 4096
#define SCANS 10000
#define LOOK_AGAIN_NS 10000000
#define LOOKS 100 /* a second for a tracer to take note of a death */

extern char **environ;

struct failure {
  char step[16];
  int error;
};

static int report_fd;
static int joined; /* what the waiter joined already and the child inherits */
static int marked; /* whether the command has a cgroup namespace of its own */

static void give_up(const char *step) {
  struct failure failure = {.error = errno};
  strncpy(failure.step, step, sizeof failure.step - 1);
  if (write(report_fd, &failure, sizeof failure) < 0) _exit(124);
  _exit(125);
}

static void limit(int resource, rlim_t most) {
  struct rlimit now;
  if (getrlimit(resource, &now)) give_up("rlimit");
  if (now.rlim_max < most) most = now.rlim_max;
  now.rlim_cur = now.rlim_max = most;
  if (setrlimit(resource, &now)) give_up("rlimit");
}

/* What stays in the bounding set; the same list is in the bundle of process 1. */
static const int kept[] = {CAP_CHOWN,    CAP_DAC_OVERRIDE, CAP_FSETID,           CAP_FOWNER,
                           CAP_MKNOD,    CAP_NET_RAW,      CAP_SETGID,           CAP_SETUID,
                           CAP_SETFCAP,  CAP_SETPCAP,      CAP_NET_BIND_SERVICE, CAP_SYS_CHROOT,
                           CAP_KILL,     CAP_AUDIT_WRITE,  CAP_SYS_PTRACE};

static void drop_bounding_set(void) {
  for (int capability = 0; capability < 64; capability++) {
    int keep = 0;
    for (size_t i = 0; i < sizeof kept / sizeof *kept; i++) keep |= kept[i] == capability;
    if (!keep && prctl(PR_CAPBSET_DROP, capability) && errno != EINVAL) give_up("capabilities");
  }
}

static void load_filter(int file) {
  static struct sock_filter code[MOST_INSTRUCTIONS];
  ssize_t size = pread(file, code, sizeof code, 0);
  if (size <= 0) give_up("filter");
  struct sock_fprog program = {.len = (unsigned short)((size_t)size / sizeof *code), .filter = code};
  if (syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_SPEC_ALLOW, &program))
    give_up("filter");
}

static void become(char **argument) {
  gid_t groups[MOST_GROUPS];
  size_t count = 0;
  uid_t uid = (uid_t)strtoul(argument[5], NULL, 10);
  gid_t gid = (gid_t)strtoul(argument[6], NULL, 10);
  if (strcmp(argument[7], "-"))
    for (char *one = strtok(argument[7], ","); one && count < MOST_GROUPS; one = strtok(NULL, ","))
      groups[count++] = (gid_t)strtoul(one, NULL, 10);
  /* By way of the sandbox's own root: only from there does the kernel take capabilities away
   * with the uid, and chdir and execve below must not have them. */
  if (setgroups(count, groups) || setresgid(gid, gid, gid) || setresuid(0, 0, 0) ||
      setresuid(uid, uid, uid))
    give_up("user");
  prctl(PR_SET_DUMPABLE, 0); /* a change of user sets it to what the host's setting says */
}

static void run(char **argument) {
  int pidfd = atoi(argument[2]), filter = atoi(argument[3]);
  if (strcmp(argument[4], "-"))
    for (char *one = strtok(argument[4], ","); one; one = strtok(NULL, ","))
      if (write(atoi(one), "0", 1) != 1) give_up("cgroup");
  if (setns(pidfd, INSIDE & ~joined)) give_up("join");
  if (setsid() < 0) give_up("session");
  if (isatty(0) && ioctl(0, TIOCSCTTY, 0)) give_up("terminal");
  /* The harness's session keyring stays outside. */
  if (syscall(SYS_keyctl, KEYCTL_JOIN_SESSION_KEYRING, NULL) < 0 && errno != ENOSYS)
    give_up("keyring");
  long processes = strtol(argument[11], NULL, 10);
  limit(RLIMIT_CORE, 0);
  limit(RLIMIT_NOFILE, strtoul(argument[10], NULL, 10));
  if (processes >= 0) limit(RLIMIT_NPROC, (rlim_t)processes);
  drop_bounding_set();
  load_filter(filter);
  if (chdir(argument[8]) && argument[9][0] != '/') give_up("cwd");
  become(argument);
  umask(022);
  if (*argument[9] && chdir(argument[9])) give_up("cwd");
  int environment = atoi(argument[12]);
  char **command = argument + 13 + environment;
  char **variables = calloc((size_t)environment + 1, sizeof *variables);
  if (!variables) give_up("memory");
  memcpy(variables, argument + 13, (size_t)environment * sizeof *variables);
  environ = variables;
  execvp(command[0], command);
  give_up("exec");
}

static void default_signals(void) {
  sigset_t none;
  for (int number = 1; number < NSIG; number++) signal(number, SIG_DFL);
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, NULL);
}

static void say(int status, const char *line) {
  if (write(status, line, strlen(line)) < 0) _exit(124);
}

/* Without a memory limit, let the machine's own lack of memory end a sandbox's process first. */
static void go_first_when_memory_ends(void) {
  int file = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);
  if (file < 0) return;
  if (write(file, "1000", 4) != 4) perror("oom_score_adj");
  close(file);
}

/* Join what must be joined before a process of the sandbox can be made. */
static int join(int pidfd, int grouped) {
  if (geteuid() != 0) {
    /* An ordinary user may do the rest only as the owner of the sandbox's user namespace. */
    marked = !grouped;
    if (setns(pidfd, CLONE_NEWUSER) || (marked && unshare(CLONE_NEWCGROUP))) return -1;
    prctl(PR_SET_PDEATHSIG, SIGKILL); /* some changes of rights take it away */
    joined = CLONE_NEWUSER | (marked ? CLONE_NEWCGROUP : 0);
  }
  return setns(pidfd, CLONE_NEWPID);
}

static volatile sig_atomic_t ordered;

static void on_order(int number) {
  (void)number;
  ordered = 1;
}

/* Keep SIGTERM back; give the mask under which it comes through. */
static void take_orders(sigset_t *waiting) {
  sigset_t kept;
  struct sigaction action = {.sa_handler = on_order};
  sigemptyset(&kept);
  sigaddset(&kept, SIGTERM);
  sigaction(SIGTERM, &action, NULL);
  sigprocmask(SIG_BLOCK, &kept, waiting);
}

/* Send a signal to every process of the command. Returns: how many there are. */
static int signal_all(const char *tag, int number) {
  int found = 0;
  struct dirent *entry;
  char path[64], other[64];
  DIR *processes = opendir("/proc");
  if (!processes) return -1;
  while ((entry = readdir(processes))) {
    pid_t pid = (pid_t)strtol(entry->d_name, NULL, 10);
    if (pid <= 1 || pid == getpid()) continue;
    /* A descriptor first: the number may get a new owner between look and kill. */
    int process = (int)syscall(SYS_pidfd_open, pid, 0);
    if (process < 0) continue;
    snprintf(path, sizeof path, "/proc/%d/ns/cgroup", pid);
    ssize_t size = readlink(path, other, sizeof other - 1);
    other[size < 0 ? 0 : size] = 0;
    if (!strcmp(other, tag) && !syscall(SYS_pidfd_send_signal, process, number, NULL, 0)) found++;
    close(process);
  }
  closedir(processes);
  return found;
}

/* Send a signal to every process of the sandbox but its first, in one step for the kernel: no
 * fork can slip through, since one that has begun when the signal comes is undone. */
static int signal_sandbox(int number) {
  int state;
  pid_t sender = fork(); /* in the sandbox's pid namespace, as all our children are */
  if (sender == 0) _exit(kill(-1, number) && errno != ESRCH);
  /* Root inside may stop or kill it. */
  if (sender < 0 || waitpid(sender, &state, WUNTRACED) != sender) return 1;
  if (WIFSTOPPED(state)) kill(sender, SIGKILL);
  return state;
}

/* Kill the command's whole tree. All stand still meanwhile, or a process that forks and exits
 * without end would outrun the scans. When that fails, the sandbox ends. */
static void kill_all(int pidfd) {
  char tag[64];
  int scan = 0;
  ssize_t size = readlink("/proc/self/ns/cgroup", tag, sizeof tag - 1);
  tag[size < 0 ? 0 : size] = 0;
  int failed = size < 0 || signal_sandbox(SIGSTOP);
  while (!failed && signal_all(tag, SIGKILL) != 0) failed = ++scan == SCANS;
  if (failed || signal_sandbox(SIGCONT)) syscall(SYS_pidfd_send_signal, pidfd, SIGKILL, NULL, 0);
}

/* The kernel tells a tracer of its tracee's death first, and the parent only when that has
 * taken note. Kill a tracer inside that does not; one outside is somebody's debugger. */
static void free_from_tracer(pid_t child) {
  char path[64], line[128], own[64], other[64];
  int tracer = 0;
  snprintf(path, sizeof path, "/proc/%d/status", child);
  FILE *facts = fopen(path, "re");
  while (facts && fgets(line, sizeof line, facts))
    if (sscanf(line, "TracerPid: %d", &tracer) == 1) break;
  if (facts) fclose(facts);
  if (tracer <= 0) return;
  snprintf(path, sizeof path, "/proc/%d/ns/pid", tracer);
  ssize_t theirs = readlink(path, other, sizeof other - 1);
  ssize_t ours = readlink("/proc/self/ns/pid_for_children", own, sizeof own - 1);
  if (theirs > 0 && theirs == ours && !memcmp(own, other, (size_t)ours)) kill(tracer, SIGKILL);
}

/* Wait for the child's end. An ordinary user's waiter takes the order to kill meanwhile. */
static int wait_for(pid_t child, int pidfd, const sigset_t *waiting) {
  int state, looks = 0;
  struct timespec moment = {.tv_nsec = LOOK_AGAIN_NS};
  struct pollfd end = {.fd = (int)syscall(SYS_pidfd_open, child, 0), .events = POLLIN};
  while (waitpid(child, &state, end.fd < 0 ? 0 : WNOHANG) != child) {
    if (ordered && marked) {
      ordered = 0;
      kill(child, SIGKILL); /* what it is cannot be seen before it executes */
      kill_all(pidfd);
    }
    if (ppoll(&end, 1, NULL, waiting) < 1) continue;
    /* Dead, and not yet ours. */
    if (looks++ >= LOOKS) free_from_tracer(child);
    if (looks > 1) nanosleep(&moment, NULL);
  }
  return state;
}

int main(int count, char **argument) {
  if (count < 14 || count < 14 + atoi(argument[12])) return 2;
  int status = atoi(argument[1]), report[2], state;
  char line[64];
  struct failure failure;
  sigset_t waiting;
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (geteuid() != 0 && !strcmp(argument[4], "-")) go_first_when_memory_ends();
  prctl(PR_SET_DUMPABLE, 0);
  default_signals();
  if (join(atoi(argument[2]), strcmp(argument[4], "-")) || pipe2(report, O_CLOEXEC)) {
    snprintf(line, sizeof line, "failed join %d\n", errno);
    say(status, line);
    return 0;
  }
  report_fd = report[1];
  sigprocmask(SIG_BLOCK, NULL, &waiting);
  if (marked) take_orders(&waiting);
  pid_t child = fork();
  if (child == 0) {
    signal(SIGTERM, SIG_DFL);
    sigprocmask(SIG_SETMASK, &waiting, NULL);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    syscall(SYS_close_range, 3, ~0U, 4 /* CLOSE_RANGE_CLOEXEC */);
    run(argument);
  }
  if (child < 0) {
    snprintf(line, sizeof line, "failed fork %d\n", errno);
    say(status, line);
    return 0;
  }
  /* The pipes must end with the command, not with its waiter. */
  for (int file = 0; file < 3; file++) close(file);
  close(report[1]);
  state = wait_for(child, atoi(argument[2]), &waiting);
  ssize_t told = read(report[0], &failure, sizeof failure);
  if (told == (ssize_t)sizeof failure)
    snprintf(line, sizeof line, "failed %.15s %d\n", failure.step, failure.error);
  else if (WIFSIGNALED(state))
    snprintf(line, sizeof line, "signal %d\n", WTERMSIG(state));
  else
    snprintf(line, sizeof line, "exit %d\n", WEXITSTATUS(state));
  say(status, line);
  return 0;
}
