/* Loaded before libc: the k-th call on a file of the copy fails or kills the process, or the disk is full.
 *
 *   TORTURE_AT=k      the number of the call, from 1     TORTURE_ERRNO=n   fails with this error; 0: SIGKILL
 *   TORTURE_EVER=1    and so do all later calls          TORTURE_ROOM=n    bytes that the disk has left
 *   TORTURE_COUNT=f   write the number of calls to f at the end
 *
 * Counted are calls on what lies in data, .cache and site below the working folder at the start.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))
#define FILES 65536

static char folder[PATH_MAX];
static char is_ours[FILES];
static long counted, at, room = -1;
static int code, ever;

static long number(const char *name, long otherwise)
{
    const char *value = getenv(name);
    return value ? atol(value) : otherwise;
}

void torture_tell(void)
{
    const char *path = getenv("TORTURE_COUNT");
    char text[32];
    int descriptor = path ? REAL(open)(path, O_WRONLY | O_CREAT | O_TRUNC, 0644) : -1;
    if (descriptor >= 0) {
        int length = snprintf(text, sizeof text, "%ld", counted);
        if (REAL(write)(descriptor, text, (size_t)length) < 0)
            _exit(99);
        REAL(close)(descriptor);
    }
}

/* Also called by a process that has forked, changed its folder and set the variables anew. */
void torture_begin(void)
{
    if (!getcwd(folder, sizeof folder))
        _exit(99);
    memset(is_ours, 0, sizeof is_ours);
    counted = 0;
    at = number("TORTURE_AT", 0);
    code = (int)number("TORTURE_ERRNO", 0);
    ever = (int)number("TORTURE_EVER", 0);
    room = number("TORTURE_ROOM", -1);
}

__attribute__((constructor)) static void begin(void)
{
    torture_begin();
    atexit(torture_tell);
}

static int inside(const char *path)
{
    static const char *const names[] = {"data", ".cache", "site"};
    size_t length = strlen(folder);
    if (!path)
        return 0;
    if (*path == '/') {
        if (strncmp(path, folder, length) || path[length] != '/')
            return 0;
        path += length + 1;
    }
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        length = strlen(names[i]);
        if (!strncmp(path, names[i], length) && (!path[length] || path[length] == '/'))
            return 1;
    }
    return 0;
}

static int strikes(int ours)
{
    long call;
    if (!ours)
        return 0;
    call = __atomic_add_fetch(&counted, 1, __ATOMIC_SEQ_CST);
    if (!at || (call != at && !(ever && call > at)))
        return 0;
    if (!code)
        kill(getpid(), SIGKILL);
    errno = code;
    return 1;
}

static int opened(int descriptor, int ours)
{
    if (descriptor >= 0 && descriptor < FILES)
        is_ours[descriptor] = (char)ours;
    return descriptor;
}

static int of_ours(int descriptor)
{
    return descriptor >= 0 && descriptor < FILES && is_ours[descriptor];
}

#define OPENING(name)                                                                                                  \
    int name(const char *path, int flags, ...)                                                                         \
    {                                                                                                                  \
        va_list rest;                                                                                                  \
        mode_t mode;                                                                                                   \
        int ours = inside(path);                                                                                       \
        va_start(rest, flags);                                                                                         \
        mode = (flags & O_CREAT) ? va_arg(rest, mode_t) : 0;                                                           \
        va_end(rest);                                                                                                  \
        return strikes(ours) ? -1 : opened(REAL(name)(path, flags, mode), ours);                                       \
    }
OPENING(open)
OPENING(open64)

#define ON_FILE(type, name, parameters, arguments, descriptor)                                                         \
    type name parameters { return strikes(of_ours(descriptor)) ? -1 : REAL(name) arguments; }
ON_FILE(ssize_t, read, (int file, void *buffer, size_t length), (file, buffer, length), file)
ON_FILE(int, fsync, (int file), (file), file)

#define ON_PATH(name, parameters, arguments, path)                                                                     \
    int name parameters { return strikes(inside(path)) ? -1 : REAL(name) arguments; }
ON_PATH(rename, (const char *from, const char *to), (from, to), to)
ON_PATH(unlink, (const char *path), (path), path)
ON_PATH(mkdir, (const char *path, mode_t mode), (path, mode), path)
ON_PATH(rmdir, (const char *path), (path), path)

ssize_t write(int file, const void *buffer, size_t length)
{
    if (strikes(of_ours(file)))
        return -1;
    if (room >= 0 && of_ours(file)) {
        if (!room && length) {
            errno = ENOSPC;
            return -1;
        }
        length = length > (size_t)room ? (size_t)room : length;
        room -= (long)length;
    }
    return REAL(write)(file, buffer, length);
}
