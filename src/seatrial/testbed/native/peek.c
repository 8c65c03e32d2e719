/* Read or write one file of a sandbox whose harness is an ordinary user, with the rights of
 * one of the sandbox's users.
 *
 * peek PIDFD UID GID GROUPS read PATH LIMIT       sends the file to standard output
 * peek PIDFD UID GID GROUPS write PATH MODE KEEP  takes it from standard input
 * peek PIDFD UID GID GROUPS folder PATH           makes a folder, the last part the user's
 *   PIDFD   descriptor of the sandbox's process 1
 *   GROUPS  supplementary groups, separated by ',', or '-'
 *   KEEP    1: an existing file's mode stays
 * Standard error gets a line "errno N" when it fails.
 *
 * It joins the user and mount namespaces only. Being in no pid namespace of the sandbox, it
 * cannot be seen, traced, stopped or killed from inside. The rules are those of
 * testbed/files.py, which serves a harness that is root.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <linux/openat2.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/fsuid.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define MOST_GROUPS 1024

static uid_t uid;
static gid_t gid;

static void fail(int error) {
  fprintf(stderr, "errno %d\n", error);
  exit(1);
}

static void capabilities(unsigned effective) {
  struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
  struct __user_cap_data_struct data[2];
  if (syscall(SYS_capget, &header, data)) fail(errno);
  data[0].effective = data[0].permitted & effective;
  data[1].effective = 0;
  if (syscall(SYS_capset, &header, data)) fail(errno);
}

static void override(int wanted) { capabilities(wanted ? 1U << CAP_DAC_OVERRIDE : 0); }

static void enter(char **argument) {
  gid_t groups[MOST_GROUPS];
  size_t count = 0;
  uid = (uid_t)strtoul(argument[2], NULL, 10);
  gid = (gid_t)strtoul(argument[3], NULL, 10);
  if (strcmp(argument[4], "-"))
    for (char *one = strtok(argument[4], ","); one && count < MOST_GROUPS; one = strtok(NULL, ","))
      groups[count++] = (gid_t)strtoul(one, NULL, 10);
  if (setns(atoi(argument[1]), CLONE_NEWUSER | CLONE_NEWNS)) fail(ESRCH);
  if (setgroups(count, groups) || setresgid(0, 0, 0) || setresuid(0, 0, 0)) fail(errno);
  prctl(PR_SET_DUMPABLE, 0);
  prctl(PR_SET_PDEATHSIG, SIGKILL);
}

/* Let file accesses count as the user's from here on. */
static void borrow_rights(void) {
  setfsgid(gid);
  setfsuid(uid);
  override(0);
}

static int careful(const char *path, int flags) {
  struct open_how how = {
      .flags = (unsigned)(flags | O_NONBLOCK | O_NOCTTY | O_CLOEXEC),
      .mode = flags & O_CREAT ? 0600 : 0,
      .resolve = RESOLVE_NO_MAGICLINKS,
  };
  return (int)syscall(SYS_openat2, AT_FDCWD, path, &how, sizeof how);
}

/* As root: without passing over mode bits first, then with that if they let anybody in. */
static int open_as_user(const char *path, int flags, mode_t bits) {
  struct stat facts;
  int file = careful(path, flags);
  if (file >= 0 || errno != EACCES || uid) return file;
  override(1);
  file = careful(path, flags);
  int error = errno;
  override(0);
  errno = error;
  if (file < 0 || (flags & O_CREAT)) return file;
  if (fstat(file, &facts)) fail(errno);
  if (facts.st_mode & bits) return file;
  errno = EACCES;
  return -1;
}

static void require_regular(int file, struct stat *facts) {
  if (fstat(file, facts)) fail(errno);
  if (S_ISDIR(facts->st_mode)) fail(EISDIR);
  if (!S_ISREG(facts->st_mode)) fail(ENXIO);
}

/* Copy at most `limit` bytes and one: the one tells that there are more. */
static void move(int from, int to, long long limit) {
  static char chunk[1 << 16];
  ssize_t size;
  while (limit >= 0 && (size = read(from, chunk, sizeof chunk)) != 0) {
    if (size < 0) fail(errno);
    limit -= size;
    for (ssize_t done = 0, part; done < size; done += part)
      if ((part = write(to, chunk + done, (size_t)(size - done))) < 0) fail(errno);
  }
}

static void make_parents(char *path) {
  override(uid == 0);
  for (char *slash = strchr(path + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
    *slash = 0;
    if (*path && mkdir(path, 0755) && errno != EEXIST) fail(errno);
    *slash = '/';
  }
  override(0);
}

static void read_file(const char *path, long long limit) {
  struct stat facts;
  int file = open_as_user(path, O_RDONLY, 0444);
  if (file < 0) fail(errno);
  require_regular(file, &facts);
  if (facts.st_size > limit) fail(EFBIG);
  move(file, 1, limit);
}

static void write_file(char *path, mode_t mode, int keep) {
  struct stat facts;
  int created = 1;
  /* Not O_CREAT on a file that exists: fs.protected_regular refuses that in /tmp. */
  int file = open_as_user(path, O_WRONLY | O_CREAT | O_EXCL, 0);
  if (file < 0 && errno == ENOENT) {
    make_parents(path);
    file = open_as_user(path, O_WRONLY | O_CREAT, 0);
  } else if (file < 0 && errno == EEXIST) {
    file = open_as_user(path, O_WRONLY, 0222);
    created = file < 0 && errno == ENOENT; /* a link that leads to nothing */
    if (created) file = open_as_user(path, O_WRONLY | O_CREAT, 0);
  }
  if (file < 0) fail(errno);
  require_regular(file, &facts);
  if (ftruncate(file, 0)) fail(errno);
  move(0, file, __LONG_LONG_MAX__);
  if (uid == 0) capabilities(~0U);
  if ((created || !keep) && fchmod(file, mode)) fail(errno);
}

static void make_folder(char *path) {
  char last[4096];
  struct stat facts;
  if (stat(path, &facts) == 0) return;
  uid_t owner = uid;
  uid = 0;
  snprintf(last, sizeof last, "%s/", path);
  make_parents(last);
  capabilities(~0U);
  if (lchown(path, owner, gid)) fail(errno);
}

int main(int count, char **argument) {
  if (count < 7) return 2;
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  umask(022);
  enter(argument);
  if (!strcmp(argument[5], "folder")) {
    make_folder(argument[6]);
    return 0;
  }
  borrow_rights();
  if (!strcmp(argument[5], "read") && count == 8)
    read_file(argument[6], atoll(argument[7]));
  else if (!strcmp(argument[5], "write") && count == 9)
    write_file(argument[6], (mode_t)strtoul(argument[7], NULL, 8), atoi(argument[8]));
  else
    return 2;
  return 0;
}
