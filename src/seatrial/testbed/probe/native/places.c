/* Ways out by what is mounted, named or configured. */
#include "probe.h"

#include <ctype.h>
#include <dirent.h>
#include <ftw.h>
#include <stddef.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/un.h>

static int is_one_of(const char *text, const char *const *list) {
  for (; *list; list++)
    if (!strcmp(text, *list)) return 1;
  return 0;
}

static int starts(const char *text, const char *with) {
  return !strncmp(text, with, strlen(with));
}

static const char *const devices[] = {"/null", "/zero",   "/full",    "/tty",
                                      "/random", "/urandom", "/console", NULL};

/* A file bound over another: a standard device, or the harness's small first process. */
static int is_expected_bind(const char *type, const char *root, const char *place) {
  if (!strcmp(type, "devtmpfs"))
    return is_one_of(root, devices) && (starts(place, "/dev/") || !strcmp(root, "/null"));
  return !strcmp(type, "tmpfs") && !strcmp(root, "/i") && !strcmp(place, "/dev/init");
}

static int is_expected_mount(const char *type, const char *root, const char *place,
                             const char *options) {
  int is_read_only = starts(options, "ro");
  if (!strcmp(type, "overlay")) return !strcmp(place, "/");
  if (bait.own_kernel && !strcmp(type, "9p")) /* how gVisor is given files */
    return !strcmp(place, "/") || !strcmp(place, "/tmp") || !strcmp(place, "/run/init");
  if (!strcmp(type, "proc"))
    return !strcmp(place, "/proc") || (is_read_only && starts(place, "/proc/"));
  if (!strcmp(type, "sysfs")) return starts(place, "/sys") && is_read_only;
  if (starts(type, "cgroup")) return starts(place, "/sys/fs/cgroup") && is_read_only;
  if (!strcmp(type, "devpts")) return starts(place, "/dev/pts") || !strcmp(place, "/dev/console");
  if (!strcmp(type, "mqueue")) return !strcmp(place, "/dev/mqueue");
  if (!strcmp(type, "tmpfs") && !strcmp(root, "/"))
    return !strcmp(place, "/dev") || !strcmp(place, "/dev/shm") ||
           (is_read_only && (starts(place, "/proc/") || starts(place, "/sys/")));
  return is_expected_bind(type, root, place);
}

static void mounts(void) {
  char line[4096], root[1024], place[1024], options[256], type[64];
  FILE *file = fopen("/proc/self/mountinfo", "re");
  if (!file) _exit(1);
  while (fgets(line, sizeof line, file)) {
    char *rest = strstr(line, " - ");
    if (!rest || sscanf(line, "%*d %*d %*s %1023s %1023s %255s", root, place, options) != 3 ||
        sscanf(rest, " - %63s", type) != 1)
      _exit(1);
    if (!is_expected_mount(type, root, place, options))
      reached("%s %.40s is mounted at %.80s", type, root, place);
  }
}

static int is_standard(const struct stat *facts) {
  unsigned kind = major(facts->st_rdev), which = minor(facts->st_rdev);
  if (S_ISBLK(facts->st_mode)) return 0;
  if (bait.own_kernel && kind == 10 && (which == 200 || which == 229))
    return 1; /* gVisor's own tun and fuse */
  if (kind == 1) return which == 3 || which == 5 || which == 7 || which == 8 || which == 9;
  return (kind == 5 && which <= 2) || (kind >= 136 && kind <= 143);
}

static int look_at_device(const char *path, const struct stat *facts, int kind) {
  if (kind == FTW_F && (S_ISBLK(facts->st_mode) || S_ISCHR(facts->st_mode)) &&
      !is_standard(facts))
    reached("device %u:%u is there: %.100s", major(facts->st_rdev), minor(facts->st_rdev), path);
  return 0;
}

static void host_devices(void) {
  ftw("/dev", look_at_device, 8);
  const dev_t made[] = {makedev(1, 1), makedev(8, 0), makedev(253, 0), makedev(254, 0)};
  for (size_t i = 0; i < sizeof made / sizeof *made; i++) {
    const char *path = "/dev/shm/.probe-device";
    if (mknod(path, (i ? S_IFBLK : S_IFCHR) | 0600, made[i])) continue;
    int file = open(path, O_RDONLY | O_NONBLOCK);
    if (file >= 0) reached("a device %u:%u was made and opened", major(made[i]), minor(made[i]));
    unlink(path);
  }
}

static void look_if_writable(const char *path) {
  int file = open(path, O_WRONLY | O_CLOEXEC);
  if (file >= 0) reached("%s can be written", path);
}

static void kernel_settings(void) {
  look_if_writable("/proc/sys/kernel/core_pattern");
  look_if_writable("/proc/sys/kernel/modprobe");
  look_if_writable("/proc/sys/kernel/hotplug");
  look_if_writable("/proc/sys/kernel/sysrq");
  look_if_writable("/proc/sys/vm/drop_caches");
  look_if_writable("/proc/sys/vm/overcommit_memory");
  look_if_writable("/proc/sys/fs/binfmt_misc/register");
  look_if_writable("/proc/sysrq-trigger");
  look_if_writable("/sys/kernel/uevent_helper");
  look_if_writable("/sys/kernel/mm/ksm/run");
  look_if_writable("/sys/power/state");
  if (!access("/sys", W_OK) || !access("/sys/kernel", W_OK)) reached("/sys can be written");
}

static int look_at_cgroup(const char *path, const struct stat *facts, int kind) {
  (void)facts;
  const char *name = strrchr(path, '/');
  if (kind == FTW_F && name &&
      (!strcmp(name, "/release_agent") || !strcmp(name, "/cgroup.procs") ||
       !strcmp(name, "/devices.allow")))
    look_if_writable(path);
  return 0;
}

static void control_groups(void) { ftw("/sys/fs/cgroup", look_at_cgroup, 16); }

static void kernel_memory(void) {
  const char *paths[] = {"/proc/kcore", "/dev/mem", "/dev/kmem", "/dev/port", "/proc/keys",
                         "/sys/kernel/debug/sched", "/sys/kernel/tracing/trace"};
  char byte, line[256];
  for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
    int file = open(paths[i], O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    if (file >= 0 && read(file, &byte, 1) == 1) reached("%s can be read", paths[i]);
    if (file >= 0) close(file);
  }
  FILE *file = fopen("/proc/kallsyms", "re");
  if (file && fgets(line, sizeof line, file) && strtoull(line, NULL, 16))
    reached("/proc/kallsyms tells kernel addresses");
}

static void engine_sockets(void) {
  const char *paths[] = {"/var/run/docker.sock",
                         "/run/docker.sock",
                         "/run/containerd/containerd.sock",
                         "/run/podman/podman.sock",
                         "/run/crio/crio.sock",
                         "/run/dbus/system_bus_socket",
                         "/run/systemd/private",
                         "/run/crun",
                         "/run/runc",
                         "/run/seatrial"};
  for (size_t i = 0; i < sizeof paths / sizeof *paths; i++)
    if (!access(paths[i], F_OK)) reached("%s is there", paths[i]);
}

static void proxies(void) {
  for (char **variable = environ; *variable; variable++) {
    char name[TEXT];
    size_t size = strcspn(*variable, "=");
    if (size >= sizeof name) continue;
    for (size_t i = 0; i <= size; i++) name[i] = (char)tolower((*variable)[i]);
    name[size] = 0;
    if (size > 6 && !strcmp(name + size - 6, "_proxy"))
      reached("the variable %.60s names a proxy", name);
  }
}

static void look_in_settings(const char *path, const char *const *words) {
  char line[1024];
  FILE *file = fopen(path, "re");
  while (file && fgets(line, sizeof line, file)) {
    for (char *byte = line; *byte; byte++) *byte = (char)tolower(*byte);
    const char *text = line + strspn(line, " \t");
    if (*text == '#' || *text == ';' || starts(text, "//")) continue;
    for (const char *const *word = words; *word; word++)
      if (strstr(text, *word)) reached("%.100s has a setting of `%s`", path, *word);
  }
  if (file) fclose(file);
}

static void package_mirrors(void) {
  static const char *const words[] = {"proxy", "index-url", "index_url", "registry", "mirror",
                                      NULL};
  static const char *const files[] = {
      "/etc/apt/apt.conf",       "/etc/pip.conf",          "/root/.pip/pip.conf",
      "/root/.config/pip/pip.conf", "/root/.npmrc",        "/etc/npmrc",
      "/usr/etc/npmrc",          "/root/.cargo/config.toml", "/root/.gemrc",
      "/etc/gemrc",              "/root/.wgetrc",          "/etc/wgetrc",
      "/root/.curlrc",           "/etc/environment",       "/etc/uv/uv.toml",
      "/root/.config/uv/uv.toml", "/root/.docker/config.json", NULL};
  for (const char *const *file = files; *file; file++) look_in_settings(*file, words);
  DIR *folder = opendir("/etc/apt/apt.conf.d");
  for (struct dirent *entry; folder && (entry = readdir(folder));) {
    char path[512];
    snprintf(path, sizeof path, "/etc/apt/apt.conf.d/%s", entry->d_name);
    look_in_settings(path, words);
  }
}

/* Processes of another user namespace show the overflow id. */
static void host_processes(void) {
  DIR *folder = opendir("/proc");
  for (struct dirent *entry; folder && (entry = readdir(folder));) {
    char path[300];
    struct stat facts;
    if (!isdigit(*entry->d_name)) continue;
    snprintf(path, sizeof path, "/proc/%s", entry->d_name);
    if (!stat(path, &facts) && facts.st_uid == 65534)
      reached("process %.20s of another user namespace is visible", entry->d_name);
  }
}

/* What a program starts with: pipes for its streams, and nothing else. */
static void descriptors(void) {
  char path[64], target[256];
  for (int file = 0; file < 4096; file++) {
    struct stat facts;
    if (fstat(file, &facts)) continue;
    snprintf(path, sizeof path, "/proc/self/fd/%d", file);
    ssize_t size = readlink(path, target, sizeof target - 1);
    target[size < 0 ? 0 : size] = 0;
    if (file > 2 || !S_ISFIFO(facts.st_mode))
      reached("descriptor %d of outside is open: %.100s", file, target);
  }
}

/* Ids inside must be a block of their own, none of them the host's root. */
static void host_ids(void) {
  const char *maps[] = {"/proc/self/uid_map", "/proc/self/gid_map"};
  for (int i = 0; i < 2; i++) {
    unsigned inside, outside, count;
    FILE *file = fopen(maps[i], "re");
    if (!file) _exit(1);
    while (fscanf(file, "%u %u %u", &inside, &outside, &count) == 3)
      if (outside < 65536 || count > 65536)
        reached("ids from %u on, %u of them, are the host's from %u on", inside, count, outside);
    fclose(file);
  }
}

/* The kernel tells for each process whether its calls pass a filter. */
static void unfiltered_processes(void) {
  char path[300], line[256];
  DIR *folder = opendir("/proc");
  for (struct dirent *entry; folder && (entry = readdir(folder));) {
    unsigned mode = 2;
    if (!isdigit(*entry->d_name)) continue;
    snprintf(path, sizeof path, "/proc/%s/status", entry->d_name);
    FILE *file = fopen(path, "re");
    while (file && fgets(line, sizeof line, file)) sscanf(line, "Seccomp: %u", &mode);
    if (file) fclose(file);
    if (mode != 2) reached("process %.20s has no system call filter", entry->d_name);
  }
}

void checks_places(void) {
  check("mounts", mounts);
  check("host_devices", host_devices);
  check("kernel_settings", kernel_settings);
  check("control_groups", control_groups);
  check("kernel_memory", kernel_memory);
  check("engine_sockets", engine_sockets);
  check("proxies", proxies);
  check("package_mirrors", package_mirrors);
  check("host_processes", host_processes);
  check("descriptors", descriptors);
  check("host_ids", host_ids);
  check("unfiltered_processes", unfiltered_processes);
}
