// Preloaded into a worker: calls on the data file and its write-ahead log fail as the shared page
// FAULT_CONTROL says. See fault-control.ts for its form.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

struct control {
  uint32_t calls;    // which calls count: a set of the bits below
  uint32_t files;    // on which files: 1 the data file, 2 its log, 4 anything in the data folder
  uint32_t skip;     // so many pass first
  uint32_t failures; // then so many fail
  uint32_t code;     // with this errno; 0: the process is killed
  uint32_t is_short; // a write first does half of its work
  uint32_t seen;     // out: calls that counted
  uint32_t failed;   // out
};

enum { WRITE = 1, SYNC = 2, TRUNCATE = 4, OPEN = 8, NAME = 16 };

#define MOST_FILES 4096
static char kinds[MOST_FILES]; // 0 not ours, else one of the bits of `files`
static volatile struct control *control;
static const char *root;
static size_t root_length;

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

__attribute__((constructor)) static void prepare(void) {
  const char *file = getenv("FAULT_CONTROL");
  root = getenv("FAULT_ROOT");
  if (file == NULL || root == NULL) return;
  root_length = strlen(root);
  int fd = REAL(open)(file, O_RDWR | O_CLOEXEC);
  if (fd < 0) return;
  void *page = mmap(NULL, sizeof(struct control), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  REAL(close)(fd);
  if (page != MAP_FAILED) control = page;
}

static char kind_of(const char *path) {
  if (control == NULL || path == NULL || strncmp(path, root, root_length) != 0) return 0;
  const char *name = strrchr(path, '/');
  if (name == NULL) return 0;
  if (strcmp(name, "/handshake.db") == 0) return 1;
  if (strcmp(name, "/handshake.db-wal") == 0) return 2;
  return 4;
}

// Nonzero: this call is to fail now.
static int hits(uint32_t call, char kind) {
  if (kind == 0 || control == NULL || !(control->calls & call)) return 0;
  uint32_t wanted = control->files;
  if (!(wanted & (uint32_t)kind) && !(wanted & 4)) return 0;
  uint32_t number = control->seen++;
  if (number < control->skip || number - control->skip >= control->failures) return 0;
  control->failed++;
  if (control->code == 0) raise(SIGKILL);
  errno = (int)control->code;
  return 1;
}

static char kind_of_fd(int fd) { return fd >= 0 && fd < MOST_FILES ? kinds[fd] : 0; }

static int opened(int fd, const char *path) {
  if (fd >= 0 && fd < MOST_FILES) kinds[fd] = kind_of(path);
  return fd;
}

#define MODE_OF(flags, mode) \
  mode_t mode = 0; \
  if ((flags) & (O_CREAT | O_TMPFILE)) { va_list rest; va_start(rest, flags); mode = va_arg(rest, mode_t); va_end(rest); }

int open(const char *path, int flags, ...) {
  MODE_OF(flags, mode)
  if (hits(OPEN, kind_of(path))) return -1;
  return opened(REAL(open)(path, flags, mode), path);
}
int open64(const char *path, int flags, ...) {
  MODE_OF(flags, mode)
  if (hits(OPEN, kind_of(path))) return -1;
  return opened(REAL(open64)(path, flags, mode), path);
}
int openat(int folder, const char *path, int flags, ...) {
  MODE_OF(flags, mode)
  if (hits(OPEN, kind_of(path))) return -1;
  return opened(REAL(openat)(folder, path, flags, mode), path);
}
int close(int fd) {
  if (fd >= 0 && fd < MOST_FILES) kinds[fd] = 0;
  return REAL(close)(fd);
}
ssize_t pwrite64(int fd, const void *data, size_t length, off64_t offset) {
  if (hits(WRITE, kind_of_fd(fd))) {
    int code = errno;
    // SQLite tries the rest of a short write again: that call fails.
    if (control->is_short && length > 1) REAL(pwrite64)(fd, data, length / 2, offset);
    errno = code;
    return -1;
  }
  return REAL(pwrite64)(fd, data, length, offset);
}
ssize_t pwrite(int fd, const void *data, size_t length, off_t offset) { return pwrite64(fd, data, length, offset); }
ssize_t write(int fd, const void *data, size_t length) {
  if (hits(WRITE, kind_of_fd(fd))) return -1;
  return REAL(write)(fd, data, length);
}
int fsync(int fd) { return hits(SYNC, kind_of_fd(fd)) ? -1 : REAL(fsync)(fd); }
int fdatasync(int fd) { return hits(SYNC, kind_of_fd(fd)) ? -1 : REAL(fdatasync)(fd); }
int ftruncate64(int fd, off64_t size) { return hits(TRUNCATE, kind_of_fd(fd)) ? -1 : REAL(ftruncate64)(fd, size); }
int ftruncate(int fd, off_t size) { return ftruncate64(fd, size); }
int rename(const char *from, const char *to) { return hits(NAME, kind_of(to)) ? -1 : REAL(rename)(from, to); }
int unlink(const char *path) { return hits(NAME, kind_of(path)) ? -1 : REAL(unlink)(path); }
