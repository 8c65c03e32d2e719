/* Start programs from a thread, from a vfork child and without arguments; send with a connect
 * in the same call. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static void *start(void *unused) {
  char *argv[] = {"from-thread", NULL};
  (void)unused;
  execv("/bin/true", argv);
  return NULL;
}

int main(void) {
  char *none[] = {NULL}, *one[] = {"from-vfork", NULL}, *relative[] = {"by-folder", NULL};
  int folder = open("/bin", O_PATH | O_DIRECTORY);
  struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(81)};
  inet_pton(AF_INET, "127.0.0.9", &to.sin_addr);
  pid_t child = vfork();
  if (child == 0) {
    execv("/bin/true", one);
    _exit(1);
  }
  waitpid(child, NULL, 0);
  if ((child = fork()) == 0) _exit(syscall(SYS_execve, "/bin/true", none, NULL) != 0);
  waitpid(child, NULL, 0);
  if ((child = fork()) == 0) _exit(syscall(SYS_execveat, folder, "true", relative, NULL, 0) != 0);
  waitpid(child, NULL, 0);
  int file = socket(AF_INET, SOCK_STREAM, 0);
  sendto(file, "x", 1, MSG_FASTOPEN, (struct sockaddr *)&to, sizeof to);
  pthread_t thread;
  pthread_create(&thread, NULL, start, NULL);
  pthread_join(thread, NULL);
}
