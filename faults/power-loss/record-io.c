// Preloaded into a worker: writes every change of the files below RECORD_ROOT into RECORD_LOG, in order,
// and with them what the worker tells on its standard output. See recorded-log.ts for the form.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#define MOST_FILES 4096

static char kinds[MOST_FILES]; // 0 not ours, 'f' a file, 'd' a folder
static uint64_t inodes[MOST_FILES];
static const char *root;
static size_t root_length;
static int log_fd = -1;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

__attribute__((constructor)) static void prepare(void) {
  root = getenv("RECORD_ROOT");
  const char *log = getenv("RECORD_LOG");
  if (root == NULL || log == NULL) return;
  root_length = strlen(root);
  log_fd = REAL(open)(log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
}

struct __attribute__((packed)) record {
  uint8_t operation;
  uint64_t inode;
  uint64_t offset;
  uint32_t path_length;
  uint32_t data_length;
};

static void record(char operation, uint64_t inode, uint64_t offset, const char *path, const void *data, size_t length) {
  if (log_fd < 0) return;
  struct record head = {(uint8_t)operation, inode, offset, path == NULL ? 0 : (uint32_t)strlen(path), (uint32_t)length};
  struct iovec parts[3] = {{&head, sizeof head}, {(void *)path, head.path_length}, {(void *)data, length}};
  pthread_mutex_lock(&lock);
  // One call: a record is there as a whole, or not, when the process is killed.
  if (writev(log_fd, parts, 3) < 0) _exit(97);
  pthread_mutex_unlock(&lock);
}

static int is_ours(const char *path) {
  return log_fd >= 0 && path != NULL && strncmp(path, root, root_length) == 0 &&
         (path[root_length] == '/' || path[root_length] == 0);
}

static int opened(int fd, const char *path, int existed, int flags) {
  if (fd < 0 || fd >= MOST_FILES || !is_ours(path)) return fd;
  struct stat status;
  if (fstat(fd, &status) != 0) return fd;
  inodes[fd] = status.st_ino;
  kinds[fd] = S_ISDIR(status.st_mode) ? 'd' : 'f';
  if (kinds[fd] == 'd') return fd;
  if (!existed) record('C', status.st_ino, 0, path, NULL, 0);
  else if (flags & O_TRUNC) record('T', status.st_ino, 0, NULL, NULL, 0);
  return fd;
}

static int exists(const char *path) { return is_ours(path) && access(path, F_OK) == 0; }

#define MODE_OF(flags, mode) \
  mode_t mode = 0; \
  if ((flags) & (O_CREAT | O_TMPFILE)) { va_list rest; va_start(rest, flags); mode = va_arg(rest, mode_t); va_end(rest); }

int open(const char *path, int flags, ...) {
  MODE_OF(flags, mode)
  int existed = exists(path);
  return opened(REAL(open)(path, flags, mode), path, existed, flags);
}
int open64(const char *path, int flags, ...) {
  MODE_OF(flags, mode)
  int existed = exists(path);
  return opened(REAL(open64)(path, flags, mode), path, existed, flags);
}
int openat(int folder, const char *path, int flags, ...) {
  MODE_OF(flags, mode)
  int existed = exists(path);
  return opened(REAL(openat)(folder, path, flags, mode), path, existed, flags);
}
int close(int fd) {
  if (fd >= 0 && fd < MOST_FILES) kinds[fd] = 0;
  return REAL(close)(fd);
}

static int is_file(int fd) { return fd >= 0 && fd < MOST_FILES && kinds[fd] == 'f'; }

ssize_t pwrite64(int fd, const void *data, size_t length, off64_t offset) {
  ssize_t written = REAL(pwrite64)(fd, data, length, offset);
  if (written > 0 && is_file(fd)) record('W', inodes[fd], (uint64_t)offset, NULL, data, (size_t)written);
  return written;
}
ssize_t pwrite(int fd, const void *data, size_t length, off_t offset) { return pwrite64(fd, data, length, offset); }
ssize_t write(int fd, const void *data, size_t length) {
  if (fd == 1) record('M', 0, 0, NULL, data, length);
  off_t offset = is_file(fd) ? lseek(fd, 0, SEEK_CUR) : 0;
  ssize_t written = REAL(write)(fd, data, length);
  if (written > 0 && is_file(fd)) record('W', inodes[fd], (uint64_t)offset, NULL, data, (size_t)written);
  return written;
}
int ftruncate64(int fd, off64_t size) {
  int result = REAL(ftruncate64)(fd, size);
  if (result == 0 && is_file(fd)) record('T', inodes[fd], (uint64_t)size, NULL, NULL, 0);
  return result;
}
int ftruncate(int fd, off_t size) { return ftruncate64(fd, size); }

static int synced(int fd, int result) {
  if (result != 0 || fd < 0 || fd >= MOST_FILES || kinds[fd] == 0) return result;
  if (kinds[fd] == 'f') {
    record('S', inodes[fd], 0, NULL, NULL, 0);
    return result;
  }
  char link[64], path[PATH_MAX];
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  ssize_t length = readlink(link, path, sizeof path - 1);
  if (length > 0) {
    path[length] = 0;
    record('D', 0, 0, path, NULL, 0);
  }
  return result;
}
int fsync(int fd) { return synced(fd, REAL(fsync)(fd)); }
int fdatasync(int fd) { return synced(fd, REAL(fdatasync)(fd)); }

static int named(char operation, int result, const char *path, const char *other) {
  if (result == 0 && is_ours(path)) record(operation, 0, 0, path, other, other == NULL ? 0 : strlen(other));
  return result;
}
int rename(const char *from, const char *to) { return named('R', REAL(rename)(from, to), from, to); }
int link(const char *from, const char *to) { return named('L', REAL(link)(from, to), from, to); }
int mkdir(const char *path, mode_t mode) { return named('K', REAL(mkdir)(path, mode), path, NULL); }
int rmdir(const char *path) { return named('U', REAL(rmdir)(path), path, NULL); }
int unlink(const char *path) { return named('U', REAL(unlink)(path), path, NULL); }
int remove(const char *path) { return named('U', REAL(remove)(path), path, NULL); }
int unlinkat(int folder, const char *name, int flags) {
  char path[PATH_MAX];
  if (name[0] == '/' || folder == AT_FDCWD) snprintf(path, sizeof path, "%s", name);
  else {
    char link[64], base[PATH_MAX];
    snprintf(link, sizeof link, "/proc/self/fd/%d", folder);
    ssize_t length = readlink(link, base, sizeof base - 1);
    base[length < 0 ? 0 : length] = 0;
    if (snprintf(path, sizeof path, "%s/%s", base, name) >= (int)sizeof path) path[0] = 0;
  }
  return named('U', REAL(unlinkat)(folder, name, flags), path, NULL);
}
