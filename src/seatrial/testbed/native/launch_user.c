/* Start one sandbox for an ordinary user, within ids lent to it by /etc/subuid.
 *
 * launch_user PARENT ROOTFS BASE DISK_BYTES INODES INIT CGROUP_FILES CONFIG UNIFIED --
 *             RUNTIME ARGUMENT ...
 *   PARENT   pid of the harness; the launch ends when that is gone
 *   ROOTFS   copy of the image whose owners are already in the sandbox's range
 *   CGROUP_FILES  cgroup.procs files to join, separated by ':', or '-'
 *   CONFIG   the bundle's config.json; copied to where the mapped ids can read it
 *   UNIFIED  v2 mount that crun must see instead of a hybrid /sys/fs/cgroup, or '-'
 * Prints the pid of the sandbox's first process on a line of its own, the last.
 * The sandbox's user namespace is the one made here; newuidmap and newgidmap map it.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/mount.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define PLACE "/mnt"
#define MOST_BYTES (1 << 20)

static void fail(const char *step, const char *what) {
  fprintf(stderr, "launch: %s %s: %s\n", step, what, strerror(errno));
  exit(1);
}

static void run(char *const argument[], const char *what) {
  int state;
  pid_t child = fork();
  if (child == 0) {
    execvp(argument[0], argument);
    _exit(127);
  }
  if (child < 0 || waitpid(child, &state, 0) < 0) fail("start", what);
  if (state) {
    errno = EPERM;
    fail("run", what);
  }
}

static void lend_ids(pid_t child, char *base) {
  char pid[16];
  snprintf(pid, sizeof pid, "%d", child);
  char *const users[] = {"newuidmap", pid, "0", base, "65536", NULL};
  char *const groups[] = {"newgidmap", pid, "0", base, "65536", NULL};
  run(users, "newuidmap");
  run(groups, "newgidmap");
}

static void join_groups(char *files) {
  if (!strcmp(files, "-")) return;
  for (char *file = strtok(files, ":"); file; file = strtok(NULL, ":")) {
    int group = open(file, O_WRONLY | O_CLOEXEC);
    if (group < 0 || write(group, "0", 1) != 1) fail("join", file);
    close(group);
  }
}

static size_t slurp(const char *path, char *into, size_t most) {
  int file = open(path, O_RDONLY | O_CLOEXEC);
  ssize_t size = file < 0 ? -1 : read(file, into, most);
  if (size < 0) fail("read", path);
  close(file);
  return (size_t)size;
}

static void put(const char *path, const char *content, size_t size, mode_t mode) {
  int file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
  if (file < 0 || write(file, content, size) != (ssize_t)size || fchmod(file, mode))
    fail("write", path);
  close(file);
}

/* Inside the new namespaces. Host files are opened while we still are the ordinary user:
 * the mapped ids cannot pass its closed folders. */
static void prepare(char **argument) {
  static char config[MOST_BYTES], init[MOST_BYTES];
  char options[128];
  if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL)) fail("make private", "/");
  size_t config_size = slurp(argument[8], config, sizeof config), init_size = slurp(argument[6], init, sizeof init);
  int tree = (int)syscall(SYS_open_tree, AT_FDCWD, argument[2], OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC);
  struct mount_attr attributes = {.attr_set = MOUNT_ATTR_RDONLY | MOUNT_ATTR_NODEV};
  if (tree < 0 || syscall(SYS_mount_setattr, tree, "", AT_EMPTY_PATH, &attributes, sizeof attributes))
    fail("open", argument[2]);
  if (setgroups(0, NULL) || setresgid(0, 0, 0) || setresuid(0, 0, 0)) fail("become", "root inside");
  prctl(PR_SET_PDEATHSIG, SIGKILL); /* changing ids took it away */
  if (strcmp(argument[9], "-") &&
      mount(argument[9], "/sys/fs/cgroup", NULL, MS_BIND | MS_REC, NULL))
    fail("hide", argument[9]);
  snprintf(options, sizeof options, "mode=0755,size=%s,nr_inodes=%s", argument[4], argument[5]);
  if (mount("tmpfs", PLACE, "tmpfs", MS_NODEV, options)) fail("mount", PLACE);
  const char *folders[] = {PLACE "/l", PLACE "/u", PLACE "/w", PLACE "/r", PLACE "/b"};
  for (size_t i = 0; i < sizeof folders / sizeof *folders; i++)
    if (mkdir(folders[i], 0755)) fail("mkdir", folders[i]);
  put(PLACE "/i", init, init_size, 0555);
  put(PLACE "/b/config.json", config, config_size, 0600);
  if (syscall(SYS_move_mount, tree, "", AT_FDCWD, PLACE "/l", MOVE_MOUNT_F_EMPTY_PATH))
    fail("mount", argument[2]);
  close(tree);
  if (mount("overlay", PLACE "/r", "overlay", MS_NODEV,
            "lowerdir=" PLACE "/l,upperdir=" PLACE "/u,workdir=" PLACE "/w,userxattr"))
    fail("mount", "overlay");
}

int main(int count, char **argument) {
  int made[2], lent[2], state;
  char byte = 'x', pid[32];
  if (count < 12 || strcmp(argument[10], "--")) return 2;
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != atoi(argument[1])) return 1;
  umask(022);
  join_groups(argument[7]);
  setenv("PATH", "/usr/sbin:/usr/bin:/sbin:/bin", 1);
  if (pipe2(made, O_CLOEXEC) || pipe2(lent, O_CLOEXEC)) fail("pipe", "");
  pid_t child = fork();
  if (child < 0) fail("fork", "");
  if (child) {
    close(made[1]);
    if (read(made[0], &byte, 1) == 1) lend_ids(child, argument[3]);
    if (write(lent[1], &byte, 1) != 1) fail("tell", "child");
    waitpid(child, &state, 0);
    return WIFEXITED(state) ? WEXITSTATUS(state) : 1;
  }
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (unshare(CLONE_NEWUSER | CLONE_NEWNS)) fail("unshare", "user namespace");
  if (write(made[1], &byte, 1) != 1 || read(lent[0], &byte, 1) != 1) fail("wait for", "ids");
  prepare(argument);
  run(argument + 11, argument[11]);
  size_t size = slurp(PLACE "/b/pid", pid, sizeof pid);
  return write(1, pid, size) != (ssize_t)size;
}
