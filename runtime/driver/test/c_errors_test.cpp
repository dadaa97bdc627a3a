// Every call of the C interface with everything that can be wrong with its arguments: a row says the call, its error,
// and a part of the text. A call that fails does nothing, and the device goes on.
#include <gtest/gtest.h>

#include <array>
#include <functional>
#include <string>
#include <vector>

#include "heddle/driver.h"
#include "kernel_args.h"
#include "test_device.h"

extern "C" int heddle_c_test(const heddle_device_options* options, const char* elf);

namespace {

TEST(CInterface, FromC) {
  const heddle_device_options options = heddle::driver::c_options();
  EXPECT_EQ(heddle_c_test(&options, HEDDLE_TEST_KERNEL), 0) << heddle_last_error();
}

class CErrors : public testing::Test {
 protected:
  void SetUp() override {
    const heddle_device_options options = heddle::driver::c_options();
    ASSERT_EQ(heddle_device_open(&options, &device), HEDDLE_SUCCESS) << heddle_last_error();
    for (int i = 0; i < 2; ++i) {
      ASSERT_EQ(heddle_context_create(device, 1 << 20, &context[i]), HEDDLE_SUCCESS);
      ASSERT_EQ(heddle_memory_allocate(context[i], 256, 0, &memory[i]), HEDDLE_SUCCESS);
      ASSERT_EQ(heddle_module_load_file(context[i], HEDDLE_TEST_KERNEL, &module[i]), HEDDLE_SUCCESS);
      ASSERT_EQ(heddle_queue_create(context[i], 0, 0, &queue[i]), HEDDLE_SUCCESS);
      ASSERT_EQ(heddle_queue_marker(queue[i], 0, nullptr, &event[i]), HEDDLE_SUCCESS);
    }
    heddle_queue_create(context[0], 0, 0, &freed_queue);
    heddle_queue_destroy(freed_queue);
    heddle_queue_marker(queue[0], 0, nullptr, &freed_event);
    heddle_event_release(freed_event);
    heddle_module_load_file(context[0], HEDDLE_TEST_KERNEL, &freed_module);
    heddle_module_unload(freed_module);
    heddle_context_create(device, 1 << 20, &freed_context);
    heddle_context_destroy(freed_context);
    heddle_memory_allocate(context[0], 64, 0, &freed_memory);
    heddle_memory_free(context[0], freed_memory);
    heddle_memory_map(context[0], memory[0] + 64, 64, HEDDLE_MAP_WRITE, &view);
    heddle_memory_map(context[0], memory[0], 16, HEDDLE_MAP_READ, &freed_view);
    heddle_memory_unmap(context[0], freed_view);
    ASSERT_EQ(heddle_memory_pin(context[0], host.data(), 128), HEDDLE_SUCCESS) << heddle_last_error();
  }
  void TearDown() override { heddle_device_close(device); }

  heddle_error launch(heddle_queue into, heddle_module of, const std::function<void(heddle_launch&)>& change) {
    heddle_launch made{.kernel = "fill",
                       .groups = {1, 1, 1},
                       .local = {1, 1, 1},
                       .arguments = &arguments,
                       .arguments_bytes = sizeof arguments,
                       .private_bytes = 0,
                       .scratch_bytes = 0,
                       .accumulators = 0};
    change(made);
    return heddle_queue_launch(into, of, &made, 0, nullptr, nullptr);
  }
  template <typename Handle, typename Other>
  static Handle as(Other other) {
    return reinterpret_cast<Handle>(other);
  }

  heddle_device device = nullptr;
  heddle_context context[2]{}, freed_context = nullptr;
  heddle_module module[2]{}, freed_module = nullptr;
  heddle_queue queue[2]{}, freed_queue = nullptr;
  heddle_event event[2]{}, freed_event = nullptr;
  uint32_t memory[2]{}, freed_memory = 0;
  void *view = nullptr, *freed_view = nullptr;
  kernel_args arguments{};
  std::array<char, 256> host{};  // the first half is pinned
};

TEST_F(CErrors, Table) {
  heddle_device device_out;
  heddle_context context_out;
  heddle_module module_out;
  heddle_queue queue_out;
  heddle_device_info info;
  heddle_event_info event_info;
  uint32_t address, count, bytes;
  uint64_t capacity;
  size_t size = 1;
  void* view_out;
  char text[8];
  static const std::array<char, 4097> block{};
  const heddle_device_options none{};
  const auto options = [](auto change) {
    heddle_device_options made{.backend = "model",
                               .configuration = "nano:management=1",
                               .firmware = HEDDLE_TEST_FIRMWARE,
                               .rtl_library = nullptr,
                               .socket = nullptr,
                               .memory_bytes = 0};
    change(made);
    return made;
  };
  const auto open = [&](auto change) {
    const heddle_device_options made = options(change);
    return heddle_device_open(&made, &device_out);
  };
  const auto c = context[0];
  const auto q = queue[0];
  const auto m = module[0];
  const uint32_t a = memory[0];
  heddle_event foreign = event[1], null_event = nullptr;
  constexpr auto kArgument = HEDDLE_INVALID_ARGUMENT;
  constexpr auto kHandle = HEDDLE_INVALID_HANDLE;
  struct Row {
    int line;
    heddle_error got, expected;
    std::string said, part;
  };
  std::vector<Row> rows;
#define ROW(call, expected, part)                                                                        \
  do {                                                                                                   \
    const heddle_error got_ = (call);                                                                    \
    rows.push_back({__LINE__, got_, expected, got_ == HEDDLE_SUCCESS ? "" : heddle_last_error(), part}); \
  } while (false)

  // devices
  ROW(heddle_device_open(nullptr, &device_out), kArgument, "options is null");
  ROW(heddle_device_open(&none, nullptr), kArgument, "device is null");
  ROW(open([](auto& o) { o.backend = "fpga"; }), kArgument, "known are model, rtl, remote");
  ROW(open([](auto& o) { o.configuration = "huge"; }), HEDDLE_UNAVAILABLE, "unknown configuration 'huge'");
  ROW(open([](auto& o) { o.configuration = "nano"; }), HEDDLE_UNAVAILABLE, "management=1");
  ROW(open([](auto& o) { o.firmware = "/nowhere"; }), HEDDLE_UNAVAILABLE, "/nowhere cannot be read");
  ROW(open([](auto& o) { o.firmware = HEDDLE_TEST_KERNEL; }), kArgument, "a firmware image of");
  ROW(open([](auto& o) { o.memory_bytes = 1000; }), HEDDLE_OUT_OF_MEMORY, "out of device memory");
  ROW(open([](auto& o) { o.memory_bytes = uint64_t{1} << 40; }), HEDDLE_UNAVAILABLE, "the address map has");
  ROW(open([](auto& o) {
        o.backend = "rtl";
        o.rtl_library = "/nowhere";
      }),
      HEDDLE_UNAVAILABLE, "libheddle_rtl.so");
  ROW(heddle_device_close(nullptr), kHandle, "the device is null");
  ROW(heddle_device_close(as<heddle_device>(c)), kHandle, "a context where a device belongs");
  ROW(heddle_device_close(as<heddle_device>(uintptr_t{0xDEAD'BEE1})), kHandle, "is no device");
  ROW(heddle_device_query(nullptr, &info), kHandle, "null");
  ROW(heddle_device_query(device, nullptr), kArgument, "info is null");
  ROW(heddle_device_status(nullptr, text, &size), kHandle, "null");
  ROW(heddle_device_status(device, text, nullptr), kArgument, "bytes is null");
  ROW(heddle_device_status(device, text, &size), kArgument, "the text needs");
  ROW(heddle_device_reset(nullptr), kHandle, "null");
  ROW(heddle_device_reset(device), HEDDLE_NO_RESOURCES, "others use the device");
  // contexts
  ROW(heddle_context_create(nullptr, 0, &context_out), kHandle, "null");
  ROW(heddle_context_create(device, 0, nullptr), kArgument, "context is null");
  ROW(heddle_context_create(device, uint64_t{1} << 30, &context_out), HEDDLE_OUT_OF_MEMORY, "a context with");
  ROW(heddle_context_create(device, UINT64_MAX, &context_out), HEDDLE_OUT_OF_MEMORY, "a context with");
  ROW(heddle_context_destroy(nullptr), kHandle, "null");
  ROW(heddle_context_destroy(freed_context), kHandle, "released already");
  ROW(heddle_context_on_fault(freed_context, nullptr, nullptr), kHandle, "released already");
  ROW(heddle_context_memory(freed_context, &capacity, &capacity), kHandle, "released already");
  ROW(heddle_context_memory(c, nullptr, &capacity), kArgument, "capacity is null");
  ROW(heddle_context_memory(c, &capacity, nullptr), kArgument, "used is null");
  // memory
  ROW(heddle_memory_allocate(nullptr, 4, 0, &address), kHandle, "null");
  ROW(heddle_memory_allocate(c, 4, 0, nullptr), kArgument, "address is null");
  ROW(heddle_memory_allocate(c, 0, 0, &address), kArgument, "0 bytes");
  ROW(heddle_memory_allocate(c, 4, 3, &address), kArgument, "not a power of two");
  ROW(heddle_memory_allocate(c, 2 << 20, 0, &address), HEDDLE_OUT_OF_MEMORY, "out of device memory");
  ROW(heddle_memory_allocate(c, UINT64_MAX, 0, &address), HEDDLE_OUT_OF_MEMORY, "out of device memory");
  ROW(heddle_memory_allocate(c, 4, 1U << 31, &address), HEDDLE_OUT_OF_MEMORY, "out of device memory");
  ROW(heddle_memory_free(nullptr, a), kHandle, "null");
  ROW(heddle_memory_free(c, 0), kArgument, "no allocation");
  ROW(heddle_memory_free(c, a + 4), kArgument, "is mapped");
  ROW(heddle_memory_free(c, memory[1]), kArgument, "no allocation");
  ROW(heddle_memory_free(c, freed_memory), kArgument, "no allocation");
  ROW(heddle_memory_free(context[1], memory[1] + 4), kArgument, "inside the allocation");
  ROW(heddle_memory_write(nullptr, a, text, 4), kHandle, "null");
  ROW(heddle_memory_write(c, a, nullptr, 4), kArgument, "from is null");
  ROW(heddle_memory_write(c, freed_memory, text, 4), kArgument, "not all inside");
  ROW(heddle_memory_write(c, memory[1], text, 4), kArgument, "not all inside");
  ROW(heddle_memory_write(c, a + 250, text, 8), kArgument, "not all inside");
  ROW(heddle_memory_write(c, a, text, UINT64_MAX), kArgument, "not all inside");
  ROW(heddle_memory_read(nullptr, a, text, 4), kHandle, "null");
  ROW(heddle_memory_read(c, a, nullptr, 4), kArgument, "to is null");
  ROW(heddle_memory_read(c, memory[1], text, 4), kArgument, "not all inside");
  ROW(heddle_memory_read(c, 0x8000'0000, text, 4), kArgument, "not all inside");
  ROW(heddle_memory_read(c, a + 256, text, 1), kArgument, "not all inside");
  ROW(heddle_memory_map(nullptr, a, 4, HEDDLE_MAP_READ, &view_out), kHandle, "null");
  ROW(heddle_memory_map(c, a, 4, HEDDLE_MAP_READ, nullptr), kArgument, "view is null");
  ROW(heddle_memory_map(c, a, 0, HEDDLE_MAP_READ, &view_out), kArgument, "0 bytes");
  ROW(heddle_memory_map(c, a, 4, 0, &view_out), kArgument, "flags");
  ROW(heddle_memory_map(c, a, 4, 4, &view_out), kArgument, "flags");
  ROW(heddle_memory_map(c, a, 65, HEDDLE_MAP_READ, &view_out), kArgument, "overlaps");
  ROW(heddle_memory_map(c, memory[1], 4, HEDDLE_MAP_READ, &view_out), kArgument, "not all inside");
  ROW(heddle_memory_map(c, a, UINT64_MAX, HEDDLE_MAP_READ, &view_out), kArgument, "not all inside");
  ROW(heddle_memory_unmap(nullptr, view), kHandle, "null");
  ROW(heddle_memory_unmap(c, nullptr), kArgument, "view is null");
  ROW(heddle_memory_unmap(c, freed_view), kArgument, "no map");
  ROW(heddle_memory_unmap(context[1], view), kArgument, "no map");
  ROW(heddle_memory_pin(nullptr, host.data(), 4), kHandle, "null");
  ROW(heddle_memory_pin(freed_context, host.data(), 4), kHandle, "released already");
  ROW(heddle_memory_pin(c, nullptr, 4), kArgument, "memory is null");
  ROW(heddle_memory_pin(c, host.data(), 0), kArgument, "0 bytes");
  ROW(heddle_memory_pin(c, host.data(), UINT64_MAX), kArgument, "the end of the address space");
  ROW(heddle_memory_pin(c, host.data() + 8, 300), kArgument, "overlaps");
  ROW(heddle_memory_unpin(nullptr, host.data()), kHandle, "null");
  ROW(heddle_memory_unpin(c, nullptr), kArgument, "memory is null");
  ROW(heddle_memory_unpin(c, host.data() + 4), kArgument, "no pinned memory");
  ROW(heddle_memory_unpin(context[1], host.data()), kArgument, "no pinned memory");
  // modules
  ROW(heddle_module_load(nullptr, text, 8, &module_out), kHandle, "null");
  ROW(heddle_module_load(c, nullptr, 8, &module_out), kArgument, "elf is null");
  ROW(heddle_module_load(c, text, 8, nullptr), kArgument, "module is null");
  ROW(heddle_module_load(c, "garbage!", 8, &module_out), HEDDLE_BAD_ELF, "not an ELF file");
  ROW(heddle_module_load(c, text, 0, &module_out), HEDDLE_BAD_ELF, "not an ELF file");
  ROW(heddle_module_load_file(c, nullptr, &module_out), kArgument, "path is null");
  ROW(heddle_module_load_file(c, "/nowhere", &module_out), HEDDLE_BAD_ELF, "cannot be opened");
  ROW(heddle_module_load_file(nullptr, HEDDLE_TEST_KERNEL, &module_out), kHandle, "null");
  ROW(heddle_module_load_file(c, HEDDLE_TEST_KERNEL, nullptr), kArgument, "module is null");
  ROW(heddle_module_unload(nullptr), kHandle, "null");
  ROW(heddle_module_unload(freed_module), kHandle, "released already");
  ROW(heddle_module_arguments(freed_module, "fill", nullptr, &count, &bytes), kHandle, "released already");
  ROW(heddle_module_arguments(m, nullptr, nullptr, &count, &bytes), kArgument, "kernel is null");
  ROW(heddle_module_arguments(m, "fill", nullptr, nullptr, &bytes), kArgument, "count is null");
  count = 1;
  ROW(heddle_module_arguments(m, "fill", nullptr, &count, &bytes), kArgument, "arguments is null");
  count = 0;
  ROW(heddle_module_arguments(m, "fill", nullptr, &count, nullptr), kArgument, "bytes is null");
  ROW(heddle_module_arguments(m, "nothing", nullptr, &count, &bytes), kArgument, "no kernel 'nothing'");
  ROW(heddle_module_output(nullptr, text, &size), kHandle, "null");
  ROW(heddle_module_output(m, text, nullptr), kArgument, "bytes is null");
  size = 0;
  ROW(heddle_module_output(m, text, &size), kArgument, "the text needs 1 bytes");
  // queues
  ROW(heddle_queue_create(nullptr, 0, 0, &queue_out), kHandle, "null");
  ROW(heddle_queue_create(c, 0, 0, nullptr), kArgument, "queue is null");
  ROW(heddle_queue_destroy(nullptr), kHandle, "null");
  ROW(heddle_queue_destroy(freed_queue), kHandle, "released already");
  ROW(heddle_queue_reset(freed_queue), kHandle, "released already");
  ROW(heddle_queue_launch(q, m, nullptr, 0, nullptr, nullptr), kArgument, "launch is null");
  ROW(launch(freed_queue, m, [](auto&) {}), kHandle, "released already");
  ROW(launch(q, freed_module, [](auto&) {}), kHandle, "released already");
  ROW(launch(q, module[1], [](auto&) {}), kArgument, "not of this context");
  ROW(launch(q, m, [](auto& l) { l.kernel = nullptr; }), kArgument, "kernel is null");
  ROW(launch(q, m, [](auto& l) { l.kernel = "nothing"; }), kArgument, "no kernel 'nothing'");
  ROW(launch(q, m, [](auto& l) { l.arguments = nullptr; }), kArgument, "arguments is null");
  ROW(launch(q, m,
             [](auto& l) {
               l.arguments = block.data();
               l.arguments_bytes = 4097;
             }),
      kArgument, "at most 4096");
  ROW(launch(q, m, [](auto& l) { l.groups[1] = 0; }), kArgument, "is empty");
  ROW(launch(q, m,
             [](auto& l) {
               l.groups[0] = UINT32_MAX;
               l.local[0] = 2;
             }),
      kArgument, "2^32 - 1");
  ROW(launch(q, m, [](auto& l) { l.local[2] = 0; }), kArgument, "is empty");
  ROW(launch(q, m, [](auto& l) { l.local[0] = 9; }), kArgument, "too large");
  ROW(launch(q, m,
             [](auto& l) {
               l.local[0] = UINT32_MAX;
               l.local[1] = UINT32_MAX;
             }),
      kArgument, "too large");
  ROW(launch(q, m, [](auto& l) { l.private_bytes = 6; }), kArgument, "multiple of 4");
  ROW(launch(q, m, [](auto& l) { l.private_bytes = 1U << 31; }), kArgument, "multiple of 4");
  ROW(launch(q, m, [](auto& l) { l.private_bytes = 1 << 20; }), HEDDLE_OUT_OF_MEMORY, "private memory of the lanes");
  ROW(launch(q, m, [](auto& l) { l.scratch_bytes = UINT32_MAX; }), kArgument, "the device has 8192");
  ROW(launch(q, m, [](auto& l) { l.accumulators = 1; }), kArgument, "the device has 0");
  ROW(heddle_queue_copy(nullptr, a, a, 4, 0, nullptr, nullptr), kHandle, "null");
  ROW(heddle_queue_copy(q, a, a + 128, 0, 0, nullptr, nullptr), kArgument, "0 bytes");
  ROW(heddle_queue_copy(q, a, a + 3, 4, 0, nullptr, nullptr), kArgument, "overlap");
  ROW(heddle_queue_copy(q, a, memory[1], 4, 0, nullptr, nullptr), kArgument, "copy from");
  ROW(heddle_queue_copy(q, memory[1], a, 4, 0, nullptr, nullptr), kArgument, "copy to");
  ROW(heddle_queue_copy(q, freed_memory, a, 4, 0, nullptr, nullptr), kArgument, "copy to");
  ROW(heddle_queue_copy(q, a, a + 128, UINT64_MAX, 0, nullptr, nullptr), kArgument, "copy to");
  ROW(heddle_queue_copy(q, a, a + 128, 4, 1, nullptr, nullptr), kArgument, "wait is null");
  ROW(heddle_queue_copy(q, a, a + 128, 4, 1, &foreign, nullptr), kArgument, "of another context");
  ROW(heddle_queue_copy(q, a, a + 128, 4, 1, &null_event, nullptr), kHandle, "the event is null");
  ROW(heddle_queue_fill(nullptr, a, 0, 4, 0, nullptr, nullptr), kHandle, "null");
  ROW(heddle_queue_fill(q, a, 0, 0, 0, nullptr, nullptr), kArgument, "0 bytes");
  ROW(heddle_queue_fill(q, a + 1, 0, 4, 0, nullptr, nullptr), kArgument, "multiples of 4");
  ROW(heddle_queue_fill(q, a, 0, 6, 0, nullptr, nullptr), kArgument, "multiples of 4");
  ROW(heddle_queue_fill(q, a, 0, 260, 0, nullptr, nullptr), kArgument, "not all inside");
  ROW(heddle_queue_fill(q, memory[1], 0, 4, 0, nullptr, nullptr), kArgument, "not all inside");
  ROW(heddle_queue_fill(q, a, 0, 4, 1, &freed_event, nullptr), kHandle, "released already");
  ROW(heddle_queue_write(nullptr, a, host.data(), 4, 0, nullptr, nullptr), kHandle, "null");
  ROW(heddle_queue_write(q, a, nullptr, 4, 0, nullptr, nullptr), kArgument, "from is null");
  ROW(heddle_queue_write(q, a, host.data(), 0, 0, nullptr, nullptr), kArgument, "0 bytes");
  ROW(heddle_queue_write(q, a, host.data(), 129, 0, nullptr, nullptr), kArgument, "not all pinned");
  ROW(heddle_queue_write(q, a, host.data() + 200, 4, 0, nullptr, nullptr), kArgument, "not all pinned");
  ROW(heddle_queue_write(q, a, host.data(), UINT64_MAX, 0, nullptr, nullptr), kArgument, "not all inside");
  ROW(heddle_queue_write(queue[1], memory[1], host.data(), 4, 0, nullptr, nullptr), kArgument, "not all pinned");
  ROW(heddle_queue_write(q, freed_memory, host.data(), 4, 0, nullptr, nullptr), kArgument, "not all inside");
  ROW(heddle_queue_write(q, a, host.data(), 4, 1, &foreign, nullptr), kArgument, "of another context");
  ROW(heddle_queue_read(freed_queue, host.data(), a, 4, 0, nullptr, nullptr), kHandle, "released already");
  ROW(heddle_queue_read(q, nullptr, a, 4, 0, nullptr, nullptr), kArgument, "to is null");
  ROW(heddle_queue_read(q, host.data(), memory[1], 4, 0, nullptr, nullptr), kArgument, "not all inside");
  ROW(heddle_queue_read(q, text, a, 4, 0, nullptr, nullptr), kArgument, "not all pinned");
  ROW(heddle_queue_read(q, as<void*>(UINTPTR_MAX - 3), a, 4, 0, nullptr, nullptr), kArgument, "not all pinned");
  ROW(heddle_queue_marker(freed_queue, 0, nullptr, nullptr), kHandle, "released already");
  ROW(heddle_queue_marker(q, 1, &foreign, nullptr), kArgument, "of another context");
  ROW(heddle_queue_marker(as<heddle_queue>(m), 0, nullptr, nullptr), kHandle, "a module where a queue belongs");
  // events
  ROW(heddle_event_wait(nullptr, 0), kHandle, "null");
  ROW(heddle_event_wait(freed_event, 0), kHandle, "released already");
  ROW(heddle_event_query(nullptr, &event_info), kHandle, "null");
  ROW(heddle_event_query(event[0], nullptr), kArgument, "info is null");
  ROW(heddle_event_release(nullptr), kHandle, "null");
  ROW(heddle_event_release(freed_event), kHandle, "released already");
#undef ROW
  for (const Row& row : rows) {
    EXPECT_EQ(heddle_error_name(row.got), std::string(heddle_error_name(row.expected)))
        << "line " << row.line << ": " << row.said;
    EXPECT_NE(row.said.find(row.part), std::string::npos) << "line " << row.line << ": " << row.said;
  }

  // All is well all the same.
  arguments = {a, 7};
  EXPECT_EQ(launch(q, m, [](auto&) {}), HEDDLE_SUCCESS) << heddle_last_error();
  heddle_event end;
  ASSERT_EQ(heddle_queue_marker(q, 0, nullptr, &end), HEDDLE_SUCCESS);
  EXPECT_EQ(heddle_event_wait(end, HEDDLE_FOREVER), HEDDLE_SUCCESS) << heddle_last_error();
  uint32_t value = 0;
  EXPECT_EQ(heddle_memory_read(c, a, &value, 4), HEDDLE_SUCCESS);
  EXPECT_EQ(value, 7U);
}

TEST_F(CErrors, WaitsEndInTime) {
  heddle_event spinning;
  arguments = {memory[0], 0};
  heddle_launch spin{.kernel = "spin",
                     .groups = {1, 1, 1},
                     .local = {1, 1, 1},
                     .arguments = &arguments,
                     .arguments_bytes = sizeof arguments,
                     .private_bytes = 0,
                     .scratch_bytes = 0,
                     .accumulators = 0};
  ASSERT_EQ(heddle_queue_launch(queue[0], module[0], &spin, 0, nullptr, &spinning), HEDDLE_SUCCESS);
  EXPECT_EQ(heddle_event_wait(spinning, 10'000'000), HEDDLE_TIMEOUT);
  heddle_event_info info;
  EXPECT_EQ(heddle_event_query(spinning, &info), HEDDLE_SUCCESS);
  EXPECT_EQ(info.done, 0U);
  EXPECT_EQ(heddle_queue_destroy(queue[0]), HEDDLE_SUCCESS) << "ends it";
}

heddle_error from_callback = HEDDLE_SUCCESS;

TEST_F(CErrors, CallbacksDoNotWait) {
  arguments = {0, 0};
  heddle_launch bad{.kernel = "write",
                    .groups = {2, 1, 1},
                    .local = {2, 1, 1},
                    .arguments = &arguments,
                    .arguments_bytes = sizeof arguments,
                    .private_bytes = 0,
                    .scratch_bytes = 0,
                    .accumulators = 0};
  const auto callback = [](const heddle_fault*, void* user) {
    from_callback = heddle_context_destroy(static_cast<heddle_context>(user));
  };
  ASSERT_EQ(heddle_context_on_fault(context[0], callback, context[0]), HEDDLE_SUCCESS);
  heddle_event end;
  ASSERT_EQ(heddle_queue_launch(queue[0], module[0], &bad, 0, nullptr, &end), HEDDLE_SUCCESS);
  EXPECT_EQ(heddle_event_wait(end, HEDDLE_FOREVER), HEDDLE_FAULT);
  ASSERT_EQ(heddle_queue_reset(queue[0]), HEDDLE_SUCCESS);
  ASSERT_EQ(heddle_queue_marker(queue[0], 0, nullptr, &end), HEDDLE_SUCCESS);
  ASSERT_EQ(heddle_event_wait(end, HEDDLE_FOREVER), HEDDLE_SUCCESS) << "told after the fault";
  EXPECT_EQ(from_callback, HEDDLE_IN_CALLBACK);
}

}  // namespace
