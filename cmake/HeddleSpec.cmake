# heddle_spec: everything that tools/specgen generates from docs/spec for C++ and C, as an interface library. The SystemVerilog packages
# depend on a configuration and are generated with each RTL library.
set(HEDDLE_GENERATED ${CMAKE_BINARY_DIR}/generated)
file(GLOB_RECURSE HEDDLE_SPEC_SOURCES CONFIGURE_DEPENDS
  ${CMAKE_SOURCE_DIR}/docs/spec/*.yaml ${CMAKE_SOURCE_DIR}/tools/specgen/*.py ${CMAKE_SOURCE_DIR}/tools/specgen/*.j2)
# Ninja has to know every file that is written: it looks at a file's time once, and would compile nothing again for a header that
# changes behind its back.
execute_process(
  COMMAND ${Python3_EXECUTABLE} -B ${CMAKE_SOURCE_DIR}/tools/specgen/specgen.py --list
  OUTPUT_VARIABLE HEDDLE_SPEC_FILES ERROR_VARIABLE HEDDLE_SPEC_ERROR RESULT_VARIABLE HEDDLE_SPEC_STATUS OUTPUT_STRIP_TRAILING_WHITESPACE)
if(NOT HEDDLE_SPEC_STATUS EQUAL 0)
  message(FATAL_ERROR "${HEDDLE_SPEC_ERROR}")
endif()
string(REPLACE "\n" ";" HEDDLE_SPEC_FILES "${HEDDLE_SPEC_FILES}")
list(TRANSFORM HEDDLE_SPEC_FILES PREPEND ${HEDDLE_GENERATED}/)
add_custom_command(
  OUTPUT ${HEDDLE_GENERATED}/.stamp
  BYPRODUCTS ${HEDDLE_SPEC_FILES}
  COMMAND ${Python3_EXECUTABLE} -B ${CMAKE_SOURCE_DIR}/tools/specgen/specgen.py --out ${HEDDLE_GENERATED}
  COMMAND ${CMAKE_COMMAND} -E touch ${HEDDLE_GENERATED}/.stamp
  DEPENDS ${HEDDLE_SPEC_SOURCES}
  COMMENT "Generating from docs/spec"
  VERBATIM)
add_custom_target(heddle_spec_generate DEPENDS ${HEDDLE_GENERATED}/.stamp)
add_library(heddle_spec INTERFACE)
add_dependencies(heddle_spec heddle_spec_generate)
target_include_directories(heddle_spec INTERFACE ${HEDDLE_GENERATED}/include)
