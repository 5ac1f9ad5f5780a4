// Makes the system and the libraries fail osrtpd when told to, for tests/interop/faults. Preloaded (ld.so(8)); what is
// to fail is in the file FAULTS_FILE, one struct Faults, which the test writes while the daemon runs (faults.py). It is
// mapped before the daemon's sandbox is there, and nothing here makes a system call that the sandbox forbids.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <openssl/evp.h>
#include <openssl/ssl.h>
#include <pthread.h>
#include <srtp2/srtp.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

enum Call { kSrtpCreate, kSrtpProtect, kSrtpUnprotect, kSslNew, kSslExport, kCipher, kJson, kCalls };

struct Faults {
  _Atomic int64_t wall_step;        // seconds that the wall clock is ahead
  _Atomic uint32_t stalled;         // bit N: media worker N hangs
  _Atomic int32_t send_error;       // errno of all that media workers send; 0: it is sent
  _Atomic int32_t socket_error;     // errno of each new socket
  _Atomic uint32_t next[kCalls];    // how many of the next calls of a library fail
  _Atomic uint32_t failed[kCalls];  // how many have
};

static struct Faults* faults;
static __thread int worker __attribute__((tls_model("initial-exec"))) = -1;

__attribute__((constructor)) static void begin(void) {
  const char* path = getenv("FAULTS_FILE");
  const int file = path != NULL ? open(path, O_RDWR | O_CLOEXEC) : -1;
  if (file < 0) abort();
  void* mapped = mmap(NULL, sizeof(struct Faults), PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
  if (mapped == MAP_FAILED) abort();
  close(file);
  faults = mapped;
}

// The next function of that name. Once for each, and before there are threads or in any order: all find the same.
static void* next(const char* name, _Atomic(void*)* known) {
  void* found = atomic_load_explicit(known, memory_order_relaxed);
  if (found != NULL) return found;
  found = dlsym(RTLD_NEXT, name);
  if (found == NULL) abort();
  atomic_store_explicit(known, found, memory_order_relaxed);
  return found;
}
// Declares `original`, the function of this name that is replaced here.
#define FIND(name)                                    \
  static _Atomic(void*) known_##name;                 \
  __typeof__(name)* original;                         \
  {                                                   \
    void* const pointer = next(#name, &known_##name); \
    memcpy(&original, &pointer, sizeof original);     \
  }

static int fails(enum Call call) {
  if (faults == NULL) return 0;
  uint32_t left = atomic_load(&faults->next[call]);
  while (left != 0) {
    if (!atomic_compare_exchange_weak(&faults->next[call], &left, left - 1)) continue;
    atomic_fetch_add(&faults->failed[call], 1);
    return 1;
  }
  return 0;
}

// Workers give their threads names.
int pthread_setname_np(pthread_t thread, const char* name) {
  static const char prefix[] = "osrtpd-media-";
  if (strncmp(name, prefix, sizeof prefix - 1) == 0) worker = atoi(name + sizeof prefix - 1);
  FIND(pthread_setname_np)
  return original(thread, name);
}

int epoll_wait(int queue, struct epoll_event* events, int most, int timeout) {
  static const struct timespec moment = {0, 10 * 1000 * 1000};
  while (worker >= 0 && faults != NULL && (atomic_load(&faults->stalled) >> worker & 1U) != 0) nanosleep(&moment, NULL);
  FIND(epoll_wait)
  return original(queue, events, most, timeout);
}

ssize_t sendto(int socket, const void* data, size_t size, int flags, __CONST_SOCKADDR_ARG to, socklen_t length) {
  const int error = worker >= 0 && faults != NULL ? atomic_load(&faults->send_error) : 0;
  if (error != 0) {
    errno = error;
    return -1;
  }
  FIND(sendto)
  return original(socket, data, size, flags, to, length);
}

int socket(int domain, int type, int protocol) {
  const int error = faults != NULL ? atomic_load(&faults->socket_error) : 0;
  if (error != 0) {
    errno = error;
    return -1;
  }
  FIND(socket)
  return original(domain, type, protocol);
}

int clock_gettime(clockid_t clock, struct timespec* now) {
  FIND(clock_gettime)
  const int status = original(clock, now);
  if (status == 0 && clock == CLOCK_REALTIME && faults != NULL) now->tv_sec += atomic_load(&faults->wall_step);
  return status;
}

// OpenSSL's clock.
int gettimeofday(struct timeval* restrict now, void* restrict zone) {
  FIND(gettimeofday)
  const int status = original(now, zone);
  if (status == 0 && faults != NULL) now->tv_sec += atomic_load(&faults->wall_step);
  return status;
}

srtp_err_status_t srtp_create(srtp_t* session, const srtp_policy_t* policy) {
  if (fails(kSrtpCreate)) return srtp_err_status_alloc_fail;
  FIND(srtp_create)
  return original(session, policy);
}

srtp_err_status_t srtp_protect(srtp_t session, void* packet, int* size) {
  if (fails(kSrtpProtect)) return srtp_err_status_cipher_fail;
  FIND(srtp_protect)
  return original(session, packet, size);
}

srtp_err_status_t srtp_unprotect(srtp_t session, void* packet, int* size) {
  if (fails(kSrtpUnprotect)) return srtp_err_status_cipher_fail;
  FIND(srtp_unprotect)
  return original(session, packet, size);
}

SSL* SSL_new(SSL_CTX* context) {
  if (fails(kSslNew)) return NULL;
  FIND(SSL_new)
  return original(context);
}

int SSL_export_keying_material(SSL* ssl, unsigned char* out, size_t size, const char* label, size_t label_size,
                               const unsigned char* context, size_t context_size, int use_context) {
  if (fails(kSslExport)) return 0;
  FIND(SSL_export_keying_material)
  return original(ssl, out, size, label, label_size, context, context_size, use_context);
}

int EVP_EncryptUpdate(EVP_CIPHER_CTX* cipher, unsigned char* out, int* written, const unsigned char* in, int size) {
  if (fails(kCipher)) return 0;
  FIND(EVP_EncryptUpdate)
  return original(cipher, out, written, in, size);
}

int EVP_CipherUpdate(EVP_CIPHER_CTX* cipher, unsigned char* out, int* written, const unsigned char* in, int size) {
  if (fails(kCipher)) return 0;
  FIND(EVP_CipherUpdate)
  return original(cipher, out, written, in, size);
}

// One allocation of jansson's fails at the very bottom, so that what osrtpd gives jansson for malloc sees it.
extern void* __libc_malloc(size_t size);
static __thread int starved __attribute__((tls_model("initial-exec"))) = 0;
static json_malloc_t json_memory;

void* malloc(size_t size) { return starved ? NULL : __libc_malloc(size); }

static void* hungry(size_t size) {
  starved = fails(kJson);
  void* block = json_memory(size);
  starved = 0;
  return block;
}

void json_set_alloc_funcs(json_malloc_t allocate, json_free_t release) {
  json_memory = allocate;
  FIND(json_set_alloc_funcs)
  original(hungry, release);
}
