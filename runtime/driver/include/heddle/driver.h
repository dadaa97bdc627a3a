/* The driver for programs in C (docs/driver.md). Every function returns a heddle_error, 0 for success;
 * heddle_last_error() says what it was, in words. Nothing is done by a call that fails. Thread-safe. The C++ face of
 * the same driver is heddle/driver/context.h.
 *
 * A handle is a number that is given out once: using one that was released, or another kind's, is an error, not
 * undefined behaviour. */
#ifndef HEDDLE_DRIVER_H
#define HEDDLE_DRIVER_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef enum heddle_error {
  HEDDLE_SUCCESS = 0,
  HEDDLE_INVALID_ARGUMENT, /* null, overlapping, misaligned, too large, not the caller's memory, ... */
  HEDDLE_INVALID_HANDLE,   /* null, released, of another kind, of another context */
  HEDDLE_OUT_OF_MEMORY,    /* of the context */
  HEDDLE_NO_RESOURCES,     /* all contexts or queues are taken, or too much waits */
  HEDDLE_BAD_ELF,
  HEDDLE_UNAVAILABLE, /* the device cannot be opened */
  HEDDLE_REJECTED,    /* firmware or device refused a command, or the firmware itself was refused */
  HEDDLE_FAULT,       /* a kernel faulted */
  HEDDLE_TIMEOUT,     /* a wait, or a queue's time limit */
  HEDDLE_ABORTED,     /* a command before it failed, or its queue was reset */
  HEDDLE_DEVICE_LOST, /* the device, or the daemon that has it, is gone */
  HEDDLE_IN_CALLBACK  /* not from a fault callback */
} heddle_error;

typedef struct heddle_device_object* heddle_device;
typedef struct heddle_context_object* heddle_context;
typedef struct heddle_module_object* heddle_module;
typedef struct heddle_queue_object* heddle_queue;
typedef struct heddle_event_object* heddle_event;

/* Of the last call of this thread that failed; "" if none has. Good until the next one that fails. */
const char* heddle_last_error(void);
const char* heddle_error_name(heddle_error error);

/* ---- devices ---- */

typedef struct heddle_device_options {
  const char* backend;       /* "model" (default), "rtl", "remote" */
  const char* configuration; /* model, rtl: with management=1 */
  const char* firmware;      /* model, rtl: the image's file */
  const char* rtl_library;   /* rtl: directory of the library */
  const char* socket;        /* remote: the daemon's; default: HEDDLE_SOCKET of the environment */
  uint64_t memory_bytes;     /* model, rtl; 0: 512 MiB */
} heddle_device_options;

typedef struct heddle_device_info {
  char backend[16], configuration[128];
  uint32_t cores, warps, lanes, regions, scratchpad_bytes, line_bytes, contexts, queues;
  uint64_t memory_bytes;
} heddle_device_info;

heddle_error heddle_device_open(const heddle_device_options* options, heddle_device* device);
/* Releases it and all that was made of it. */
heddle_error heddle_device_close(heddle_device device);
heddle_error heddle_device_query(heddle_device device, heddle_device_info* info);
/* What goes on, as JSON (docs/driver.md). `bytes` becomes the length with the final 0; `text` may be null to ask for
 * it. */
heddle_error heddle_device_status(heddle_device device, char* text, size_t* bytes);
/* Starts the firmware anew: commands end as lost, queues have to be reset, memory stays. Not while others use the
 * device. */
heddle_error heddle_device_reset(heddle_device device);

/* ---- contexts ---- */

typedef struct heddle_fault {
  heddle_error error; /* HEDDLE_FAULT, HEDDLE_TIMEOUT */
  const char* text;   /* good until the callback returns */
  const char* kernel;
  uint32_t cause, pc, address, has_address;
  uint32_t group[3], local[3], lane, warp, core;
} heddle_fault;
typedef void (*heddle_fault_callback)(const heddle_fault* fault, void* user);

/* memory_bytes 0: an equal share. */
heddle_error heddle_context_create(heddle_device device, uint64_t memory_bytes, heddle_context* context);
/* Aborts its commands and releases all that was made of it; its memory is overwritten before anybody gets it. */
heddle_error heddle_context_destroy(heddle_context context);
/* Of kernels of this context alone, called on a thread of the driver. It must not wait, nor release context or device.
 * Null: nobody. */
heddle_error heddle_context_on_fault(heddle_context context, heddle_fault_callback callback, void* user);
heddle_error heddle_context_memory(heddle_context context, uint64_t* capacity, uint64_t* used);

/* ---- memory ---- */

enum { HEDDLE_MAP_READ = 1, HEDDLE_MAP_WRITE = 2 };

/* alignment 0: 128. */
heddle_error heddle_memory_allocate(heddle_context context, uint64_t bytes, uint32_t alignment, uint32_t* address);
heddle_error heddle_memory_free(heddle_context context, uint32_t address);
heddle_error heddle_memory_write(heddle_context context, uint32_t address, const void* from, uint64_t bytes);
heddle_error heddle_memory_read(heddle_context context, uint32_t address, void* to, uint64_t bytes);
heddle_error heddle_memory_map(heddle_context context, uint32_t address, uint64_t bytes, uint32_t flags, void** view);
heddle_error heddle_memory_unmap(heddle_context context, void* view);
/* Memory of the host that queues may copy from and to by the device's DMA engine. It must stay until it is unpinned,
 * and be as it is until commands that name it have ended. HEDDLE_UNAVAILABLE where the device has none, or is a
 * daemon's. */
heddle_error heddle_memory_pin(heddle_context context, void* memory, uint64_t bytes);
heddle_error heddle_memory_unpin(heddle_context context, void* memory);

/* ---- modules ---- */

typedef struct heddle_argument {
  char name[64];
  uint32_t offset, bytes;
} heddle_argument;

heddle_error heddle_module_load(heddle_context context, const void* elf, size_t bytes, heddle_module* module);
heddle_error heddle_module_load_file(heddle_context context, const char* path, heddle_module* module);
heddle_error heddle_module_unload(heddle_module module);
/* The members of the struct that a kernel takes. `count` is how many fit into `arguments` and becomes how many there
 * are; `bytes` becomes the struct's size. */
heddle_error heddle_module_arguments(heddle_module module, const char* kernel, heddle_argument* arguments,
                                     uint32_t* count, uint32_t* bytes);
/* What kernels have printed; as heddle_device_status. The text is gone once it was given with `text` not null. */
heddle_error heddle_module_output(heddle_module module, char* text, size_t* bytes);

/* ---- queues ---- */

typedef struct heddle_launch {
  const char* kernel;
  uint32_t groups[3], local[3]; /* workgroups; work-items of one */
  const void* arguments;        /* the kernel's argument struct */
  size_t arguments_bytes;
  uint32_t private_bytes; /* of a work-item; 0: 4096 */
  uint32_t scratch_bytes; /* of a workgroup, beyond the program's variables */
  uint32_t accumulators;  /* buffers of a workgroup, 0 to 2 (docs/matrix.md) */
} heddle_launch;

/* time_limit: cycles of a kernel; 0: none. */
heddle_error heddle_queue_create(heddle_context context, uint32_t priority, uint32_t time_limit, heddle_queue* queue);
/* Aborts what is in it; its events remain. */
heddle_error heddle_queue_destroy(heddle_queue queue);
/* Aborts what is in it. Needed after a command that failed, before any other. */
heddle_error heddle_queue_reset(heddle_queue queue);
/* Each is done after what is in the queue before it, and after the `waits` events of `wait`, which have to end well.
 * `event` may be null. */
heddle_error heddle_queue_launch(heddle_queue queue, heddle_module module, const heddle_launch* launch, uint32_t waits,
                                 const heddle_event* wait, heddle_event* event);
heddle_error heddle_queue_copy(heddle_queue queue, uint32_t destination, uint32_t source, uint64_t bytes,
                               uint32_t waits, const heddle_event* wait, heddle_event* event);
heddle_error heddle_queue_fill(heddle_queue queue, uint32_t destination, uint32_t value, uint64_t bytes, uint32_t waits,
                               const heddle_event* wait, heddle_event* event);
/* Of pinned memory of the host. */
heddle_error heddle_queue_write(heddle_queue queue, uint32_t destination, const void* from, uint64_t bytes,
                                uint32_t waits, const heddle_event* wait, heddle_event* event);
heddle_error heddle_queue_read(heddle_queue queue, void* to, uint32_t source, uint64_t bytes, uint32_t waits,
                               const heddle_event* wait, heddle_event* event);
heddle_error heddle_queue_marker(heddle_queue queue, uint32_t waits, const heddle_event* wait, heddle_event* event);

/* ---- events ---- */

typedef struct heddle_event_info {
  uint32_t done;
  heddle_error error;                         /* of the command; once it is done */
  uint64_t queued, submitted, started, ended; /* cycles of the device; 0: it did not come so far */
} heddle_event_info;

#define HEDDLE_FOREVER UINT64_MAX

/* HEDDLE_TIMEOUT where it has not ended after so many nanoseconds; otherwise what the command ended with. */
heddle_error heddle_event_wait(heddle_event event, uint64_t nanoseconds);
heddle_error heddle_event_query(heddle_event event, heddle_event_info* info);
heddle_error heddle_event_release(heddle_event event);

#ifdef __cplusplus
}
#endif

#endif
