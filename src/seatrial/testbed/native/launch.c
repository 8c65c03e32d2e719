/* Prepare one sandbox's root file system in a private mount namespace, then become the
 * OCI runtime.
 *
 * Every mount made here belongs to that namespace and goes when its last process ends,
 * also when the harness is killed, and the harness's own mount table never grows.
 *
 * launch PARENT ROOTFS BASE DISK_BYTES INODES INIT CGROUP_FILES UNIFIED -- RUNTIME ...
 *   PARENT        pid of the harness; the launch ends when that is gone
 *   CGROUP_FILES  cgroup.procs files to join, separated by ':', or '-'
 *   UNIFIED       mount point to hide (hybrid hosts: crun refuses them), or '-'
 * Directory names under /mnt are short and neutral: the sandbox sees them in mountinfo.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/mount.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define PLACE "/mnt"
#define IDS 65536

static void fail(const char *step, const char *what) {
  fprintf(stderr, "launch: %s %s: %s\n", step, what, strerror(errno));
  exit(1);
}

static void put(const char *path, const char *format, ...) {
  char text[128];
  va_list arguments;
  va_start(arguments, format);
  int size = vsnprintf(text, sizeof text, format, arguments);
  va_end(arguments);
  int file = open(path, O_WRONLY | O_CLOEXEC);
  if (file < 0 || write(file, text, (size_t)size) != size) fail("write", path);
  close(file);
}

/* A descriptor of a user namespace with the sandbox's id map: mount_setattr wants one. */
static int mapped_user_namespace(unsigned long base) {
  int ready[2];
  char byte, path[64];
  if (pipe2(ready, O_CLOEXEC)) fail("pipe", "");
  pid_t child = fork();
  if (child < 0) fail("fork", "");
  if (child == 0) {
    if (unshare(CLONE_NEWUSER)) _exit(1);
    if (write(ready[1], "x", 1) != 1) _exit(1);
    for (;;) pause();
  }
  close(ready[1]);
  if (read(ready[0], &byte, 1) != 1) fail("make", "user namespace");
  close(ready[0]);
  snprintf(path, sizeof path, "/proc/%d/uid_map", child);
  put(path, "0 %lu %d", base, IDS);
  snprintf(path, sizeof path, "/proc/%d/gid_map", child);
  put(path, "0 %lu %d", base, IDS);
  snprintf(path, sizeof path, "/proc/%d/ns/user", child);
  int namespace = open(path, O_RDONLY | O_CLOEXEC);
  if (namespace < 0) fail("open", path);
  kill(child, SIGKILL);
  waitpid(child, NULL, 0);
  return namespace;
}

static void mount_image(const char *rootfs, unsigned long base) {
  int tree = (int)syscall(SYS_open_tree, AT_FDCWD, rootfs, OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC);
  if (tree < 0) fail("open_tree", rootfs);
  struct mount_attr attributes = {
      .attr_set = MOUNT_ATTR_IDMAP | MOUNT_ATTR_RDONLY | MOUNT_ATTR_NODEV,
      .userns_fd = (uint64_t)mapped_user_namespace(base),
  };
  if (syscall(SYS_mount_setattr, tree, "", AT_EMPTY_PATH, &attributes, sizeof attributes))
    fail("map the ids of", rootfs);
  if (syscall(SYS_move_mount, tree, "", AT_FDCWD, PLACE "/l", MOVE_MOUNT_F_EMPTY_PATH))
    fail("mount", rootfs);
  close((int)attributes.userns_fd);
  close(tree);
}

static void copy_init(const char *source) {
  struct stat facts;
  int from = open(source, O_RDONLY | O_CLOEXEC);
  int to = open(PLACE "/i", O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0555);
  if (from < 0 || to < 0 || fstat(from, &facts)) fail("open", source);
  if (sendfile(to, from, NULL, (size_t)facts.st_size) != facts.st_size) fail("copy", source);
  if (fchmod(to, 0555)) fail("chmod", source);
  close(from);
  close(to);
}

static void make_root(const char *rootfs, unsigned long base, const char *bytes,
                      const char *inodes, const char *init) {
  char options[128];
  snprintf(options, sizeof options, "mode=0755,size=%s,nr_inodes=%s", bytes, inodes);
  if (mount("tmpfs", PLACE, "tmpfs", MS_NODEV, options)) fail("mount", PLACE);
  const char *folders[] = {PLACE "/l", PLACE "/u", PLACE "/w", PLACE "/r"};
  for (size_t i = 0; i < sizeof folders / sizeof *folders; i++)
    if (mkdir(folders[i], 0755)) fail("mkdir", folders[i]);
  if (chown(PLACE "/u", (uid_t)base, (gid_t)base)) fail("chown", PLACE "/u");
  copy_init(init);
  mount_image(rootfs, base);
  if (mount("overlay", PLACE "/r", "overlay", MS_NODEV,
            "lowerdir=" PLACE "/l,upperdir=" PLACE "/u,workdir=" PLACE "/w"))
    fail("mount", "overlay");
}

int main(int count, char **argument) {
  if (count < 11 || strcmp(argument[9], "--")) {
    fprintf(stderr, "launch: started with wrong arguments\n");
    return 2;
  }
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != atoi(argument[1])) return 1;
  umask(022);
  if (strcmp(argument[7], "-"))
    for (char *file = strtok(argument[7], ":"); file; file = strtok(NULL, ":"))
      put(file, "0");
  if (unshare(CLONE_NEWNS)) fail("unshare", "mount namespace");
  if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL)) fail("make private", "/");
  if (strcmp(argument[8], "-") && umount2(argument[8], MNT_DETACH)) fail("hide", argument[8]);
  make_root(argument[2], strtoul(argument[3], NULL, 10), argument[4], argument[5], argument[6]);
  execv(argument[10], argument + 10);
  fail("start", argument[10]);
}
