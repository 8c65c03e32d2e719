/* Traces of other sandboxes: leave some, look for them. */
#include "probe.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <dirent.h>
#include <linux/keyctl.h>
#include <mqueue.h>
#include <netinet/in.h>
#include <signal.h>
#include <stddef.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/msg.h>
#include <sys/prctl.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <sys/un.h>

#define HOLD_SECONDS 60

/* Everywhere a program may write, beside the mount points themselves. */
static const char *const folders[] = {
    "/",         "/tmp",       "/var/tmp",   "/dev/shm",   "/dev/mqueue", "/root",   "/home",
    "/run",      "/var/cache", "/var/lib",   "/var/spool", "/usr/local",  "/opt",    "/srv",
    "/etc",      "/mnt",       "/media",     "/dev",       "/home/agent", "/var/log", NULL};

static void each_place(const char *token, void (*at)(const char *, const char *)) {
  char line[4096], folder[1024], path[2048];
  for (const char *const *one = folders; *one; one++) {
    snprintf(path, sizeof path, "%s/.marker-%s", *one, token);
    at(path, token);
  }
  FILE *file = fopen("/proc/self/mountinfo", "re");
  while (file && fgets(line, sizeof line, file)) {
    if (sscanf(line, "%*d %*d %*s %*s %1023s", folder) != 1) continue;
    snprintf(path, sizeof path, "%s/.marker-%s", folder, token);
    at(path, token);
  }
  if (file) fclose(file);
}

static void put(const char *path, const char *token) {
  int file = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0666);
  if (file < 0) return;
  if (write(file, token, strlen(token)) < 0) unlink(path);
  close(file);
}

static void seek(const char *path, const char *token) {
  (void)token;
  if (!access(path, F_OK)) reached("the file %s is there", path);
}

/* A key of System V objects made of the token's last digits. */
static key_t key_of(const char *token) {
  size_t size = strlen(token);
  return (key_t)(strtoul(size > 7 ? token + size - 7 : token, NULL, 16) | 1);
}

static void name_of(char *to, const char *token) { snprintf(to, TEXT, "/%.100s", token); }

void plant(const char *token) {
  char name[TEXT];
  each_place(token, put);
  shmget(key_of(token), 4096, IPC_CREAT | 0666);
  msgget(key_of(token), IPC_CREAT | 0666);
  semget(key_of(token), 1, IPC_CREAT | 0666);
  name_of(name, token);
  mq_open(name, O_RDWR | O_CREAT, 0666, NULL);
  long rings[] = {KEY_SPEC_USER_KEYRING, KEY_SPEC_USER_SESSION_KEYRING};
  for (int i = 0; i < 2; i++) syscall(SYS_add_key, "user", token, "x", 1, rings[i]);
}

static void look_for(const char *token) {
  char name[TEXT];
  if (!*token) return;
  each_place(token, seek);
  if (shmget(key_of(token), 0, 0) >= 0) reached("its shared memory is there");
  if (msgget(key_of(token), 0) >= 0) reached("its message queue is there");
  if (semget(key_of(token), 0, 0) >= 0) reached("its semaphore is there");
  name_of(name, token);
  if (mq_open(name, O_RDONLY) != (mqd_t)-1) reached("its POSIX message queue is there");
  long rings[] = {KEY_SPEC_USER_KEYRING, KEY_SPEC_USER_SESSION_KEYRING};
  for (int i = 0; i < 2; i++)
    if (syscall(SYS_keyctl, KEYCTL_SEARCH, rings[i], "user", token, 0) >= 0)
      reached("its key is there");
}

static void earlier_sandbox(void) { look_for(bait.earlier); }

static void neighbour_storage(void) { look_for(bait.neighbour); }

/* Its process carries the token as its name. */
static void neighbour_processes(void) {
  DIR *folder = opendir("/proc");
  for (struct dirent *entry; folder && (entry = readdir(folder));) {
    char path[300], name[16] = "";
    if (!isdigit(*entry->d_name)) continue;
    snprintf(path, sizeof path, "/proc/%s/comm", entry->d_name);
    int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0) continue;
    if (read(file, name, sizeof name - 1) > 0) name[strcspn(name, "\n")] = 0;
    if (*bait.neighbour && !strncmp(name, bait.neighbour, sizeof name - 1))
      reached("its process %.20s is visible", entry->d_name);
    close(file);
  }
}

static void listen_on(int file, const void *address, socklen_t size) {
  if (file >= 0 && !bind(file, address, size)) listen(file, 8);
}

void hold(const char *token) {
  plant(token);
  struct sockaddr_un name = {.sun_family = AF_UNIX};
  strncpy(name.sun_path + 1, token, sizeof name.sun_path - 2);
  listen_on(socket(AF_UNIX, SOCK_STREAM, 0), &name,
            (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + strlen(token)));
  struct sockaddr_in any = {.sin_family = AF_INET, .sin_port = htons(NEIGHBOUR_PORT)};
  listen_on(socket(AF_INET, SOCK_STREAM, 0), &any, sizeof any);
  if (fork()) return;
  setsid();
  prctl(PR_SET_NAME, token);
  for (int file = 0; file < 3; file++) close(file);
  alarm(HOLD_SECONDS);
  for (;;) pause();
}

void checks_traces(void) {
  check("earlier_sandbox", earlier_sandbox);
  check("neighbour_storage", neighbour_storage);
  check("neighbour_processes", neighbour_processes);
}
