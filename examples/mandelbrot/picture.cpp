#include "picture.h"

#include <fmt/format.h>
#include <png.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <stdexcept>

namespace mandelbrot {
namespace {

using Colour = std::array<uint8_t, 3>;

/// Black inside the set; outside, from deep blue over white and gold back to dark, by the logarithm of the escape time.
Colour colour(uint32_t iterations, uint32_t limit) {
  if (iterations >= limit) return {0, 0, 0};
  struct Stop {
    double at;
    std::array<double, 3> rgb;
  };
  static constexpr Stop kStops[] = {
      {0.0, {0, 7, 100}}, {0.25, {32, 107, 203}}, {0.5, {237, 255, 255}}, {0.75, {255, 170, 0}}, {1.0, {60, 10, 30}}};
  const double t = std::log1p(iterations) / std::log1p(limit);
  size_t i = 1;
  while (i + 1 < std::size(kStops) && kStops[i].at < t) ++i;
  const Stop &a = kStops[i - 1], &b = kStops[i];
  const double f = (t - a.at) / (b.at - a.at);
  Colour result;
  for (size_t c = 0; c < 3; ++c) result[c] = static_cast<uint8_t>(std::lround(a.rgb[c] + f * (b.rgb[c] - a.rgb[c])));
  return result;
}

}  // namespace

void write_png(const Picture& picture, unsigned scale, const std::string& file) {
  png_image image{};
  image.version = PNG_IMAGE_VERSION;
  image.width = picture.width * scale;
  image.height = picture.height * scale;
  image.format = PNG_FORMAT_RGB;
  std::vector<uint8_t> pixels;
  pixels.reserve(size_t{3} * image.width * image.height);
  for (uint32_t y = 0; y < image.height; ++y) {
    for (uint32_t x = 0; x < image.width; ++x) {
      const Colour rgb = colour(picture.iterations[y / scale * picture.width + x / scale], picture.limit);
      pixels.insert(pixels.end(), rgb.begin(), rgb.end());
    }
  }
  if (png_image_write_to_file(&image, file.c_str(), 0, pixels.data(), 0, nullptr) == 0) {
    throw std::runtime_error(fmt::format("{}: {}", file, image.message));
  }
}

void print_preview(const Picture& picture, unsigned columns) {
  static constexpr char kShades[] = " .:-=+*%#";
  const uint32_t shades = sizeof(kShades) - 2;  // the last index
  columns = std::min(columns, picture.width);
  const unsigned rows =
      std::max(1U, picture.height * columns / picture.width / 2);  // a character is twice as high as wide
  for (unsigned row = 0; row < rows; ++row) {
    std::string line;
    for (unsigned column = 0; column < columns; ++column) {
      const uint32_t i =
          picture.iterations[row * picture.height / rows * picture.width + column * picture.width / columns];
      line += i >= picture.limit ? '@' : kShades[std::min(shades, i * shades / 16)];
    }
    fmt::print("  {}\n", line);
  }
}

}  // namespace mandelbrot
