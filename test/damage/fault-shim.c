/* Preloaded: from the n-th write to the files of a journal on, the disk is full or fails; or its sync does.
 * AITOR_FAULT=ENOSPC|EIO|FSYNC, AITOR_FAULT_AT=n, AITOR_FAULT_ONCE=1 for one failure alone, AITOR_FAULT_PATH=begin of the
 * paths. Counted from the moment when the file AITOR_FAULT_ARMED is there. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

static long calls = 0;

static int is_ours(int fd) {
  const char *path = getenv("AITOR_FAULT_PATH");
  char link[64], target[4096];
  if (path == NULL) return 0;
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  ssize_t length = readlink(link, target, sizeof target - 1);
  if (length < 0) return 0;
  target[length] = 0;
  return strncmp(target, path, strlen(path)) == 0;
}

/* Whether this call is to fail, and with what. */
static int fault(int fd, int syncs) {
  const char *kind = getenv("AITOR_FAULT"), *armed = getenv("AITOR_FAULT_ARMED");
  int saved = errno, error = 0;
  if (kind == NULL || !is_ours(fd) || (strcmp(kind, "FSYNC") == 0) != syncs) goto done;
  if (armed != NULL && access(armed, F_OK) != 0) goto done;
  long call = __atomic_add_fetch(&calls, 1, __ATOMIC_SEQ_CST), at = atol(getenv("AITOR_FAULT_AT"));
  if (call == at || (call > at && getenv("AITOR_FAULT_ONCE") == NULL)) error = strcmp(kind, "ENOSPC") == 0 ? ENOSPC : EIO;
done:
  errno = saved;
  return error;
}

#define FAILS(fd, syncs) do { int error = fault(fd, syncs); if (error) { errno = error; return -1; } } while (0)
#define REAL(type, name, ...) static type (*real)(__VA_ARGS__); if (!real) real = dlsym(RTLD_NEXT, name)

ssize_t write(int fd, const void *bytes, size_t count) {
  REAL(ssize_t, "write", int, const void *, size_t);
  if (fd > 2) FAILS(fd, 0);
  return real(fd, bytes, count);
}

ssize_t pwrite(int fd, const void *bytes, size_t count, off_t at) {
  REAL(ssize_t, "pwrite", int, const void *, size_t, off_t);
  FAILS(fd, 0);
  return real(fd, bytes, count, at);
}

ssize_t pwrite64(int fd, const void *bytes, size_t count, off64_t at) {
  REAL(ssize_t, "pwrite64", int, const void *, size_t, off64_t);
  FAILS(fd, 0);
  return real(fd, bytes, count, at);
}

int ftruncate(int fd, off_t length) {
  REAL(int, "ftruncate", int, off_t);
  FAILS(fd, 0);
  return real(fd, length);
}

int ftruncate64(int fd, off64_t length) {
  REAL(int, "ftruncate64", int, off64_t);
  FAILS(fd, 0);
  return real(fd, length);
}

int fsync(int fd) {
  REAL(int, "fsync", int);
  FAILS(fd, 1);
  return real(fd);
}

int fdatasync(int fd) {
  REAL(int, "fdatasync", int);
  FAILS(fd, 1);
  return real(fd);
}
