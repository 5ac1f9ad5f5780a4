// Counts what the threads of a program do, for tests/bench/steady_path_check.sh. Preloaded (ld.so(8)); it keeps its
// figures in the file COUNTED_FILE, one struct Thread after the other, where others may read them at any time.
//
// COUNTED_PLANT=N: with every Nth datagram that a thread receives it allocates, locks a mutex and makes a system call
// that it need not make, to show that this would be noticed.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <execinfo.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

// The sockets' addresses are of the types that glibc's headers give them.

enum { kThreads = 512, kDepth = 32 };

struct Thread {
  _Atomic uint64_t id;        // gettid(2); 0: free
  _Atomic uint64_t watched;   // set from outside: so many more of what is counted tell on stderr where they come from
  _Atomic uint64_t received;  // datagrams
  _Atomic uint64_t sent;      // datagrams
  _Atomic uint64_t allocations;  // and releases, of memory
  _Atomic uint64_t locks;        // of a mutex or a lock for readers and writers
};

// What glibc's own allocator goes by beside the names that are replaced here.
extern void* __libc_malloc(size_t size);
extern void* __libc_calloc(size_t count, size_t size);
extern void* __libc_realloc(void* old, size_t size);
extern void* __libc_memalign(size_t alignment, size_t size);
extern void __libc_free(void* memory);

static struct Thread* threads;  // NULL until the file is there
static _Atomic unsigned used;
static unsigned long plant;
static __thread struct Thread* own __attribute__((tls_model("initial-exec")));
static __thread int telling __attribute__((tls_model("initial-exec")));

static int (*next_lock)(pthread_mutex_t*);
static int (*next_trylock)(pthread_mutex_t*);
static int (*next_rdlock)(pthread_rwlock_t*);
static int (*next_wrlock)(pthread_rwlock_t*);
static ssize_t (*next_recvfrom)(int, void*, size_t, int, __SOCKADDR_ARG, socklen_t*);
static ssize_t (*next_sendto)(int, const void*, size_t, int, __CONST_SOCKADDR_ARG, socklen_t);

static void find(void* pointer, const char* name) { *(void**)pointer = dlsym(RTLD_NEXT, name); }

__attribute__((constructor)) static void begin(void) {
  find(&next_lock, "pthread_mutex_lock");
  find(&next_trylock, "pthread_mutex_trylock");
  find(&next_rdlock, "pthread_rwlock_rdlock");
  find(&next_wrlock, "pthread_rwlock_wrlock");
  find(&next_recvfrom, "recvfrom");
  find(&next_sendto, "sendto");
  void* frames[1];
  backtrace(frames, 1);  // the first call of all allocates
  const char* planted = getenv("COUNTED_PLANT");
  if (planted != NULL) plant = strtoul(planted, NULL, 10);
  const char* path = getenv("COUNTED_FILE");
  const int file = path != NULL ? open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600) : -1;
  if (file < 0 || ftruncate(file, (off_t)(kThreads * sizeof(struct Thread))) != 0) abort();
  void* mapped = mmap(NULL, kThreads * sizeof(struct Thread), PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
  if (mapped == MAP_FAILED) abort();
  close(file);
  threads = mapped;
}

static struct Thread* self(void) {
  if (own == NULL && threads != NULL) {
    const unsigned place = atomic_fetch_add(&used, 1);
    if (place >= kThreads) abort();
    own = &threads[place];
    atomic_store(&own->id, (uint64_t)gettid());
  }
  return own;
}

static void tell(struct Thread* thread) {
  void* frames[kDepth];
  telling = 1;
  atomic_fetch_sub(&thread->watched, 1);
  backtrace_symbols_fd(frames, backtrace(frames, kDepth), STDERR_FILENO);
  static const char end[] = "--\n";
  if (write(STDERR_FILENO, end, sizeof end - 1) < 0) abort();
  telling = 0;
}

static void count_allocation(void) {
  struct Thread* thread = self();
  if (thread == NULL || telling) return;
  atomic_fetch_add(&thread->allocations, 1);
  if (atomic_load(&thread->watched) != 0) tell(thread);
}

static void count_lock(void) {
  struct Thread* thread = self();
  if (thread == NULL || telling) return;
  atomic_fetch_add(&thread->locks, 1);
  if (atomic_load(&thread->watched) != 0) tell(thread);
}

void* malloc(size_t size) {
  count_allocation();
  return __libc_malloc(size);
}
void* calloc(size_t number, size_t size) {
  count_allocation();
  return __libc_calloc(number, size);
}
void* realloc(void* old, size_t size) {
  count_allocation();
  return __libc_realloc(old, size);
}
void* memalign(size_t alignment, size_t size) {
  count_allocation();
  return __libc_memalign(alignment, size);
}
void* aligned_alloc(size_t alignment, size_t size) { return memalign(alignment, size); }
int posix_memalign(void** memory, size_t alignment, size_t size) {
  *memory = memalign(alignment, size);
  return *memory != NULL ? 0 : ENOMEM;
}
void free(void* memory) {
  if (memory != NULL) count_allocation();
  __libc_free(memory);
}

int pthread_mutex_lock(pthread_mutex_t* mutex) {
  count_lock();
  if (next_lock == NULL) find(&next_lock, "pthread_mutex_lock");  // other libraries begin before this one
  return next_lock(mutex);
}
int pthread_mutex_trylock(pthread_mutex_t* mutex) {
  count_lock();
  if (next_trylock == NULL) find(&next_trylock, "pthread_mutex_trylock");
  return next_trylock(mutex);
}
int pthread_rwlock_rdlock(pthread_rwlock_t* lock) {
  count_lock();
  if (next_rdlock == NULL) find(&next_rdlock, "pthread_rwlock_rdlock");
  return next_rdlock(lock);
}
int pthread_rwlock_wrlock(pthread_rwlock_t* lock) {
  count_lock();
  if (next_wrlock == NULL) find(&next_wrlock, "pthread_rwlock_wrlock");
  return next_wrlock(lock);
}

static void planted(void) {
  static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
  void* volatile memory = malloc(16);  // volatile: or the compiler leaves both out
  free(memory);
  pthread_mutex_lock(&mutex);
  pthread_mutex_unlock(&mutex);
  getuid();
}

ssize_t recvfrom(int socket, void* buffer, size_t size, int flags, __SOCKADDR_ARG from, socklen_t* length) {
  const ssize_t got = next_recvfrom(socket, buffer, size, flags, from, length);
  struct Thread* thread = self();
  if (thread != NULL && got >= 0 &&
      (atomic_fetch_add(&thread->received, 1) + 1) % (plant != 0 ? plant : UINT64_MAX) == 0) {
    const int error = errno;
    planted();
    errno = error;
  }
  return got;
}
ssize_t sendto(int socket, const void* data, size_t size, int flags, __CONST_SOCKADDR_ARG to, socklen_t length) {
  const ssize_t sent = next_sendto(socket, data, size, flags, to, length);
  struct Thread* thread = self();
  if (thread != NULL && sent >= 0) atomic_fetch_add(&thread->sent, 1);
  return sent;
}
