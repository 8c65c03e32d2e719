/* Process 1 of a sandbox: closes what it was given, lets the kernel reap, sleeps.
 *
 * A child of a process that ignores SIGCHLD is reaped by the kernel, orphans included, so
 * no zombie fills the process limit. Built without a C library: a few KiB, copied into each
 * sandbox's own file system so that no path of the host shows in its mount table.
 */
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
enum { SIGACTION = 13, PAUSE = 34, CLOSE_RANGE = 436 };
#define SLEEP() call(PAUSE, 0, 0, 0, 0)
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
enum { SIGACTION = 134, PPOLL = 73, CLOSE_RANGE = 436 };
#define SLEEP() call(PPOLL, 0, 0, 0, 0)
#else
#error "the sandbox's init knows x86-64 and aarch64"
#endif

enum { SIGNAL_CHILD = 17, IGNORE = 1, SET_BYTES = 8 };

void _start(void) {
  unsigned long action[4] = {IGNORE, 0, 0, 0};
  call(SIGACTION, SIGNAL_CHILD, (long)action, 0, SET_BYTES);
  /* The end of the starter's pipe tells the harness that the sandbox is up. */
  call(CLOSE_RANGE, 0, 0x7fffffff, 0, 0);
  for (;;) SLEEP();
}
