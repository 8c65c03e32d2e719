/* Process 1 of a sandbox: closes what it was given, lets the kernel reap, sleeps.
 *
 * A child of a process that ignores SIGCHLD is reaped by the kernel, orphans included, so
 * no zombie fills the process limit. Built without a C library: a few KiB, copied into each
 * sandbox's own file system so that no path of the host shows in its mount table.
 *
 * Root inside may trace it and have it make calls. Not every runtime takes the sandbox's filter
 * for its first process, so it brings one of its own: all it may do is sleep and close.
 * Commands are no children of it and do not inherit that.
 */
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/prctl.h>
#include <linux/seccomp.h>

#if defined(__x86_64__)
static long call(long number, long a, long b, long c, long d) {
  long result;
  register long r10 __asm__("r10") = d;
  __asm__ volatile("syscall"
                   : "=a"(result)
                   : "a"(number), "D"(a), "S"(b), "d"(c), "r"(r10)
                   : "rcx", "r11", "memory");
  return result;
}
enum { SIGACTION = 13, PAUSE = 34, PRCTL = 157, SECCOMP = 317, CLOSE_RANGE = 436 };
#define ARCHITECTURE AUDIT_ARCH_X86_64
#define SLEEPING PAUSE
#elif defined(__aarch64__)
static long call(long number, long a, long b, long c, long d) {
  register long x8 __asm__("x8") = number;
  register long x0 __asm__("x0") = a;
  register long x1 __asm__("x1") = b;
  register long x2 __asm__("x2") = c;
  register long x3 __asm__("x3") = d;
  __asm__ volatile("svc 0" : "+r"(x0) : "r"(x8), "r"(x1), "r"(x2), "r"(x3) : "memory");
  return x0;
}
enum { SIGACTION = 134, PPOLL = 73, PRCTL = 167, SECCOMP = 277, CLOSE_RANGE = 436 };
#define ARCHITECTURE AUDIT_ARCH_AARCH64
#define SLEEPING PPOLL
#else
#error "the sandbox's init knows x86-64 and aarch64"
#endif

enum { SIGNAL_CHILD = 17, IGNORE = 1, SET_BYTES = 8, NO_SUCH_CALL = 38 };

static struct sock_filter only_sleep[] = {
    BPF_STMT(BPF_LD | BPF_W | BPF_ABS, 4), /* the call's architecture */
    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ARCHITECTURE, 0, 3),
    BPF_STMT(BPF_LD | BPF_W | BPF_ABS, 0), /* its number */
    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SLEEPING, 2, 0),
    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, CLOSE_RANGE, 1, 0),
    BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | NO_SUCH_CALL),
    BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
};

void _start(void) {
  unsigned long action[4] = {IGNORE, 0, 0, 0};
  call(SIGACTION, SIGNAL_CHILD, (long)action, 0, SET_BYTES);
  struct sock_fprog filter = {sizeof only_sleep / sizeof *only_sleep, only_sleep};
  call(PRCTL, PR_SET_NO_NEW_PRIVS, 1, 0, 0);
  call(SECCOMP, SECCOMP_SET_MODE_FILTER, 0, (long)&filter, 0);
  /* The end of the starter's pipe tells the harness that the sandbox is up. */
  call(CLOSE_RANGE, 0, 0x7fffffff, 0, 0);
  for (;;) call(SLEEPING, 0, 0, 0, 0);
}
