#pragma once

#include <cmath>
#include <vector>

#include "floats.h"

namespace heddle::examples {

/// The product of two n x n matrices in double, and what a float computation may be off by: every element is a sum of n
/// products, fused or not, in any order, rounded at most n + 1 times.
struct ReferenceProduct {
  ReferenceProduct(uint32_t n, const std::vector<float>& a, const std::vector<float>& b)
      : product(size_t{n} * n), bound(size_t{n} * n) {
    for (uint32_t row = 0; row < n; ++row) {
      for (uint32_t k = 0; k < n; ++k) {
        for (uint32_t column = 0; column < n; ++column) {
          const double term = double{a[row * n + k]} * b[k * n + column];
          product[row * n + column] += term;
          bound[row * n + column] += (n + 1) * kRoundoff * std::abs(term);
        }
      }
    }
  }

  std::vector<double> product, bound;
};

}  // namespace heddle::examples
