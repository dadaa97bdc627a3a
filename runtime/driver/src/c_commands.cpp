// The C interface: modules, queues, events.
#include <algorithm>
#include <cstring>

#include "c_interface.h"

using namespace heddle::driver;

namespace {

std::vector<EventPointer> events(uint32_t waits, const heddle_event* wait) {
  if (waits != 0) require(wait, "wait");
  std::vector<EventPointer> found;
  for (uint32_t i = 0; i < waits; ++i) found.push_back(object<EventObject>(wait[i])->event);
  return found;
}

/// A command: `put` makes it, and the caller gets its event, if it wants it.
template <typename Put>
heddle_error enqueue(heddle_queue queue, uint32_t waits, const heddle_event* wait, heddle_event* event,
                     const Put& put) {
  return guarded([&] {
    const auto of = object<QueueObject>(queue);
    const std::vector<EventPointer> after = events(waits, wait);
    auto made = std::make_shared<EventObject>();
    made->event = put(*of->queue, after);
    if (event != nullptr) give(event, made, of->context);
  });
}

}  // namespace

heddle_error heddle_module_load(heddle_context context, const void* elf, size_t bytes, heddle_module* module) {
  return guarded([&] {
    const auto of = object<ContextObject>(context);
    require(elf, "elf");
    require(module, "module");
    auto made = std::make_shared<ModuleObject>();
    made->context = of->context;
    made->module = of->context->load({static_cast<const std::byte*>(elf), bytes}, "program");
    give(module, made, context);
  });
}

heddle_error heddle_module_load_file(heddle_context context, const char* path, heddle_module* module) {
  return guarded([&] {
    const auto of = object<ContextObject>(context);
    require(path, "path");
    require(module, "module");
    auto made = std::make_shared<ModuleObject>();
    made->context = of->context;
    made->module = of->context->load(std::filesystem::path(path));
    give(module, made, context);
  });
}

heddle_error heddle_module_unload(heddle_module module) {
  return guarded([&] {
    const auto of = object<ModuleObject>(module);
    of->context->unload(*of->module);
    Handles::all().remove(module, ModuleObject::kKind);
  });
}

heddle_error heddle_module_arguments(heddle_module module, const char* kernel, heddle_argument* arguments,
                                     uint32_t* count, uint32_t* bytes) {
  return guarded([&] {
    const auto of = object<ModuleObject>(module);
    require(kernel, "kernel");
    require(count, "count");
    require(bytes, "bytes");
    if (*count != 0) require(arguments, "arguments");
    const KernelArguments found = of->module->arguments(kernel);
    for (uint32_t i = 0; i < std::min<size_t>(*count, found.members.size()); ++i) {
      const KernelArgument& member = found.members[i];
      std::memset(arguments[i].name, 0, sizeof arguments[i].name);
      member.name.copy(arguments[i].name, sizeof arguments[i].name - 1);
      arguments[i].offset = member.offset;
      arguments[i].bytes = member.bytes;
    }
    *count = static_cast<uint32_t>(found.members.size());
    *bytes = found.bytes;
  });
}

heddle_error heddle_module_output(heddle_module module, char* text, size_t* bytes) {
  return guarded([&] {
    const auto of = object<ModuleObject>(module);
    require(bytes, "bytes");
    const std::lock_guard held(of->mutex);
    of->output += of->context->take_output(*of->module);
    give_text(of->output, text, bytes);
    if (text != nullptr) of->output.clear();
  });
}

heddle_error heddle_queue_create(heddle_context context, uint32_t priority, uint32_t time_limit, heddle_queue* queue) {
  return guarded([&] {
    const auto of = object<ContextObject>(context);
    require(queue, "queue");
    auto made = std::make_shared<QueueObject>();
    made->context = context;
    made->queue = of->context->create_queue({.priority = priority, .time_limit = time_limit});
    give(queue, made, context);
  });
}

heddle_error heddle_queue_destroy(heddle_queue queue) {
  return guarded([&] { Handles::all().remove(queue, QueueObject::kKind); });
}

heddle_error heddle_queue_reset(heddle_queue queue) {
  return guarded([&] { object<QueueObject>(queue)->queue->reset(); });
}

heddle_error heddle_queue_launch(heddle_queue queue, heddle_module module, const heddle_launch* launch, uint32_t waits,
                                 const heddle_event* wait, heddle_event* event) {
  return enqueue(queue, waits, wait, event, [&](Queue& into, const std::vector<EventPointer>& after) {
    const auto of = object<ModuleObject>(module);
    require(launch, "launch");
    require(launch->kernel, "kernel");
    if (launch->arguments_bytes != 0) require(launch->arguments, "arguments");
    const LaunchOptions options{
        .private_bytes = launch->private_bytes == 0 ? LaunchOptions{}.private_bytes : launch->private_bytes,
        .extra_scratch_bytes = launch->scratch_bytes,
        .accumulators = launch->accumulators,
        .timeout = 0};
    return into.launch(*of->module, launch->kernel, {launch->groups[0], launch->groups[1], launch->groups[2]},
                       {launch->local[0], launch->local[1], launch->local[2]},
                       std::span(static_cast<const std::byte*>(launch->arguments), launch->arguments_bytes), options,
                       after);
  });
}

heddle_error heddle_queue_copy(heddle_queue queue, uint32_t destination, uint32_t source, uint64_t bytes,
                               uint32_t waits, const heddle_event* wait, heddle_event* event) {
  return enqueue(queue, waits, wait, event, [&](Queue& into, const std::vector<EventPointer>& after) {
    return into.copy(destination, source, bytes, after);
  });
}

heddle_error heddle_queue_fill(heddle_queue queue, uint32_t destination, uint32_t value, uint64_t bytes, uint32_t waits,
                               const heddle_event* wait, heddle_event* event) {
  return enqueue(queue, waits, wait, event, [&](Queue& into, const std::vector<EventPointer>& after) {
    return into.fill(destination, value, bytes, after);
  });
}

heddle_error heddle_queue_write(heddle_queue queue, uint32_t destination, const void* from, uint64_t bytes,
                                uint32_t waits, const heddle_event* wait, heddle_event* event) {
  return enqueue(queue, waits, wait, event, [&](Queue& into, const std::vector<EventPointer>& after) {
    require(from, "from");
    return into.write(destination, {static_cast<const std::byte*>(from), bytes}, after);
  });
}

heddle_error heddle_queue_read(heddle_queue queue, void* to, uint32_t source, uint64_t bytes, uint32_t waits,
                               const heddle_event* wait, heddle_event* event) {
  return enqueue(queue, waits, wait, event, [&](Queue& into, const std::vector<EventPointer>& after) {
    require(to, "to");
    return into.read({static_cast<std::byte*>(to), bytes}, source, after);
  });
}

heddle_error heddle_queue_marker(heddle_queue queue, uint32_t waits, const heddle_event* wait, heddle_event* event) {
  return enqueue(queue, waits, wait, event,
                 [&](Queue& into, const std::vector<EventPointer>& after) { return into.marker(after); });
}

heddle_error heddle_event_wait(heddle_event event, uint64_t nanoseconds) {
  return guarded_outside_callback([&] {
    const EventPointer of = object<EventObject>(event)->event;
    std::optional<std::chrono::nanoseconds> limit;
    // Longer than a few centuries is for ever.
    if (nanoseconds < uint64_t{INT64_MAX} / 2) limit = std::chrono::nanoseconds(nanoseconds);
    if (!of->wait(limit)) throw DeviceError(ErrorKind::kTimeout, "the command has not ended yet");
    (void)of->get();
  });
}

heddle_error heddle_event_query(heddle_event event, heddle_event_info* info) {
  return guarded([&] {
    const EventPointer of = object<EventObject>(event)->event;
    require(info, "info");
    *info = {};
    if (!of->done()) return;
    const Completion& end = of->completion();
    const auto error = of->error();
    *info = {.done = 1,
             .error = error ? code_of(error->kind()) : HEDDLE_SUCCESS,
             .queued = end.queued,
             .submitted = end.submitted,
             .started = end.started,
             .ended = end.ended};
  });
}

heddle_error heddle_event_release(heddle_event event) {
  return guarded([&] { Handles::all().remove(event, EventObject::kKind); });
}
