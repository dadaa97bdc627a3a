#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace mandelbrot {

/// Escape times, row by row.
struct Picture {
  uint32_t width, height, limit;
  std::vector<uint8_t> iterations;
};

/// Writes a colour PNG in which each point is a square of `scale` x `scale` pixels. Throws std::runtime_error if that
/// fails.
void write_png(const Picture& picture, unsigned scale, const std::string& file);

/// Prints the picture in characters, at most `columns` wide.
void print_preview(const Picture& picture, unsigned columns);

}  // namespace mandelbrot
