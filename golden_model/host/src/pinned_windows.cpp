#include "heddle/host/pinned_windows.h"

#include <algorithm>

namespace heddle::host {
namespace {

unsigned window_of(std::uint32_t offset) { return (offset - host_dma::kPinFirstLo) / host_dma::kPinFirstLoStride; }

constexpr unsigned kPageBits = 12;

std::uint64_t page(std::uint32_t high, std::uint32_t low) { return (std::uint64_t{high} << 32 | low) >> kPageBits; }

}  // namespace

std::uint32_t PinnedWindows::Window::* PinnedWindows::field(std::uint32_t offset) {
  switch (host_dma::find_register(offset)->offset) {
    case host_dma::kPinFirstLo: return &Window::first_lo;
    case host_dma::kPinFirstHi: return &Window::first_hi;
    case host_dma::kPinLastLo: return &Window::last_lo;
    case host_dma::kPinLastHi: return &Window::last_hi;
    default: return &Window::attr;
  }
}

std::uint32_t PinnedWindows::load(std::uint32_t offset) const {
  const unsigned window = window_of(offset);
  return window < count() ? windows_[window].*field(offset) : 0;
}

void PinnedWindows::store(std::uint32_t offset, std::uint32_t value) {
  const unsigned window = window_of(offset);
  if (window < count()) windows_[window].*field(offset) = value & host_dma::find_register(offset)->mask;
}

bool PinnedWindows::allows(std::uint64_t address, bool write) const {
  const std::uint64_t wanted = address >> kPageBits;
  return std::ranges::any_of(windows_, [&](const Window& window) {
    const std::uint32_t right =
        write ? host_dma::pin_attr::kW.get(window.attr) : host_dma::pin_attr::kR.get(window.attr);
    return right != 0 && page(window.first_hi, window.first_lo) <= wanted &&
           wanted <= page(window.last_hi, window.last_lo);
  });
}

}  // namespace heddle::host
