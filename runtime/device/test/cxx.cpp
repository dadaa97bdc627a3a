// C++ in kernels: virtual functions, templates, new, local statics constructed once.
#include "device_args.h"

namespace {

struct Shape {
  virtual uint32_t area() const = 0;
  virtual ~Shape() = default;
};

struct Square final : Shape {
  explicit Square(uint32_t s) : side(s) {}
  uint32_t area() const override { return side * side; }
  uint32_t side;
};

struct Circle final : Shape {
  explicit Circle(uint32_t r) : radius(r) {}
  uint32_t area() const override { return 3 * radius * radius; }
  uint32_t radius;
};

uint32_t constructions;

struct Once {
  Once() { hd_atomic_add(&constructions, 1); }
  uint32_t value = 5;
};

template <typename T, typename F>
T fold(const T* first, uint32_t n, F f) {
  T result{};
  for (uint32_t i = 0; i < n; i++) result = f(result, first[i]);
  return result;
}

}  // namespace

struct cxx_args {
  test_args t;
};

HD_KERNEL(cxx) {
  const uint32_t id = hd_global_id(0);
  uint32_t* out = args->t.out + WORDS * id;
  static Once once;
  Shape* shape = nullptr;
  if (id % 2 == 0) {
    shape = new Square(id);
  } else {
    shape = new Circle(id);
  }
  out[0] = shape->area();
  delete shape;
  out[1] = once.value;
  const uint32_t values[] = {id, 2, 3};
  out[2] = fold(values, 3, [id](uint32_t a, uint32_t b) { return a * id + b; });
  if (id == 0) {
    hd_fence();
    out[3] = constructions;
  }
}
