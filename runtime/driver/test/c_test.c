/* The C interface from C: everything once, as a program would use it. Returns the line of the first check that fails.
 */
#include "heddle/driver.h"

#include <string.h>

#define CHECK(condition) \
  if (!(condition)) return __LINE__

int heddle_c_test(const heddle_device_options* options, const char* elf);

static void on_fault(const heddle_fault* fault, void* user) {
  if (fault->error == HEDDLE_FAULT && strcmp(fault->kernel, "write") == 0 && fault->has_address) ++*(int*)user;
}

int heddle_c_test(const heddle_device_options* options, const char* elf) {
  heddle_device device;
  heddle_context context;
  heddle_module module;
  heddle_queue queue;
  heddle_event filled, copied, moved, bad;
  heddle_device_info device_info;
  heddle_event_info event_info;
  heddle_argument arguments[4];
  uint32_t pinned[8] = {1, 2};
  uint32_t source, destination, values[16], count = 4, bytes = 0, i;
  uint64_t capacity, used;
  void* view;
  char text[16384];
  size_t length = sizeof text;
  int faults = 0;
  struct {
    uint32_t data, value;
  } block;
  heddle_launch launch = {.kernel = "fill",
                          .groups = {2, 1, 1},
                          .local = {8, 1, 1},
                          .arguments = &block,
                          .arguments_bytes = sizeof block,
                          .private_bytes = 256};

  CHECK(heddle_device_open(options, &device) == HEDDLE_SUCCESS);
  CHECK(heddle_device_query(device, &device_info) == HEDDLE_SUCCESS);
  CHECK(strcmp(device_info.backend, options->backend) == 0 && device_info.lanes == 2 && device_info.contexts == 4);
  CHECK(heddle_context_create(device, 1 << 20, &context) == HEDDLE_SUCCESS);
  CHECK(heddle_context_on_fault(context, on_fault, &faults) == HEDDLE_SUCCESS);
  CHECK(heddle_context_memory(context, &capacity, &used) == HEDDLE_SUCCESS && capacity >= 1 << 20 && used == 0);
  CHECK(heddle_memory_allocate(context, 64, 0, &source) == HEDDLE_SUCCESS);
  CHECK(heddle_memory_allocate(context, 64, 256, &destination) == HEDDLE_SUCCESS && destination % 256 == 0);
  CHECK(heddle_module_load_file(context, elf, &module) == HEDDLE_SUCCESS);
  CHECK(heddle_module_arguments(module, "fill", arguments, &count, &bytes) == HEDDLE_SUCCESS);
  CHECK(count == 2 && bytes == sizeof block && strcmp(arguments[0].name, "data") == 0 && arguments[1].offset == 4);
  CHECK(heddle_queue_create(context, 0, 0, &queue) == HEDDLE_SUCCESS);

  block.data = source;
  block.value = 30;
  CHECK(heddle_queue_launch(queue, module, &launch, 0, NULL, &filled) == HEDDLE_SUCCESS);
  CHECK(heddle_queue_copy(queue, destination, source, 64, 1, &filled, &copied) == HEDDLE_SUCCESS);
  CHECK(heddle_event_wait(copied, HEDDLE_FOREVER) == HEDDLE_SUCCESS);
  CHECK(heddle_memory_pin(context, pinned, sizeof pinned) == HEDDLE_SUCCESS);
  CHECK(heddle_queue_write(queue, destination, pinned, 8, 0, NULL, NULL) == HEDDLE_SUCCESS);
  CHECK(heddle_queue_read(queue, pinned + 2, destination, 16, 0, NULL, &moved) == HEDDLE_SUCCESS);
  CHECK(heddle_event_wait(moved, HEDDLE_FOREVER) == HEDDLE_SUCCESS);
  CHECK(pinned[2] == 1 && pinned[3] == 2 && pinned[4] == 32 && pinned[5] == 33 && pinned[6] == 0);
  CHECK(heddle_queue_copy(queue, destination, source, 64, 0, NULL, &moved) == HEDDLE_SUCCESS);
  CHECK(heddle_event_wait(moved, HEDDLE_FOREVER) == HEDDLE_SUCCESS);
  CHECK(heddle_memory_unpin(context, pinned) == HEDDLE_SUCCESS);
  CHECK(heddle_event_query(filled, &event_info) == HEDDLE_SUCCESS && event_info.done);
  CHECK(event_info.queued <= event_info.submitted && event_info.submitted <= event_info.started);
  CHECK(event_info.started < event_info.ended && event_info.error == HEDDLE_SUCCESS);
  CHECK(heddle_memory_read(context, destination, values, sizeof values) == HEDDLE_SUCCESS);
  for (i = 0; i < 16; ++i) CHECK(values[i] == 30 + i);
  CHECK(heddle_memory_map(context, source, 64, HEDDLE_MAP_WRITE, &view) == HEDDLE_SUCCESS);
  memset(view, 1, 64);
  CHECK(heddle_memory_unmap(context, view) == HEDDLE_SUCCESS);
  CHECK(heddle_memory_read(context, source, values, 4) == HEDDLE_SUCCESS && values[0] == 0x01010101);

  launch.kernel = "print";
  launch.private_bytes = 0;
  CHECK(heddle_queue_launch(queue, module, &launch, 0, NULL, NULL) == HEDDLE_SUCCESS);
  launch.kernel = "write";
  block.data = 0;
  launch.local[0] = 2;
  CHECK(heddle_queue_launch(queue, module, &launch, 0, NULL, &bad) == HEDDLE_SUCCESS);
  CHECK(heddle_event_wait(bad, HEDDLE_FOREVER) == HEDDLE_FAULT);
  CHECK(strstr(heddle_last_error(), "null pointer") != NULL);
  CHECK(heddle_queue_marker(queue, 0, NULL, NULL) == HEDDLE_ABORTED);
  CHECK(heddle_queue_reset(queue) == HEDDLE_SUCCESS);
  CHECK(heddle_queue_fill(queue, source, 0, 64, 0, NULL, &copied) == HEDDLE_SUCCESS);
  CHECK(heddle_event_wait(copied, HEDDLE_FOREVER) == HEDDLE_SUCCESS); /* told after the fault */
  CHECK(heddle_module_output(module, text, &length) == HEDDLE_SUCCESS && strstr(text, "item 3 says 30") != NULL);
  length = sizeof text;
  CHECK(heddle_device_status(device, text, &length) == HEDDLE_SUCCESS && strstr(text, "\"faults\":[{") != NULL);
  CHECK(heddle_event_release(bad) == HEDDLE_SUCCESS);
  CHECK(heddle_module_unload(module) == HEDDLE_SUCCESS);
  CHECK(heddle_memory_free(context, source) == HEDDLE_SUCCESS);
  CHECK(heddle_queue_destroy(queue) == HEDDLE_SUCCESS);
  CHECK(faults == 1);
  CHECK(heddle_device_reset(device) == HEDDLE_SUCCESS);
  CHECK(heddle_context_destroy(context) == HEDDLE_SUCCESS);
  CHECK(heddle_device_close(device) == HEDDLE_SUCCESS);
  CHECK(heddle_device_close(device) == HEDDLE_INVALID_HANDLE);
  return 0;
}
