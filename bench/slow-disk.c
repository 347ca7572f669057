/*
 * Makes each wait for the disk so many microseconds longer, as on a slower disk: the thread sleeps.
 *
 *   cc -O2 -shared -fPIC -o slow-disk.so bench/slow-disk.c -ldl
 *   SLOW_US=110 LD_PRELOAD=$PWD/slow-disk.so npm run bench -- durable
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <time.h>

static void wait_longer(void) {
  static long us = -1;
  static __thread int exact = 0;
  if (us < 0) us = getenv("SLOW_US") ? atol(getenv("SLOW_US")) : 0;
  if (us == 0) return;
  /* A sleep may otherwise last 50 microseconds longer. */
  if (!exact) exact = !prctl(PR_SET_TIMERSLACK, 1, 0, 0, 0);
  struct timespec time = {0, us * 1000};
  nanosleep(&time, NULL);
}

int fdatasync(int file) {
  static int (*real)(int);
  if (!real) real = dlsym(RTLD_NEXT, "fdatasync");
  int result = real(file);
  wait_longer();
  return result;
}

int fsync(int file) {
  static int (*real)(int);
  if (!real) real = dlsym(RTLD_NEXT, "fsync");
  int result = real(file);
  wait_longer();
  return result;
}
