#include "program.h"

#include <cstring>

#include "build_options.h"
#include "info.h"

namespace heddle::opencl {

ProgramPtr program_of(cl_program handle) {
  ProgramPtr program = find(handle);
  require(program != nullptr, CL_INVALID_PROGRAM);
  return program;
}

namespace {

using Notify = void(CL_CALLBACK*)(cl_program, void*);

void check_devices(const _cl_context& context, cl_uint count, const cl_device_id* devices) {
  require((count == 0) == (devices == nullptr), CL_INVALID_VALUE);
  for (cl_uint i = 0; i < count; ++i) require(context.has(find(devices[i]).get()), CL_INVALID_DEVICE);
}

/// Begins a build: nobody else may be at it, and no kernel may hold on to the last one.
void begin(_cl_program& program, const char* options) {
  const std::lock_guard lock(program.mutex);
  require(program.status != CL_BUILD_IN_PROGRESS && program.kernels == 0, CL_INVALID_OPERATION);
  program.status = CL_BUILD_IN_PROGRESS;
  program.options = options ? options : "";
  program.keeps_argument_info =
      program.source.empty() || program.options.find("-cl-kernel-arg-info") != std::string::npos;
}

void end(_cl_program& program, const CompileResult& result, cl_program_binary_type type) {
  const std::lock_guard lock(program.mutex);
  program.status = result.good ? CL_BUILD_SUCCESS : CL_BUILD_ERROR;
  program.log = result.log;
  program.image = result.image;
  program.module = result.module;
  program.binary_type = result.good ? type : CL_PROGRAM_BINARY_TYPE_NONE;
}

CompileResult failed(const std::string& why) {
  CompileResult result;
  result.log = why + "\n";
  return result;
}

/// Runs a job of the compiler, whatever happens ending the build that begin() began.
template <typename Job>
CompileResult run_job(_cl_program& program, cl_program_binary_type type, Job&& job) {
  CompileResult result;
  try {
    result = job();
  } catch (const std::exception& error) {
    result = failed(std::string("heddle opencl: ") + error.what());
  }
  end(program, result, type);
  return result;
}

CompileResult build(_cl_program& program, const BuildOptions& options) {
  if (program.source.empty()) {
    CompileResult result;
    {
      const std::lock_guard lock(program.mutex);
      result.image = program.image;
      result.module = program.module;
    }
    if (!result.image) return link_program({result.module});
    result.good = true;
    return result;
  }
  return build_program(program.source, options.clang);
}

}  // namespace

namespace api {

cl_program CL_API_CALL CreateProgramWithSource(cl_context handle, cl_uint count, const char** strings,
                                               const size_t* lengths, cl_int* code) {
  return guarded_object(code, [&]() -> cl_program {
    const auto context = context_of(handle);
    require(count != 0 && strings != nullptr, CL_INVALID_VALUE);
    std::string source;
    for (cl_uint i = 0; i < count; ++i) {
      require(strings[i] != nullptr, CL_INVALID_VALUE);
      source.append(strings[i], lengths && lengths[i] ? lengths[i] : std::strlen(strings[i]));
    }
    auto program = make_object<_cl_program>();
    program->context = context;
    program->source = source.empty() ? "\n" : source;
    return program.get();
  });
}

cl_int CL_API_CALL BuildProgram(cl_program handle, cl_uint count, const cl_device_id* devices, const char* text,
                                Notify notify, void* user) {
  return guarded([&] {
    const ProgramPtr program = program_of(handle);
    require(notify || !user, CL_INVALID_VALUE);
    check_devices(*program->context, count, devices);
    const BuildOptions options = parse_build_options(text ? text : "");
    begin(*program, text);
    if (!options.problem.empty()) {
      end(*program, failed("build options: " + options.problem), CL_PROGRAM_BINARY_TYPE_NONE);
      throw ClError(CL_INVALID_BUILD_OPTIONS);
    }
    const CompileResult result =
        run_job(*program, CL_PROGRAM_BINARY_TYPE_EXECUTABLE, [&] { return build(*program, options); });
    if (notify) notify(handle, user);
    require(result.good, CL_BUILD_PROGRAM_FAILURE);
  });
}

cl_int CL_API_CALL CompileProgram(cl_program handle, cl_uint count, const cl_device_id* devices, const char* text,
                                  cl_uint header_count, const cl_program* header_programs, const char** names,
                                  Notify notify, void* user) {
  return guarded([&] {
    const ProgramPtr program = program_of(handle);
    require(notify || !user, CL_INVALID_VALUE);
    check_devices(*program->context, count, devices);
    require((header_count == 0) == (header_programs == nullptr) && (header_count == 0) == (names == nullptr),
            CL_INVALID_VALUE);
    require(!program->source.empty(), CL_INVALID_OPERATION);
    std::vector<Header> headers;
    for (cl_uint i = 0; i < header_count; ++i) headers.emplace_back(names[i], program_of(header_programs[i])->source);
    const BuildOptions options = parse_build_options(text ? text : "");
    begin(*program, text);
    if (!options.problem.empty()) {
      end(*program, failed("compiler options: " + options.problem), CL_PROGRAM_BINARY_TYPE_NONE);
      throw ClError(CL_INVALID_COMPILER_OPTIONS);
    }
    const CompileResult result = run_job(*program, CL_PROGRAM_BINARY_TYPE_COMPILED_OBJECT,
                                         [&] { return compile_program(program->source, options.clang, headers); });
    if (notify) notify(handle, user);
    require(result.good, CL_COMPILE_PROGRAM_FAILURE);
  });
}

cl_program CL_API_CALL LinkProgram(cl_context handle, cl_uint count, const cl_device_id* devices, const char* text,
                                   cl_uint input_count, const cl_program* inputs, Notify notify, void* user,
                                   cl_int* code) {
  cl_program linked = nullptr;
  const cl_int result_code = guarded([&] {
    const auto context = context_of(handle);
    require(notify || !user, CL_INVALID_VALUE);
    check_devices(*context, count, devices);
    require(input_count != 0 && inputs != nullptr, CL_INVALID_VALUE);
    std::vector<std::string> modules;
    for (cl_uint i = 0; i < input_count; ++i) {
      const ProgramPtr input = program_of(inputs[i]);
      const std::lock_guard lock(input->mutex);
      require(input->status != CL_BUILD_IN_PROGRESS && !input->module.empty(), CL_INVALID_OPERATION);
      modules.push_back(input->module);
    }
    const BuildOptions options = parse_build_options(text ? text : "", true);
    require(options.problem.empty(), CL_INVALID_LINKER_OPTIONS);
    auto program = make_object<_cl_program>();
    program->context = context;
    begin(*program, text);
    linked = program.get();
    const CompileResult result = run_job(
        *program, options.wants_library ? CL_PROGRAM_BINARY_TYPE_LIBRARY : CL_PROGRAM_BINARY_TYPE_EXECUTABLE, [&] {
          if (options.wants_library) return join_modules(modules);
          return link_program(modules);
        });
    if (notify) notify(linked, user);
    require(result.good, CL_LINK_PROGRAM_FAILURE);
  });
  if (code) *code = result_code;
  return linked;
}

cl_int CL_API_CALL UnloadCompiler() { return CL_SUCCESS; }
cl_int CL_API_CALL UnloadPlatformCompiler(cl_platform_id handle) {
  return handle == &platform() ? CL_SUCCESS : CL_INVALID_PLATFORM;
}

cl_int CL_API_CALL RetainProgram(cl_program handle) { return retain(handle, CL_INVALID_PROGRAM); }
cl_int CL_API_CALL ReleaseProgram(cl_program handle) { return release(handle, CL_INVALID_PROGRAM); }

}  // namespace api
}  // namespace heddle::opencl
