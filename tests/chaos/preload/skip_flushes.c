/* Every flush says yes and does nothing: what a test of power cuts must notice. */
#define _GNU_SOURCE
#include <sys/types.h>

int fsync(int file) { (void)file; return 0; }
int fdatasync(int file) { (void)file; return 0; }
int syncfs(int file) { (void)file; return 0; }
void sync(void) {}
int msync(void *start, size_t length, int flags) { (void)start; (void)length; (void)flags; return 0; }
int sync_file_range(int file, off_t from, off_t length, unsigned int flags) {
    (void)file; (void)from; (void)length; (void)flags;
    return 0;
}
