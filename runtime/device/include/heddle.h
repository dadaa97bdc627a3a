/* The kernel API of Heddle.

   Kernels are C or C++ for one work-item; thousands of them run at once as hardware threads (lanes), up to 32 to a
   warp. Every language feature is allowed in divergent code: recursion, function pointers, goto, setjmp, libc. What is
   special is below.

   A kernel; `args` points to a struct vecadd_args that the host has filled in:

       HD_KERNEL(vecadd) {
         uint32_t i = hd_global_id(0);
         if (i < args->n) args->c[i] = args->a[i] + args->b[i];
       }

   Included by the host this header only gives HD_PTR, so that one header can declare an argument struct for both sides:

       struct vecadd_args { uint32_t n; HD_PTR(const int32_t) a, b; HD_PTR(int32_t) c; };

   Memory: globals live in device memory and are shared by everyone; locals are private to a work-item; `HD_SCRATCHPAD`
   variables are shared by a workgroup; `_Thread_local` variables are private and start at their initial value in every
   launch. */
#ifndef HEDDLE_H
#define HEDDLE_H

#ifdef __cplusplus
#include <stddef.h>
#include <stdint.h>
#define HD_EXTERN_C extern "C"
#else
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#define HD_EXTERN_C extern
#endif

/* A pointer to device memory in a struct shared with the host: typed on the device, the address on the host. */
#ifdef __riscv
#define HD_PTR(type) __typeof__(type*)
#else
#define HD_PTR(type) uint32_t
#endif

#ifdef __riscv

#include <heddle_isa.h>
#include <heddle_math.h>

/* Defines a kernel: `HD_KERNEL(name) { body }`. The body sees `const struct name_args* args`.
   The host launches it by name. It is there twice: as a function, and as `__hd_direct_name`, where lanes begin when
   there are no thread-local variables to set up (sp and a0 are what the function expects), and which ends them. */
#define HD_KERNEL(name)                                                                                                \
  struct name##_args;                                                                                                  \
  HD_EXTERN_C void name(const struct name##_args* args) __attribute__((used, retain));                                 \
  HD_EXTERN_C void __hd_direct_##name(const struct name##_args*) __attribute__((used, retain, noreturn, aligned(64))); \
  HD_EXTERN_C void __hd_direct_##name(const struct name##_args* args) {                                                \
    _Pragma("clang diagnostic push") _Pragma("clang diagnostic ignored \"-Wc23-extensions\"")                          \
        [[clang::always_inline]] name(args);                                                                           \
    _Pragma("clang diagnostic pop") __asm__ volatile(HEDDLE_INSN_HD_EXIT);                                             \
    __builtin_unreachable();                                                                                           \
  }                                                                                                                    \
  HD_EXTERN_C void name(__attribute__((unused)) const struct name##_args* args)

/* A variable shared by the work-items of a workgroup, at file scope or in a function: `HD_SCRATCHPAD int
   tile[16][16];`. It has internal linkage, no initial value, and no initialiser is allowed. */
#define HD_SCRATCHPAD __attribute__((section(".scratchpad"), used)) static

/* Functions of this header. Nothing in them may be merged with, or sunk into, code that fewer lanes reach. */
#define HD_INLINE static inline __attribute__((always_inline, unused))
#define HD_COLLECTIVE static inline __attribute__((always_inline, unused, convergent))

/* Reads a CSR that keeps its value for the life of the lane. */
#define HD_CSR_IDENTITY(number)                            \
  __extension__({                                          \
    uint32_t hd_value;                                     \
    __asm__("csrr %0, %1" : "=r"(hd_value) : "i"(number)); \
    hd_value;                                              \
  })
/* Reads a CSR that changes. */
#define HD_CSR_VOLATILE(number)                                     \
  __extension__({                                                   \
    uint32_t hd_value;                                              \
    __asm__ volatile("csrr %0, %1" : "=r"(hd_value) : "i"(number)); \
    hd_value;                                                       \
  })

/* ---- Who am I? Dimension d is 0 (x), 1 (y) or 2 (z); others give id 0 and size 1. ---- */

/* This work-item in its workgroup. */
HD_INLINE uint32_t hd_local_id(unsigned d) {
  switch (d) {
    case 0: return HD_CSR_IDENTITY(HEDDLE_CSR_HD_LOCAL_ID_X);
    case 1: return HD_CSR_IDENTITY(HEDDLE_CSR_HD_LOCAL_ID_Y);
    case 2: return HD_CSR_IDENTITY(HEDDLE_CSR_HD_LOCAL_ID_Z);
    default: return 0;
  }
}

/* This workgroup in the grid. */
HD_INLINE uint32_t hd_group_id(unsigned d) {
  switch (d) {
    case 0: return HD_CSR_IDENTITY(HEDDLE_CSR_HD_GROUP_ID_X);
    case 1: return HD_CSR_IDENTITY(HEDDLE_CSR_HD_GROUP_ID_Y);
    case 2: return HD_CSR_IDENTITY(HEDDLE_CSR_HD_GROUP_ID_Z);
    default: return 0;
  }
}

/* Work-items of a workgroup. */
HD_INLINE uint32_t hd_local_size(unsigned d) {
  switch (d) {
    case 0: return HD_CSR_IDENTITY(HEDDLE_CSR_HD_LOCAL_SIZE_X);
    case 1: return HD_CSR_IDENTITY(HEDDLE_CSR_HD_LOCAL_SIZE_Y);
    case 2: return HD_CSR_IDENTITY(HEDDLE_CSR_HD_LOCAL_SIZE_Z);
    default: return 1;
  }
}

/* Workgroups of the grid. */
HD_INLINE uint32_t hd_num_groups(unsigned d) {
  switch (d) {
    case 0: return HD_CSR_IDENTITY(HEDDLE_CSR_HD_NUM_GROUPS_X);
    case 1: return HD_CSR_IDENTITY(HEDDLE_CSR_HD_NUM_GROUPS_Y);
    case 2: return HD_CSR_IDENTITY(HEDDLE_CSR_HD_NUM_GROUPS_Z);
    default: return 1;
  }
}

/* This work-item in the grid, and work-items of the grid. */
HD_INLINE uint32_t hd_global_id(unsigned d) {
  switch (d) {
    case 0: return HD_CSR_IDENTITY(HEDDLE_CSR_HD_GLOBAL_ID_X);
    case 1: return HD_CSR_IDENTITY(HEDDLE_CSR_HD_GLOBAL_ID_Y);
    case 2: return HD_CSR_IDENTITY(HEDDLE_CSR_HD_GLOBAL_ID_Z);
    default: return 0;
  }
}
HD_INLINE uint32_t hd_global_size(unsigned d) { return hd_num_groups(d) * hd_local_size(d); }

/* Lane in the warp, warp in the workgroup, warps of the workgroup, lanes of a full warp. */
HD_INLINE uint32_t hd_lane_id(void) { return HD_CSR_IDENTITY(HEDDLE_CSR_HD_LANE); }
HD_INLINE uint32_t hd_warp_id(void) { return HD_CSR_IDENTITY(HEDDLE_CSR_HD_WARP); }
HD_INLINE uint32_t hd_num_warps(void) { return HD_CSR_IDENTITY(HEDDLE_CSR_HD_NUM_WARPS); }
HD_INLINE uint32_t hd_num_lanes(void) { return HD_CSR_IDENTITY(HEDDLE_CSR_HD_NUM_LANES); }
/* Lanes of this warp that exist; the last warp of a workgroup may be partly filled. */
HD_INLINE uint32_t hd_warp_mask(void) { return HD_CSR_IDENTITY(HEDDLE_CSR_HD_WARP_MASK); }
/* Position in the workgroup, x fastest: warp * lanes + lane. */
HD_INLINE uint32_t hd_local_linear_id(void) { return hd_warp_id() * hd_num_lanes() + hd_lane_id(); }
HD_INLINE uint32_t hd_local_linear_size(void) { return hd_local_size(0) * hd_local_size(1) * hd_local_size(2); }
/* Position of the workgroup in the grid, x fastest. */
HD_INLINE uint32_t hd_group_linear_id(void) {
  return (hd_group_id(2) * hd_num_groups(1) + hd_group_id(1)) * hd_num_groups(0) + hd_group_id(0);
}
/* Number of the hardware thread, the same for all work-items that run there one after another. */
HD_INLINE uint32_t hd_hart_id(void) { return HD_CSR_IDENTITY(HEDDLE_CSR_MHARTID); }
/* Private bytes of a work-item (stack and thread-local variables), scratchpad bytes of the workgroup, both as launched.
 */
HD_INLINE uint32_t hd_private_size(void) { return HD_CSR_IDENTITY(HEDDLE_CSR_HD_PRIVATE_SIZE); }
HD_INLINE uint32_t hd_scratch_size(void) { return HD_CSR_IDENTITY(HEDDLE_CSR_HD_SCRATCH_SIZE); }
/* Scratchpad beyond the HD_SCRATCHPAD variables: the host asked for more than they need. */
HD_INLINE void* hd_dynamic_scratchpad(void) {
  extern char __hd_scratch_end[];
  return __hd_scratch_end;
}

/* ---- Working together ---- */

/* Waits until every work-item of the workgroup that has not ended is at a barrier. Memory accesses before it are
   visible to the workgroup after it. It may stand anywhere, in divergent code too, and two barriers of different places
   match each other. */
HD_COLLECTIVE void hd_barrier(void) {
  __atomic_thread_fence(__ATOMIC_SEQ_CST);
  __asm__ volatile(HEDDLE_INSN_HD_BARRIER ::: "memory");
}

/* Collectives come in two forms.
   Plain: among the lanes that happen to execute it together. In code that all lanes of a warp reach without having
   diverged that is the whole warp; behind a divergent branch it is a subset, which the compiler's layout decides. Use
   it where any subset is right. _sync: among the lanes of `mask`, which must be the same in all of them; it waits until
   each of these has come or ended. A mask with a lane that neither comes nor ends is reported as a fault. */

/* Lanes that execute this together. */
HD_COLLECTIVE uint32_t hd_active_mask(void) {
  uint32_t result, one = 1;
  __asm__ volatile(HEDDLE_INSN_HD_VOTE_BALLOT("%0", "%1") : "=r"(result) : "r"(one));
  return result;
}

#define HD_VOTE(name, insn, type)                                                                                 \
  HD_COLLECTIVE type name(bool predicate) {                                                                       \
    uint32_t result, value = predicate;                                                                           \
    __asm__ volatile(HEDDLE_INSN_HD_VOTE_##insn("%0", "%1") : "=r"(result) : "r"(value));                         \
    return (type)result;                                                                                          \
  }                                                                                                               \
  HD_COLLECTIVE type name##_sync(uint32_t mask, bool predicate) {                                                 \
    uint32_t result, value = predicate;                                                                           \
    __asm__ volatile(HEDDLE_INSN_HD_VOTE_##insn##_SYNC("%0", "%1", "%2") : "=r"(result) : "r"(value), "r"(mask)); \
    return (type)result;                                                                                          \
  }

HD_VOTE(hd_all, ALL, bool)           /* does the predicate hold in every lane? */
HD_VOTE(hd_any, ANY, bool)           /* in any lane? */
HD_VOTE(hd_ballot, BALLOT, uint32_t) /* mask of the lanes in which it holds */

/* The value of another lane; the own value where that lane does not take part. */
#define HD_SHUFFLE(name, insn, operand)                                                                       \
  HD_COLLECTIVE uint32_t name(uint32_t value, uint32_t operand) {                                             \
    uint32_t result;                                                                                          \
    __asm__ volatile(HEDDLE_INSN_HD_SHFL_##insn("%0", "%1", "%2") : "=r"(result) : "r"(value), "r"(operand)); \
    return result;                                                                                            \
  }                                                                                                           \
  HD_COLLECTIVE uint32_t name##_sync(uint32_t mask, uint32_t value, uint32_t operand) {                       \
    uint32_t result;                                                                                          \
    __asm__ volatile(HEDDLE_INSN_HD_SHFL_##insn##_SYNC("%0", "%1", "%2", "%3")                                \
                     : "=r"(result)                                                                           \
                     : "r"(value), "r"(operand), "r"(mask));                                                  \
    return result;                                                                                            \
  }

HD_SHUFFLE(hd_shuffle, IDX, lane)        /* of lane `lane` */
HD_SHUFFLE(hd_shuffle_up, UP, delta)     /* of the lane `delta` below */
HD_SHUFFLE(hd_shuffle_down, DOWN, delta) /* of the lane `delta` above */
HD_SHUFFLE(hd_shuffle_xor, XOR, bits)    /* of lane (own ^ bits) */

/* ---- Atomics: on words of device memory or the scratchpad; each returns the old value. ---- */
/* They are relaxed: use hd_fence to order. The compiler's own __atomic_* builtins and <stdatomic.h> work as well, for
 * up to 32 bits. */

HD_INLINE uint32_t hd_atomic_add(uint32_t* p, uint32_t v) { return __atomic_fetch_add(p, v, __ATOMIC_RELAXED); }
HD_INLINE uint32_t hd_atomic_sub(uint32_t* p, uint32_t v) { return __atomic_fetch_sub(p, v, __ATOMIC_RELAXED); }
HD_INLINE uint32_t hd_atomic_and(uint32_t* p, uint32_t v) { return __atomic_fetch_and(p, v, __ATOMIC_RELAXED); }
HD_INLINE uint32_t hd_atomic_or(uint32_t* p, uint32_t v) { return __atomic_fetch_or(p, v, __ATOMIC_RELAXED); }
HD_INLINE uint32_t hd_atomic_xor(uint32_t* p, uint32_t v) { return __atomic_fetch_xor(p, v, __ATOMIC_RELAXED); }
HD_INLINE uint32_t hd_atomic_min_u32(uint32_t* p, uint32_t v) { return __atomic_fetch_min(p, v, __ATOMIC_RELAXED); }
HD_INLINE uint32_t hd_atomic_max_u32(uint32_t* p, uint32_t v) { return __atomic_fetch_max(p, v, __ATOMIC_RELAXED); }
HD_INLINE int32_t hd_atomic_min_i32(int32_t* p, int32_t v) { return __atomic_fetch_min(p, v, __ATOMIC_RELAXED); }
HD_INLINE int32_t hd_atomic_max_i32(int32_t* p, int32_t v) { return __atomic_fetch_max(p, v, __ATOMIC_RELAXED); }
HD_INLINE uint32_t hd_atomic_exchange(uint32_t* p, uint32_t v) { return __atomic_exchange_n(p, v, __ATOMIC_RELAXED); }
/* Stores `desired` where the word is `expected`; the old value tells (old == expected: stored).
   Of the lanes of a warp that try together only the lowest can succeed, and one that fails gives up its turn, so that
   the warp falls apart. Hence one lane tries at a time; the others look again whether they still have to. Where an
   addition, minimum or exchange does the job, it costs one instruction for the whole warp. */
HD_COLLECTIVE uint32_t hd_atomic_cas(uint32_t* p, uint32_t expected, uint32_t desired) {
  const uint32_t lane = hd_lane_id();
  for (;;) {
    uint32_t old = __atomic_load_n(p, __ATOMIC_RELAXED);
    if (old != expected) return old;
    if (lane == (uint32_t)__builtin_ctz(hd_active_mask()) &&
        __atomic_compare_exchange_n(p, &old, desired, true, __ATOMIC_RELAXED, __ATOMIC_RELAXED)) {
      return expected;
    }
  }
}
HD_INLINE uint32_t hd_atomic_load(const uint32_t* p) { return __atomic_load_n(p, __ATOMIC_RELAXED); }
HD_INLINE void hd_atomic_store(uint32_t* p, uint32_t v) { __atomic_store_n(p, v, __ATOMIC_RELAXED); }

/* Earlier memory accesses of this work-item are visible to the whole device before later ones. */
HD_INLINE void hd_fence(void) { __atomic_thread_fence(__ATOMIC_SEQ_CST); }

/* In a loop that waits for another work-item: let the other lanes of the warp run. */
HD_INLINE void hd_pause(void) { __asm__ volatile("pause" ::: "memory"); }

/* ---- Time and ends ---- */

/* Cycles of the core since reset. */
HD_INLINE uint32_t hd_cycle(void) { return HD_CSR_VOLATILE(HEDDLE_CSR_CYCLE); }
HD_INLINE uint64_t hd_cycle64(void) {
  uint32_t high, low;
  do {
    high = HD_CSR_VOLATILE(HEDDLE_CSR_CYCLEH);
    low = hd_cycle();
  } while (high != HD_CSR_VOLATILE(HEDDLE_CSR_CYCLEH));
  return (uint64_t)high << 32 | low;
}
/* Instructions that this warp has issued in this workgroup. */
HD_INLINE uint32_t hd_instret(void) { return HD_CSR_VOLATILE(HEDDLE_CSR_INSTRET); }

/* Ends this work-item (like return from the kernel, from anywhere). */
HD_EXTERN_C __attribute__((noreturn)) void _exit(int status);
HD_INLINE __attribute__((noreturn)) void hd_exit(void) { _exit(0); }

/* Stops the launch with a fault at this place. */
HD_INLINE __attribute__((noreturn)) void hd_trap(void) {
  __asm__ volatile("ebreak" ::: "memory");
  __builtin_unreachable();
}

#endif /* __riscv */
#endif /* HEDDLE_H */
