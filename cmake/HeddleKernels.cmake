# heddle_add_kernel(ELF SOURCES files... [DEPENDS files...] [FLAGS flags...]): the command that makes the kernel program ELF with
# `heddle cc`. Runs again when the sources, the tool chain or the device runtime change.
file(GLOB_RECURSE HEDDLE_KERNEL_TOOLCHAIN CONFIGURE_DEPENDS
  ${CMAKE_SOURCE_DIR}/tools/cc/*.py ${CMAKE_SOURCE_DIR}/runtime/device/*.c ${CMAKE_SOURCE_DIR}/runtime/device/*.cpp
  ${CMAKE_SOURCE_DIR}/runtime/device/*.h ${CMAKE_SOURCE_DIR}/runtime/device/*.S ${CMAKE_SOURCE_DIR}/runtime/device/*.ld*)
set(HEDDLE_KERNEL_CC ${Python3_EXECUTABLE} -B ${CMAKE_SOURCE_DIR}/tools/cc/heddle_cc.py --runtime-dir ${CMAKE_BINARY_DIR}/device)

function(heddle_add_kernel elf)
  cmake_parse_arguments(PARSE_ARGV 1 kernel "" "" "SOURCES;DEPENDS;FLAGS")
  get_filename_component(name ${elf} NAME)
  add_custom_command(
    OUTPUT ${elf}
    COMMAND ${HEDDLE_KERNEL_CC} -Wextra -Werror ${kernel_FLAGS} -o ${elf} ${kernel_SOURCES}
    DEPENDS ${kernel_SOURCES} ${kernel_DEPENDS} ${HEDDLE_KERNEL_TOOLCHAIN} ${HEDDLE_SPEC_SOURCES}
    COMMENT "Compiling kernel ${name}"
    VERBATIM)
endfunction()
