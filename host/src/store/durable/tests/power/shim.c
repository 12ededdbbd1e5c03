/* Writes down, in order, what a process asks of the disk below one directory, and what it says on its standard output:
 * the input of power.rs. Preloaded into the process that is watched.
 *
 * A record: kind, bytes of payload, inode, offset, thread; then the payload. All numbers are 64 bits in the machine's
 * own order.
 *
 * Once enough is written down, or it took long enough, the process dies where a record has just been made: killed from
 * outside it could die between what was done and the record of it. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

enum { OPENED = 1, WROTE, CUT, SYNC_BEGAN, SYNC_ENDED, RENAMED, REMOVED, SAID, MADE };

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static int record_fd = -1;
static uint64_t recorded_bytes, enough_bytes;
static time_t begun, enough_seconds;
static const char *root;
static size_t root_length;
/* Whether a descriptor is below the root. */
static unsigned char watched[65536];

#define REAL(name) \
    static __typeof__(name) *real; \
    if (!real) real = (__typeof__(name) *)dlsym(RTLD_NEXT, #name)

__attribute__((constructor)) static void begin(void) {
    const char *path = getenv("POWER_RECORD");
    root = getenv("POWER_ROOT");
    if (!path || !root) return;
    const char *bytes = getenv("POWER_BYTES"), *seconds = getenv("POWER_SECONDS");
    if (!bytes || !seconds) return;
    enough_bytes = strtoull(bytes, NULL, 10);
    enough_seconds = (time_t)strtoull(seconds, NULL, 10);
    begun = time(NULL);
    root_length = strlen(root);
    record_fd = (int)syscall(SYS_openat, AT_FDCWD, path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
}

static int below(const char *path) {
    return record_fd >= 0 && path && strncmp(path, root, root_length) == 0;
}

static int is_watched(int fd) {
    return record_fd >= 0 && fd >= 0 && fd < 65536 && watched[fd];
}

/* The caller has the lock, and dies with it: nobody does anything more. */
static void record(uint64_t kind, uint64_t inode, uint64_t offset, const void *payload, size_t length) {
    uint64_t head[5] = {kind, length, inode, offset, (uint64_t)syscall(SYS_gettid)};
    struct iovec parts[2] = {{head, sizeof head}, {(void *)payload, length}};
    syscall(SYS_writev, record_fd, parts, 2);
    recorded_bytes += sizeof head + length;
    if (recorded_bytes > enough_bytes || time(NULL) - begun > enough_seconds) kill(getpid(), SIGKILL);
}

static uint64_t inode_of(int fd) {
    struct stat status;
    return fstat(fd, &status) == 0 ? (uint64_t)status.st_ino : 0;
}

static void opened(int fd, const char *path, int flags) {
    if (fd < 0 || fd >= 65536) return;
    watched[fd] = below(path);
    if (watched[fd]) record(OPENED, inode_of(fd), (uint64_t)(flags & O_TRUNC), path, strlen(path));
}

#define OPEN(name) \
    int name(const char *path, int flags, ...) { \
        REAL(name); \
        va_list rest; \
        va_start(rest, flags); \
        mode_t mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(rest, mode_t) : 0; \
        va_end(rest); \
        pthread_mutex_lock(&lock); \
        int fd = real(path, flags, mode); \
        opened(fd, path, flags); \
        pthread_mutex_unlock(&lock); \
        return fd; \
    }
OPEN(open)
OPEN(open64)

int close(int fd) {
    REAL(close);
    if (fd >= 0 && fd < 65536) watched[fd] = 0;
    return real(fd);
}

ssize_t write(int fd, const void *bytes, size_t length) {
    REAL(write);
    if (fd != 1 && !is_watched(fd)) return real(fd, bytes, length);
    pthread_mutex_lock(&lock);
    off_t at = fd == 1 ? 0 : lseek(fd, 0, SEEK_CUR);
    ssize_t done = real(fd, bytes, length);
    if (done > 0 && record_fd >= 0) {
        if (fd == 1) record(SAID, 0, 0, bytes, (size_t)done);
        else record(WROTE, inode_of(fd), (uint64_t)at, bytes, (size_t)done);
    }
    pthread_mutex_unlock(&lock);
    return done;
}

#define PWRITE(name, offset_type) \
    ssize_t name(int fd, const void *bytes, size_t length, offset_type at) { \
        REAL(name); \
        if (!is_watched(fd)) return real(fd, bytes, length, at); \
        pthread_mutex_lock(&lock); \
        ssize_t done = real(fd, bytes, length, at); \
        if (done > 0) record(WROTE, inode_of(fd), (uint64_t)at, bytes, (size_t)done); \
        pthread_mutex_unlock(&lock); \
        return done; \
    }
PWRITE(pwrite, off_t)
PWRITE(pwrite64, off64_t)

#define FTRUNCATE(name, offset_type) \
    int name(int fd, offset_type length) { \
        REAL(name); \
        pthread_mutex_lock(&lock); \
        int done = real(fd, length); \
        if (done == 0 && is_watched(fd)) record(CUT, inode_of(fd), (uint64_t)length, "", 0); \
        pthread_mutex_unlock(&lock); \
        return done; \
    }
FTRUNCATE(ftruncate, off_t)
FTRUNCATE(ftruncate64, off64_t)

#define SYNC(name) \
    int name(int fd) { \
        REAL(name); \
        if (!is_watched(fd)) return real(fd); \
        uint64_t inode = inode_of(fd); \
        pthread_mutex_lock(&lock); \
        record(SYNC_BEGAN, inode, 0, "", 0); \
        pthread_mutex_unlock(&lock); \
        int done = real(fd); \
        pthread_mutex_lock(&lock); \
        if (done == 0) record(SYNC_ENDED, inode, 0, "", 0); \
        pthread_mutex_unlock(&lock); \
        return done; \
    }
SYNC(fsync)
SYNC(fdatasync)

int rename(const char *from, const char *to) {
    REAL(rename);
    pthread_mutex_lock(&lock);
    int done = real(from, to);
    if (done == 0 && below(from)) {
        char both[8192];
        size_t first = strlen(from) + 1, second = strlen(to);
        if (first + second <= sizeof both) {
            memcpy(both, from, first);
            memcpy(both + first, to, second);
            record(RENAMED, 0, 0, both, first + second);
        }
    }
    pthread_mutex_unlock(&lock);
    return done;
}

int unlink(const char *path) {
    REAL(unlink);
    pthread_mutex_lock(&lock);
    int done = real(path);
    if (done == 0 && below(path)) record(REMOVED, 0, 0, path, strlen(path));
    pthread_mutex_unlock(&lock);
    return done;
}

int mkdir(const char *path, mode_t mode) {
    REAL(mkdir);
    pthread_mutex_lock(&lock);
    int done = real(path, mode);
    if (done == 0 && below(path)) record(MADE, 0, 0, path, strlen(path));
    pthread_mutex_unlock(&lock);
    return done;
}
