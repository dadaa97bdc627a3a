// The little of a C++ run-time library that freestanding kernels need: new and delete, guarded local statics.
#include "heddle.h"

extern "C" {
void* malloc(size_t size);
void free(void* pointer);

// A local static is constructed by the first lane that comes; the others wait. The compiler looks at the guard's first
// byte (done); its second word is ours: 0 not begun, 1 under way or done.
int __cxa_guard_acquire(uint32_t* guard) {
  for (;;) {
    if (__atomic_load_n(guard, __ATOMIC_ACQUIRE) & 1) return 0;
    if (hd_atomic_exchange(guard + 1, 1) == 0) return 1;
    hd_pause();
  }
}

void __cxa_guard_release(uint32_t* guard) { __atomic_store_n(guard, 1, __ATOMIC_RELEASE); }
void __cxa_guard_abort(uint32_t* guard) { __atomic_store_n(guard + 1, 0, __ATOMIC_RELEASE); }

void __cxa_pure_virtual() { hd_trap(); }

// Local statics live as long as the device has the image: nobody runs their destructors.
int atexit(void (*)(void)) { return 0; }
}

void* operator new(size_t size) {
  void* pointer = malloc(size ? size : 1);
  if (!pointer) hd_trap();
  return pointer;
}
void* operator new[](size_t size) { return operator new(size); }
void operator delete(void* pointer) noexcept { free(pointer); }
void operator delete[](void* pointer) noexcept { free(pointer); }
void operator delete(void* pointer, size_t) noexcept { free(pointer); }
void operator delete[](void* pointer, size_t) noexcept { free(pointer); }
