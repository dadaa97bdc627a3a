// Built-in functions that clang declares in headers of its own only.
#ifndef HEDDLE_OPENCL_DECLARATIONS_H
#define HEDDLE_OPENCL_DECLARATIONS_H
#endif
