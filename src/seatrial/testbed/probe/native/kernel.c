/* Kernel interfaces that no namespace isolates or that are too large to trust. */
#include "probe.h"

#include <linux/bpf.h>
#include <linux/io_uring.h>
#include <linux/keyctl.h>
#include <linux/perf_event.h>
#include <sched.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/wait.h>

#ifndef AF_VSOCK
#define AF_VSOCK 40
#endif
#define FAMILIES 64
#define X32 0x40000000

/* Numbers of the 32-bit interface: arch/x86/entry/syscalls/syscall_32.tbl */
enum {
  I386_MOUNT = 21,
  I386_SOCKETCALL = 102,
  I386_ADD_KEY = 286,
  I386_KEYCTL = 288,
  I386_UNSHARE = 310,
  I386_PERF_EVENT_OPEN = 336,
  I386_BPF = 357,
  I386_SOCKET = 359,
  I386_USERFAULTFD = 374,
  I386_IO_URING_SETUP = 425,
};

void *low(size_t size) {
  void *place = mmap(NULL, size, PROT_READ | PROT_WRITE,
#ifdef MAP_32BIT
                     MAP_32BIT |
#endif
                         MAP_PRIVATE | MAP_ANONYMOUS,
                     -1, 0);
  if (place == MAP_FAILED) _exit(4);
  return place;
}

#ifdef __x86_64__
static long raw32(long number, long a, long b, long c, long d, long e) {
  long result = number;
  __asm__ volatile("int $0x80"
                   : "+a"(result)
                   : "b"(a), "c"(b), "d"(c), "S"(d), "D"(e)
                   : "memory", "r8", "r9", "r10", "r11");
  return result;
}

/* A kernel without the interface ends the caller, or takes the numbers for 64-bit ones. */
static int has32(void) {
  static int known = -1;
  if (known >= 0) return known;
  pid_t child = fork();
  if (child == 0) {
    _exit(raw32(20, 0, 0, 0, 0, 0) != getpid()); /* 20 is getpid there */
  }
  int status = 1;
  if (child > 0) waitpid(child, &status, 0);
  return known = child > 0 && status == 0;
}

long call32(long number, long a, long b, long c, long d, long e) {
  return has32() ? (long)(int)raw32(number, a, b, c, d, e) : -ENOSYS;
}
#else
long call32(long number, long a, long b, long c, long d, long e) {
  (void)number, (void)a, (void)b, (void)c, (void)d, (void)e;
  return -ENOSYS;
}
#endif

/* -errno of a call, as call32 gives it. */
static long outcome(long result) { return result < 0 ? -errno : result; }

static void judge(const char *what, long result) {
  if (result >= 0)
    reached("%s succeeded", what);
  else if (!kept_off((int)-result))
    reached("%s was looked at by the kernel: %s", what, strerror((int)-result));
}

static void try_family(int family, int type) {
  char what[64];
  snprintf(what, sizeof what, "socket family %d", family);
  if (socket(family, type, 0) >= 0) reached("%s can be had", what);
  if (call32(I386_SOCKET, family, type, 0, 0, 0) >= 0) reached("%s by a 32-bit call", what);
  int *arguments = low(4096);
  arguments[0] = family;
  arguments[1] = type;
  if (call32(I386_SOCKETCALL, 1, (long)arguments, 0, 0, 0) >= 0)
    reached("%s by the 32-bit socketcall", what);
}

static void vsock(void) {
  try_family(AF_VSOCK, SOCK_STREAM);
  try_family(AF_VSOCK, SOCK_DGRAM);
}

static void socket_families(void) {
  int types[] = {SOCK_STREAM, SOCK_DGRAM, SOCK_RAW, SOCK_SEQPACKET};
  for (int family = 3; family < FAMILIES; family++) {
    if (family == AF_INET6 || family == AF_NETLINK || family == AF_PACKET || family == AF_VSOCK)
      continue;
    for (int i = 0; i < 4; i++) try_family(family, types[i]);
  }
}

static void io_uring(void) {
  struct io_uring_params *params = low(4096);
  judge("io_uring_setup", outcome(syscall(SYS_io_uring_setup, 1, params)));
  memset(params, 0, sizeof *params);
  judge("io_uring_setup (x32)", outcome(syscall(X32 + SYS_io_uring_setup, 1, params)));
  memset(params, 0, sizeof *params);
  judge("io_uring_setup (32-bit)", call32(I386_IO_URING_SETUP, 1, (long)params, 0, 0, 0));
}

/* Asked wrongly on purpose: the kernel finds the size too big before it looks at rights, so
 * that a filter's refusal can be told from the kernel's own. */
static void bpf(void) {
  const long too_big = 1 << 20;
  union bpf_attr *attr = low(4096);
  judge("bpf", outcome(syscall(SYS_bpf, BPF_MAP_CREATE, attr, too_big)));
  judge("bpf (32-bit)", call32(I386_BPF, BPF_MAP_CREATE, (long)attr, too_big, 0, 0));
}

static void userfaultfd(void) {
  judge("userfaultfd", outcome(syscall(SYS_userfaultfd, 1)));
  judge("userfaultfd (32-bit)", call32(I386_USERFAULTFD, 1, 0, 0, 0, 0));
}

/* As bpf: unknown flags are found before rights are looked at. */
static void perf(void) {
  const long unknown = 1 << 20;
  struct perf_event_attr *attr = low(4096);
  attr->size = sizeof *attr;
  judge("perf_event_open", outcome(syscall(SYS_perf_event_open, attr, 0, -1, -1, unknown)));
  judge("perf_event_open (32-bit)",
        call32(I386_PERF_EVENT_OPEN, (long)attr, 0, -1, -1, unknown));
}

static void keyrings(void) {
  char *text = low(4096);
  strcpy(text, "user");
  strcpy(text + 16, "probe");
  judge("keyctl", outcome(syscall(SYS_keyctl, KEYCTL_GET_KEYRING_ID, KEY_SPEC_USER_KEYRING, 1)));
  judge("add_key", outcome(syscall(SYS_add_key, text, text + 16, "x", 1, KEY_SPEC_USER_KEYRING)));
  judge("keyctl (32-bit)",
        call32(I386_KEYCTL, KEYCTL_GET_KEYRING_ID, KEY_SPEC_USER_KEYRING, 1, 0, 0));
  judge("add_key (32-bit)",
        call32(I386_ADD_KEY, (long)text, (long)text + 16, (long)text, 1, KEY_SPEC_USER_KEYRING));
}

static void user_namespace(void) {
  if (!unshare(CLONE_NEWUSER)) reached("unshare made a user namespace");
  if (call32(I386_UNSHARE, CLONE_NEWUSER, 0, 0, 0, 0) == 0)
    reached("the 32-bit unshare made a user namespace");
  long child = syscall(SYS_clone, CLONE_NEWUSER | SIGCHLD, 0, 0, 0, 0);
  if (child == 0) _exit(0);
  if (child > 0) reached("clone made a user namespace");
}

static void mounting(void) {
  /* Where these are possible, mounting may be too. */
  if (unshare(CLONE_NEWUSER | CLONE_NEWNS))
    call32(I386_UNSHARE, CLONE_NEWUSER | CLONE_NEWNS, 0, 0, 0, 0);
  if (!mount("probe", "/dev/shm", "tmpfs", 0, NULL)) reached("a file system was mounted");
  char *text = low(4096);
  strcpy(text, "tmpfs");
  strcpy(text + 16, "/dev/shm");
  if (!call32(I386_MOUNT, (long)text, (long)text + 16, (long)text, 0, 0))
    reached("a file system was mounted by a 32-bit call");
  if (syscall(SYS_fsopen, "tmpfs", 0) >= 0) reached("fsopen gave a file system");
}

void checks_kernel(void) {
  check("vsock", vsock);
  check("socket_families", socket_families);
  check("io_uring", io_uring);
  check("bpf", bpf);
  check("userfaultfd", userfaultfd);
  check("perf", perf);
  check("keyrings", keyrings);
  check("user_namespace", user_namespace);
  check("mounting", mounting);
}
