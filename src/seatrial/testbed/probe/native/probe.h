/* What the probe's parts share. Each check runs in a child of its own and says at most one
 * thing: what it reached. */
#ifndef PROBE_H
#define PROBE_H

#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#define MANY 64
#define TEXT 128
#define NEIGHBOUR_PORT 7447

/* What the harness put out for the probe to reach, read from standard input. */
struct bait {
  char address[MANY][TEXT]; /* of the host, IPv4 and IPv6 */
  int port[MANY];           /* TCP and UDP there */
  int addresses;
  char abstract_name[TEXT]; /* of a socket in the host's network namespace */
  char earlier[TEXT];       /* token left by a sandbox that is gone */
  char neighbour[TEXT];     /* token held by a sandbox that lives */
  char neighbour_address[TEXT];
  int own_kernel;      /* the runtime brings a kernel of its own: gVisor */
  int private_network; /* eth0 and the peers on it are expected */
};

extern struct bait bait;

/* Note what was reached; the first one stands. */
void reached(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Whether an error says that the kernel kept the call off, not that it was called badly. */
int kept_off(int error);

/* A system call by the 32-bit interface. Pointers must come from low(). Returns as the
 * kernel does: -errno. With no such interface: -ENOSYS. */
long call32(long number, long a, long b, long c, long d, long e);
void *low(size_t size);

void checks_network(void);
void checks_kernel(void);
void checks_places(void);
void checks_traces(void);

/* Run one check by name. */
void check(const char *name, void (*run)(void));

/* Leave `token` in every place that can be written. */
void plant(const char *token);
/* As plant, and keep sockets and a process until the sandbox ends. */
void hold(const char *token);

#endif
