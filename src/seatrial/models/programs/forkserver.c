/* Loaded into the program under test: runs it once for each byte on the control pipe.
 *
 * The loader maps the program once; a fork per input costs a tenth of a start, and shows in a
 * process journal as one program. Compiled code calls __sanitizer_cov_trace_pc at each basic
 * block (gcc -fsanitize-coverage=trace-pc); the map of edges tells which inputs are new. With
 * trace-cmp it also calls back at comparisons; those with a constant that did not hold are kept
 * in a file that the fuzzer reads, whose path is in FUZZ_SERVE.
 * Idea: M. Zalewski, AFL technical details (fork server, edge map with bucketed counts).
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <link.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/personality.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

enum { CONTROL_FD = 198, STATUS_FD = 199, EDGES = 1 << 15, CPU_SECONDS = 1, WALL_SECONDS = 20 };
enum { COMPARISONS = 1024, PROBES = 8 };

struct comparison { uint64_t constant, value; };

static uint8_t discarded[EDGES];
static uint8_t *hits = discarded;
static uint8_t seen[EDGES];
static uintptr_t base, previous;
static struct comparison *compared;

void __sanitizer_cov_trace_pc(void) {
    uintptr_t here = (uintptr_t)__builtin_return_address(0) - base;
    uintptr_t edge = (here ^ (previous << 1)) * 0x9E3779B97F4A7C15ull >> 49;
    previous = here;
    if (hits[edge] < 255) hits[edge]++;
}

static void compare(uint64_t constant, uint64_t value) {
    if (!compared || constant == value) return;
    uint64_t at = (constant * 31 + value) * 0x9E3779B97F4A7C15ull >> 32;
    for (int i = 0; i < PROBES; i++) { /* a full neighbourhood loses the comparison */
        struct comparison *slot = &compared[(at + i) % COMPARISONS];
        if (slot->constant == constant && slot->value == value) return;
        if (slot->constant != slot->value) continue;
        slot->constant = constant;
        slot->value = value;
        return;
    }
}

void __sanitizer_cov_trace_cmp1(uint8_t a, uint8_t b) { (void)a, (void)b; }
void __sanitizer_cov_trace_cmp2(uint16_t a, uint16_t b) { (void)a, (void)b; }
void __sanitizer_cov_trace_cmp4(uint32_t a, uint32_t b) { (void)a, (void)b; }
void __sanitizer_cov_trace_cmp8(uint64_t a, uint64_t b) { (void)a, (void)b; }
void __sanitizer_cov_trace_cmpf(float a, float b) { (void)a, (void)b; }
void __sanitizer_cov_trace_cmpd(double a, double b) { (void)a, (void)b; }
void __sanitizer_cov_trace_const_cmp1(uint8_t a, uint8_t b) { compare(a, b); }
void __sanitizer_cov_trace_const_cmp2(uint16_t a, uint16_t b) { compare(a, b); }
void __sanitizer_cov_trace_const_cmp4(uint32_t a, uint32_t b) { compare(a, b); }
void __sanitizer_cov_trace_const_cmp8(uint64_t a, uint64_t b) { compare(a, b); }

void __sanitizer_cov_trace_switch(uint64_t value, uint64_t *cases) {
    for (uint64_t i = 0; i < cases[0]; i++) compare(cases[2 + i], value);
}

static int first_object(struct dl_phdr_info *info, size_t size, void *data) {
    (void)size;
    *(uintptr_t *)data = info->dlpi_addr; /* the main program comes first */
    return 1;
}

static uint8_t bucket(uint8_t count) {
    if (count <= 3) return (uint8_t)(1 << count >> 1);
    if (count <= 7) return 8;
    if (count <= 15) return 16;
    if (count <= 31) return 32;
    return count <= 127 ? 64 : 128;
}

static uint8_t novelty(void) {
    uint8_t found = 0;
    for (int i = 0; i < EDGES; i++) {
        if (!hits[i]) continue;
        uint8_t bit = bucket(hits[i]);
        if (bit & ~seen[i]) {
            seen[i] |= bit;
            found = 1;
        }
    }
    return found;
}

static void become_target(void) {
    struct rlimit cpu = {CPU_SECONDS, CPU_SECONDS}, none = {0, 0};
    setrlimit(RLIMIT_CPU, &cpu);
    setrlimit(RLIMIT_CORE, &none);
    alarm(WALL_SECONDS); /* only for a program that blocks; nothing else depends on wall time */
    lseek(0, 0, SEEK_SET);
    close(CONTROL_FD);
    close(STATUS_FD);
}

/* Start again without randomised addresses, so that reruns agree; where forbidden, go on. */
static void fix_addresses(char **argv) {
    int now = personality(0xffffffff);
    if (now == -1 || (now & ADDR_NO_RANDOMIZE)) return;
    if (personality((unsigned long)now | ADDR_NO_RANDOMIZE) == -1) return;
    execv("/proc/self/exe", argv);
}

__attribute__((constructor)) static void serve(int argc, char **argv) {
    uint8_t ready = 0, answer[5];
    (void)argc;
    const char *record = getenv("FUZZ_SERVE");
    if (!record) return;
    fix_addresses(argv);
    int file = open(record, O_RDWR);
    if (file == -1) _exit(1);
    size_t room = COMPARISONS * sizeof(struct comparison);
    compared = mmap(NULL, room, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    close(file);
    unsetenv("FUZZ_SERVE");
    unsetenv("LD_PRELOAD");
    dl_iterate_phdr(first_object, &base);
    void *shared =
        mmap(NULL, EDGES, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (shared == MAP_FAILED || compared == MAP_FAILED) _exit(1);
    hits = shared;
    while (read(CONTROL_FD, &ready, 1) == 1) {
        int status = 0;
        memset(hits, 0, EDGES);
        memset(compared, 0, room);
        previous = 0;
        pid_t child = fork();
        if (child == 0) {
            become_target();
            return; /* on to main */
        }
        if (child < 0 || waitpid(child, &status, 0) != child) _exit(1);
        memcpy(answer, &status, 4);
        answer[4] = novelty();
        if (write(STATUS_FD, answer, 5) != 5) _exit(1);
    }
    _exit(0);
}
