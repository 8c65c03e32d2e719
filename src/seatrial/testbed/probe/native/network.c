/* Ways out by sockets. */
#include "probe.h"

#include <arpa/inet.h>
#include <linux/if_ether.h>
#include <net/if.h>
#include <netinet/in.h>
#include <netinet/ip_icmp.h>
#include <poll.h>
#include <stddef.h>
#include <sys/socket.h>
#include <sys/un.h>

#define WAIT_MS 300
#define DNS_PORT 53

union address {
  struct sockaddr any;
  struct sockaddr_in v4;
  struct sockaddr_in6 v6;
};

static socklen_t parse(union address *out, const char *text, int port) {
  memset(out, 0, sizeof *out);
  if (inet_pton(AF_INET, text, &out->v4.sin_addr) == 1) {
    out->v4.sin_family = AF_INET;
    out->v4.sin_port = htons((uint16_t)port);
    return sizeof out->v4;
  }
  if (inet_pton(AF_INET6, text, &out->v6.sin6_addr) == 1) {
    out->v6.sin6_family = AF_INET6;
    out->v6.sin6_port = htons((uint16_t)port);
    return sizeof out->v6;
  }
  return 0;
}

static int is_loopback(const char *text) {
  return !strncmp(text, "127.", 4) || !strcmp(text, "::1");
}

/* Whether the kernel knows a way to an address. Sends nothing. */
static int has_route(const char *text, int port) {
  union address to;
  socklen_t size = parse(&to, text, port);
  int file = size ? socket(to.any.sa_family, SOCK_DGRAM, 0) : -1;
  int found = file >= 0 && !connect(file, &to.any, size);
  if (file >= 0) close(file);
  return found;
}

/* Returns 0 when connected, EINPROGRESS when nobody answered, else the error. */
static int connects_tcp(const char *text, int port) {
  union address to;
  socklen_t size = parse(&to, text, port);
  int file = size ? socket(to.any.sa_family, SOCK_STREAM | SOCK_NONBLOCK, 0) : -1;
  if (file < 0) return errno ? errno : EINVAL;
  int error = connect(file, &to.any, size) ? errno : 0;
  if (error == EINPROGRESS) {
    struct pollfd wait = {.fd = file, .events = POLLOUT};
    socklen_t length = sizeof error;
    if (poll(&wait, 1, WAIT_MS) == 1) getsockopt(file, SOL_SOCKET, SO_ERROR, &error, &length);
  }
  close(file);
  return error;
}

static void try_tcp(const char *text, int port) {
  int error = connects_tcp(text, port);
  if (!error) reached("connected to %s port %d", text, port);
  if (error == EINPROGRESS) reached("a connection to %s left the sandbox", text);
}

/* A port where nobody listens answers with an error; silence means that somebody does. */
static void try_udp(const char *text, int port) {
  union address to;
  socklen_t size = parse(&to, text, port);
  int file = size ? socket(to.any.sa_family, SOCK_DGRAM, 0) : -1;
  if (file < 0) return;
  if (!connect(file, &to.any, size) && send(file, "probe", 5, 0) == 5) {
    struct pollfd wait = {.fd = file, .events = POLLIN};
    int error = 0;
    socklen_t length = sizeof error;
    if (poll(&wait, 1, WAIT_MS) == 1) getsockopt(file, SOL_SOCKET, SO_ERROR, &error, &length);
    if (!error) reached("a packet to %s port %d was taken", text, port);
  }
  close(file);
}

static void each_address(int family, int loopback, void (*try)(const char *, int)) {
  for (int i = 0; i < bait.addresses; i++) {
    int is_v6 = strchr(bait.address[i], ':') != NULL;
    if (is_v6 == (family == AF_INET6) && is_loopback(bait.address[i]) == loopback)
      try(bait.address[i], bait.port[i]);
  }
}

static void look_for_route(const char *text, int port) {
  if (has_route(text, port)) reached("there is a route to %s", text);
}

static void tcp(void) { each_address(AF_INET, 0, try_tcp); }

static void udp(void) {
  each_address(AF_INET, 0, look_for_route);
  each_address(AF_INET, 0, try_udp);
  look_for_route("192.0.2.1", 9);    /* TEST-NET-1, RFC 5737 */
  look_for_route("198.51.100.1", 9); /* TEST-NET-2 */
}

static void ipv6(void) {
  each_address(AF_INET6, 0, look_for_route);
  each_address(AF_INET6, 0, try_tcp);
  look_for_route("2001:db8::1", 9); /* RFC 3849 */
}

static void host_loopback(void) {
  each_address(AF_INET, 1, try_tcp);
  each_address(AF_INET6, 1, try_tcp);
  each_address(AF_INET, 1, try_udp);
}

static void dns(void) {
  char line[256], word[16], server[TEXT];
  look_for_route("192.0.2.53", DNS_PORT);
  FILE *file = fopen("/etc/resolv.conf", "re");
  while (file && fgets(line, sizeof line, file)) {
    if (sscanf(line, "%15s %127s", word, server) != 2 || strcmp(word, "nameserver")) continue;
    if (!is_loopback(server)) {
      look_for_route(server, DNS_PORT);
    } else {
      try_tcp(server, DNS_PORT);
      try_udp(server, DNS_PORT);
    }
  }
}

static void metadata(void) {
  look_for_route("169.254.169.254", 80);
  look_for_route("fd00:ec2::254", 80);
}

static void ping(const char *text, int port) {
  (void)port;
  union address to;
  socklen_t size = parse(&to, text, 0);
  struct icmphdr echo = {.type = ICMP_ECHO, .checksum = (uint16_t)~(ICMP_ECHO)};
  int kinds[] = {SOCK_RAW, SOCK_DGRAM};
  for (int i = 0; i < 2; i++) {
    int file = socket(AF_INET, kinds[i], IPPROTO_ICMP);
    if (file >= 0 && sendto(file, &echo, sizeof echo, 0, &to.any, size) > 0)
      reached("an ICMP packet to %s was sent", text);
    if (file >= 0) close(file);
  }
}

static void icmp(void) { each_address(AF_INET, 0, ping); }

static int is_expected(const char *interface) {
  return !strcmp(interface, "lo") || (bait.private_network && !strcmp(interface, "eth0"));
}

static void interfaces(void) {
  struct if_nameindex *all = if_nameindex();
  for (struct if_nameindex *one = all; one && one->if_index; one++)
    if (!is_expected(one->if_name)) reached("the network interface %s is there", one->if_name);
}

static void raw(void) {
  struct if_nameindex *all = if_nameindex();
  int file = socket(AF_PACKET, SOCK_RAW, htons(ETH_P_ALL));
  if (file < 0) return;
  for (struct if_nameindex *one = all; one && one->if_index; one++)
    if (!is_expected(one->if_name)) reached("raw packets can go out by %s", one->if_name);
}

static int connects_abstract(const char *name) {
  struct sockaddr_un to = {.sun_family = AF_UNIX};
  strncpy(to.sun_path + 1, name, sizeof to.sun_path - 2);
  socklen_t size = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + strlen(name));
  int file = socket(AF_UNIX, SOCK_STREAM, 0);
  int found = file >= 0 && !connect(file, (struct sockaddr *)&to, size);
  if (file >= 0) close(file);
  return found;
}

static void abstract_socket(void) {
  char line[512];
  if (connects_abstract(bait.abstract_name)) reached("the host's abstract socket answers");
  FILE *file = fopen("/proc/net/unix", "re");
  while (file && fgets(line, sizeof line, file)) {
    char *name = strchr(line, '@');
    if (name) reached("an abstract socket of somebody else is there: %.60s", name);
  }
}

static void neighbour_network(void) {
  if (connects_abstract(bait.neighbour)) reached("a neighbour's abstract socket answers");
  /* In a private network the address may be asked for there: only an answer counts. */
  const char *addresses[] = {"127.0.0.1", bait.neighbour_address};
  for (int i = 0; i < 2; i++)
    if (*addresses[i] && !connects_tcp(addresses[i], NEIGHBOUR_PORT))
      reached("a neighbour answers at %s", addresses[i]);
}

void checks_network(void) {
  check("dns", dns);
  check("tcp", tcp);
  check("udp", udp);
  check("icmp", icmp);
  check("ipv6", ipv6);
  check("interfaces", interfaces);
  check("raw_packets", raw);
  check("abstract_socket", abstract_socket);
  check("host_loopback", host_loopback);
  check("metadata", metadata);
  check("neighbour_network", neighbour_network);
}
