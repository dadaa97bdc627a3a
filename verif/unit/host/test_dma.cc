// The DMA engine: lists of random descriptors, with and without something wrong, against the reference; its speed.
#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "bench.h"
#include "dma_reference.h"

namespace heddle::bridge_test {
namespace {

using host_dma::Cause;

constexpr std::uint64_t kHostSource = 0x0000'0012'FFFF'E000;  // crosses a multiple of 2^32
constexpr std::uint64_t kHostTarget = 0x0000'7F00'0010'0000;
constexpr std::uint64_t kHostEdge = 0xFFFF'FFFF'FFFF'F000;  // the last page, and the first one behind it
constexpr std::uint64_t kHostRing = 0x0000'0001'2345'6000;
constexpr std::uint64_t kHostRecord = 0x0000'0001'2345'8FF8;
constexpr std::uint64_t kHostLoose = 0x0000'0000'5555'5000;  // exists, and is not pinned
constexpr std::uint32_t kDeviceSource = 0xFFFF'0000;         // to the end of the addresses
constexpr std::uint32_t kDeviceTarget = 0x8000'0000;
constexpr std::uint32_t kDeviceRing = 0x9000'0000;
constexpr std::uint32_t kDeviceAperture = 0xA500'0000;
constexpr std::uint32_t kDeviceCluster = 0x8800'0000;
// Of aperture and cluster: bits of which one is 0 and the next 1, so that one master's addresses are none of another's.
constexpr std::uint32_t kAperturePages[] = {0x05'5000, 0xAA'A000, 0xFF'F000};
constexpr std::uint32_t kClusterPages[] = {0, 0x2A'A000, 0x55'5000};
constexpr unsigned kPages = 16;

// What a run has that is wrong.
enum class Fault {
  None,
  Abort,
  Flags,
  Direction,
  Empty,
  Device,
  DeviceEnd,
  Pin,
  PinRight,
  Read,
  Write,
  RingPin,
  RingError,
  RingOutside,
  Index,
  Record,
  Count
};

class Scenario {
 public:
  explicit Scenario(std::uint64_t seed) : bench(seed), random_(seed) {
    const auto fill = [&](MemoryPort& memory, std::uint64_t address, unsigned pages) {
      for (unsigned p = 0; p < pages; ++p) {
        for (std::uint8_t& byte : memory.pages[((address >> 12) + p) & 0xF'FFFF'FFFF'FFFF])
          byte = static_cast<std::uint8_t>(random_());
      }
    };
    fill(bench.host, kHostSource, kPages);
    fill(bench.host, kHostTarget, kPages);
    fill(bench.host, kHostEdge, 2);
    fill(bench.host, kHostRing, 2);
    fill(bench.host, kHostRecord & ~0xFFFULL, 1);
    fill(bench.host, kHostLoose, 3);
    fill(bench.device, kDeviceSource, kPages);
    fill(bench.device, kDeviceTarget, kPages);
    fill(bench.device, kDeviceRing, 2);
    for (const std::uint32_t page : kAperturePages) fill(bench.device, kDeviceAperture + page, 1);
    for (const std::uint32_t page : kClusterPages) fill(bench.device, kDeviceCluster + page, 1);
    environment_.pins = {{kHostSource, kHostSource + 4096 * kPages - 1, true, false},
                         {kHostTarget, kHostTarget + 4096 * kPages - 1, true, true},
                         {kHostEdge, ~0ULL, true, false},
                         {0, 0, true, false},
                         {kHostRing, kHostRing + 8191, true, false},
                         {kHostRecord, kHostRecord, false, true}};
    for (unsigned n = 0; n < environment_.pins.size(); ++n) {
      const Pin& pin = environment_.pins[n];
      bench.pin(n, pin.first, pin.last, pin.r, pin.w);
    }
    bench.host.watch = [this](std::uint64_t page, bool write, unsigned) {
      EXPECT_TRUE(environment_.pinned(page, write)) << (write ? "write" : "read") << " of page " << std::hex << page;
    };
    for (MemoryPort* memory : {&bench.host, &bench.device}) {
      MemoryPort::Timing& timing = memory->timing;
      timing.latency = 1 + static_cast<unsigned>(random_() % (random_() % 4 == 0 ? 200 : 20));
      timing.jitter = static_cast<unsigned>(random_() % 3 == 0 ? random_() % 50 : 0);
      timing.ready = random_() % 2 == 0 ? 100 : 40 + static_cast<unsigned>(random_() % 60);
      timing.valid = random_() % 2 == 0 ? 100 : 40 + static_cast<unsigned>(random_() % 60);
      timing.reorder = random_() % 2 == 0;
    }
    // Others that use device memory meanwhile.
    bench.write(host_dma::kAperture,
                host_dma::aperture::kEnable.set(1) | host_dma::aperture::kBase.set(kDeviceAperture >> 24));
    for (const std::uint32_t page : kAperturePages) {
      bench.aperture.pages.push_back(page);
      bench.aperture.expected[page >> 12] = bench.device.pages[(kDeviceAperture + page) >> 12];
    }
    for (const std::uint32_t page : kClusterPages) {
      bench.cluster.pages.push_back(kDeviceCluster + page);
      bench.cluster.expected[(kDeviceCluster + page) >> 12] = bench.device.pages[(kDeviceCluster + page) >> 12];
    }
    bench.aperture.longest = 16;
    bench.aperture.ids = 256;
    bench.cluster.longest = 2;
    bench.cluster.ids = std::min(4U, bench.first_id());
    for (Traffic* traffic : {&bench.aperture, &bench.cluster}) {
      traffic->enabled = random_() % 2 == 0;
      traffic->ready = 50 + static_cast<unsigned>(random_() % 50);
      traffic->active = 1 + static_cast<unsigned>(random_() % 60);
    }
  }

  // Starts the engine, gives it descriptors, waits until it has ended or completed all, and compares.
  void run(Fault fault);

  Bench bench;
  unsigned completed = 0;

 private:
  std::uint64_t below(std::uint64_t limit) { return random_() % limit; }
  std::uint32_t draw_bytes();
  bool draw_descriptor();
  // Puts something wrong into the descriptor, or beside it.
  void spoil(Descriptor& descriptor, Fault fault);
  void write_descriptor(std::uint32_t index, const Descriptor& descriptor);
  void compare(const Pages& host_before, const Pages& device_before, std::uint32_t done);

  std::mt19937_64 random_;
  Environment environment_;
  std::vector<Descriptor> descriptors_;
  std::uint64_t host_next_ = 0, device_next_ = 0;  // free bytes of the targets
  std::uint64_t ring_ = 0;
  unsigned source_pages_ = kPages;
  unsigned ring_bits_ = 0;
  bool ring_in_device_ = false;
};

std::uint32_t Scenario::draw_bytes() {
  switch (below(4)) {
    case 0: return static_cast<std::uint32_t>(1 + below(8));
    case 1: return static_cast<std::uint32_t>(1 + below(3 * bench.beat_bytes()));
    case 2: return static_cast<std::uint32_t>(1 + below(700));
    default: return static_cast<std::uint32_t>(1 + below(9000));
  }
}

bool Scenario::draw_descriptor() {
  Descriptor descriptor;
  descriptor.bytes = draw_bytes();
  const bool to_host = below(2) == 0;
  descriptor.flags = (to_host ? 1U : 0U) | (below(3) == 0 ? 0x10U : 0U) | (below(6) == 0 ? 0x20U : 0U);
  std::uint64_t& next = to_host ? host_next_ : device_next_;
  next += below(4) == 0 ? below(100) : 0;
  if (next + descriptor.bytes > 4096 * kPages) return false;
  const std::uint64_t target = (to_host ? kHostTarget : kDeviceTarget) + next;
  next += descriptor.bytes;
  // What an earlier one has written is read only behind a fence.
  const std::uint64_t source_room = 4096 * source_pages_ - descriptor.bytes;
  std::uint64_t source = (to_host ? std::uint64_t{kDeviceSource} : kHostSource) + below(source_room + 1);
  const std::uint64_t written = to_host ? device_next_ : host_next_;
  if ((descriptor.flags & 0x20) != 0 && written > descriptor.bytes && below(2) == 0) {
    source = (to_host ? std::uint64_t{kDeviceTarget} : kHostTarget) + below(written - descriptor.bytes);
  } else if (!to_host && descriptor.bytes < 4000 && below(8) == 0) {
    source = ~0ULL - below(descriptor.bytes);  // over the end of the addresses, or up to it
  }
  descriptor.host = to_host ? target : source;
  descriptor.device = static_cast<std::uint32_t>(to_host ? source : target);
  descriptors_.push_back(descriptor);
  return true;
}

void Scenario::spoil(Descriptor& descriptor, Fault fault) {
  switch (fault) {
    case Fault::Flags: descriptor.flags |= 1U << (below(2) == 0 ? 2 + below(2) : 6 + below(26)); break;
    case Fault::Direction:
      descriptor.flags = (descriptor.flags & ~3U) | (2 + static_cast<std::uint32_t>(below(2)));
      break;
    case Fault::Empty: descriptor.bytes = 0; break;
    case Fault::Device: descriptor.device -= below(2) == 0 ? 0x8000'0000U : descriptor.device - 0x7FFF'FFFFU; break;
    case Fault::DeviceEnd:
      descriptor.device = 0U - descriptor.bytes + 1 + static_cast<std::uint32_t>(below(descriptor.bytes));
      break;
    case Fault::Pin:
      // All of it, or a part: the page behind, or before, what is pinned.
      descriptor.host = kHostLoose + below(4096);
      if (below(2) == 0)
        descriptor.host = descriptor.to_host() ? kHostTarget + 4096ULL * kPages - below(descriptor.bytes)
                                               : kHostSource - 1 - below(50);
      break;
    case Fault::PinRight:
      descriptor.flags = (descriptor.flags & ~3U) | 1U;
      descriptor.host = kHostSource + below(1000);
      break;
    case Fault::Read:
    case Fault::Write: {
      const bool host = descriptor.to_host() == (fault == Fault::Write);
      const std::uint64_t first = (host ? descriptor.host : descriptor.device) >> 12;
      const std::uint64_t last =
          (host ? descriptor.host + descriptor.bytes - 1 : std::uint64_t{descriptor.device} + descriptor.bytes - 1) >>
          12;
      const std::uint64_t page = below(2) == 0 ? first : last;
      if (fault == Fault::Read) {
        (host ? environment_.host_read_errors : environment_.device_read_errors) = {page};
        (host ? bench.host : bench.device).read_errors = {page};
      } else {
        (host ? environment_.host_write_errors : environment_.device_write_errors) = {page};
        (host ? bench.host : bench.device).write_errors = {page};
      }
      break;
    }
    default: break;
  }
}

void Scenario::write_descriptor(std::uint32_t index, const Descriptor& descriptor) {
  MemoryPort& memory = ring_in_device_ ? bench.device : bench.host;
  const std::uint64_t at = ring_ + std::uint64_t{host_dma::descriptor::kSize} * (index & ((1U << ring_bits_) - 1));
  memory.put_word(at + host_dma::descriptor::kHostLo, static_cast<std::uint32_t>(descriptor.host));
  memory.put_word(at + host_dma::descriptor::kHostHi, static_cast<std::uint32_t>(descriptor.host >> 32));
  memory.put_word(at + host_dma::descriptor::kDevice, descriptor.device);
  memory.put_word(at + host_dma::descriptor::kBytes, descriptor.bytes);
  memory.put_word(at + host_dma::descriptor::kFlags, descriptor.flags);
  for (unsigned word = 0; word < 3; ++word) {
    memory.put_word(at + host_dma::descriptor::kSoftware + 4 * word, static_cast<std::uint32_t>(random_()));
  }
}

// Everything is as it was but for what the first `done` descriptors moved, and what was perhaps begun of the others.
void Scenario::compare(const Pages& host_before, const Pages& device_before, std::uint32_t done) {
  Pages host = host_before, device = device_before;
  for (std::uint32_t n = 0; n < done; ++n) carry_out(descriptors_[n], host, device);
  for (std::size_t n = done; n < descriptors_.size(); ++n) {
    const Descriptor& descriptor = descriptors_[n];
    for (std::uint64_t i = 0; i < descriptor.bytes; ++i) {
      const std::uint64_t address = descriptor.to_host() ? descriptor.host + i : std::uint64_t{descriptor.device} + i;
      Pages& expected = descriptor.to_host() ? host : device;
      const MemoryPort& memory = descriptor.to_host() ? bench.host : bench.device;
      const auto page = expected.find(address >> 12);
      if (page != expected.end()) page->second[address & 0xFFF] = memory.get(address);
    }
  }
  // The ring is software's. The record is compared on its own; aperture and cluster compare what they read.
  for (unsigned i = 0; i < 8; ++i)
    host.at(kHostRecord >> 12)[(kHostRecord & 0xFFF) + i] = bench.host.get(kHostRecord + i);
  for (const std::uint32_t page : kAperturePages)
    device[(kDeviceAperture + page) >> 12] = bench.aperture.expected[page >> 12];
  for (const std::uint32_t page : kClusterPages) {
    const std::uint32_t number = (kDeviceCluster + page) >> 12;
    device[number] = bench.cluster.expected[number];
  }
  for (std::uint64_t p = ring_ >> 12; p < (ring_ >> 12) + 2; ++p) {
    (ring_in_device_ ? device : host)[p] = (ring_in_device_ ? bench.device : bench.host).pages[p];
  }
  const auto same = [](const Pages& expected, const Pages& found, const char* what) {
    for (const auto& [number, page] : expected) {
      for (unsigned i = 0; i < 4096; ++i) {
        if (page[i] == found.at(number)[i]) continue;
        ADD_FAILURE() << what << " memory at " << std::hex << (number << 12) + i << ": " << +found.at(number)[i]
                      << ", expected " << +page[i];
        return;
      }
    }
  };
  same(host, bench.host.pages, "host");
  same(device, bench.device.pages, "device");
  EXPECT_EQ(bench.host.strays + bench.device.strays, 0U);
}

void Scenario::run(Fault fault) {
  using namespace host_dma;
  // ---- what is to be done ----
  descriptors_.clear();
  host_next_ = device_next_ = 0;
  source_pages_ = fault == Fault::RingOutside ? kPages - 1 : kPages;  // the ring is in the last one
  const unsigned count = 1 + static_cast<unsigned>(below(24));
  while (descriptors_.size() < count && draw_descriptor()) {
  }
  const bool in_descriptor = fault >= Fault::Flags && fault <= Fault::Write;
  const std::size_t bad = below(descriptors_.size());
  if (in_descriptor) spoil(descriptors_[bad], fault);
  ring_in_device_ = fault == Fault::RingOutside || (fault != Fault::RingPin && below(2) == 0);
  ring_bits_ = static_cast<unsigned>(below(7));
  ring_ = (ring_in_device_ ? kDeviceRing : kHostRing) + 32 * below(ring_in_device_ ? 64 : 32);
  if (fault == Fault::RingPin)
    ring_ = kHostRing + 8192 - 32 * below(std::min<std::uint64_t>(descriptors_.size(), 1U << ring_bits_));
  if (fault == Fault::RingOutside)
    ring_ = 0x1'0000'0000 - 32 * below(std::min<std::uint64_t>(descriptors_.size(), 1U << ring_bits_));
  if (fault == Fault::RingOutside || fault == Fault::RingPin) {
    // The first descriptor of the ring that cannot be read; the pages behind the ring exist.
    for (unsigned p = 0; p < 2; ++p) (ring_in_device_ ? bench.device : bench.host).pages[(ring_ >> 12) + p];
  }
  if (fault == Fault::RingError) (ring_in_device_ ? bench.device : bench.host).read_errors.insert(ring_ >> 12);
  const bool records = fault == Fault::Record || below(3) != 0;
  std::uint64_t record = kHostRecord;
  if (fault == Fault::Record) {
    descriptors_[bad].flags |= 0x10;
    if (below(2) == 0) {
      record = kHostSource;  // which the engine may only read
    } else {
      bench.host.write_errors.insert(kHostRecord >> 12);
    }
  }

  // ---- what has to come of it ----
  const std::uint32_t first = static_cast<std::uint32_t>(below(4) == 0 ? 0xFFFF'FFF0U + below(16) : random_());
  std::uint32_t expected_done = static_cast<std::uint32_t>(descriptors_.size());
  std::set<unsigned> causes;
  for (std::uint32_t n = 0; n < descriptors_.size(); ++n) {
    const std::uint64_t slot = ring_ + 32 * ((first + n) & ((1U << ring_bits_) - 1));
    causes = causes_of(descriptors_[n], environment_);
    if (fault == Fault::RingError && slot >> 12 == ring_ >> 12) causes = {static_cast<unsigned>(Cause::Ring)};
    if (fault == Fault::RingPin && slot >= kHostRing + 8192) causes = {static_cast<unsigned>(Cause::Ring)};
    if (fault == Fault::RingOutside && slot >= 0x1'0000'0000) causes = {static_cast<unsigned>(Cause::Ring)};
    if (!causes.empty()) {
      expected_done = n;
      break;
    }
  }

  // ---- the run ----
  const Pages host_before = bench.host.pages, device_before = bench.device.pages;
  bench.host.put_word(kHostRecord, 0xAAAA'AAAA);
  bench.host.put_word(kHostRecord + 4, 0xBBBB'BBBB);
  const bool hart = below(2) == 0;  // who drives the engine
  EXPECT_TRUE(bench.write(kRingLo, static_cast<std::uint32_t>(ring_), hart));
  EXPECT_TRUE(bench.write(kRingHi, static_cast<std::uint32_t>(ring_in_device_ ? random_() : ring_ >> 32), hart));
  EXPECT_TRUE(
      bench.write(kRingConfig, ring_config::kSize.set(ring_bits_) | ring_config::kDevice.set(ring_in_device_), hart));
  EXPECT_TRUE(bench.write(kCompletionLo, static_cast<std::uint32_t>(record), hart));
  EXPECT_TRUE(bench.write(kCompletionHi, static_cast<std::uint32_t>(record >> 32), hart));
  EXPECT_TRUE(bench.write(kCompletionConfig, records, hart));
  EXPECT_TRUE(bench.write(kTail, first, hart));
  EXPECT_TRUE(bench.write(kControl, control::kStart.mask(), hart));
  EXPECT_FALSE(bench.write(kRingLo, 0, hart)) << "locked";
  EXPECT_FALSE(bench.write(kControl, control::kStart.mask(), hart)) << "locked";
  EXPECT_EQ(bench.status() & ~status::kRunning.mask(), 0U);

  std::uint32_t published = 0;
  bool aborted = false, overrun = false;
  const std::uint64_t abort_at = bench.cycles() + below(1500), limit = bench.cycles() + 400'000;
  std::uint32_t done = 0;
  while (bench.cycles() < limit) {
    done = bench.read(kCompleted) - first;
    const std::uint32_t now = bench.status();
    if (status::kRunning.get(now) == 0) break;
    if (done == descriptors_.size() && fault != Fault::Index && fault != Fault::Record) break;
    if (published < descriptors_.size() && published - done < 1U << ring_bits_ && below(20) == 0) {
      const std::uint32_t room = std::min<std::uint32_t>((1U << ring_bits_) - (published - done),
                                                         static_cast<std::uint32_t>(descriptors_.size()) - published);
      const std::uint32_t more = 1 + static_cast<std::uint32_t>(below(room));
      for (std::uint32_t n = 0; n < more; ++n) write_descriptor(first + published + n, descriptors_[published + n]);
      published += more;
      EXPECT_TRUE(bench.write(kTail, first + published, hart));
    } else if (fault == Fault::Index && published == descriptors_.size() && !overrun && done == published) {
      overrun = true;
      EXPECT_TRUE(bench.write(
          kTail, first + published + (1U << ring_bits_) + 1 + static_cast<std::uint32_t>(below(100)), hart));
    } else if (fault == Fault::Abort && !aborted && bench.cycles() >= abort_at) {
      aborted = true;
      EXPECT_TRUE(bench.write(kControl, control::kAbort.mask(), hart));
    } else {
      bench.clock();
    }
  }
  ASSERT_LT(bench.cycles(), limit) << "the engine hangs: " << done << " of " << published << " complete";

  // ---- how it has ended ----
  for (unsigned i = 0; i < 400 && (records || !bench.quiet()); ++i) bench.clock();  // a last record
  const std::uint32_t now = bench.status();
  done = bench.read(kCompleted) - first;
  const auto any_notify = [&](std::uint32_t end) {
    return std::any_of(descriptors_.begin(), descriptors_.begin() + end,
                       [](const Descriptor& d) { return d.notify(); });
  };
  if (fault == Fault::Abort && aborted && status::kRunning.get(now) == 0) {
    EXPECT_EQ(status::kAborted.get(now), 1U);
    EXPECT_EQ(status::kError.get(now), 0U);
    EXPECT_LE(done, published);
  } else if (fault == Fault::Record && expected_done == descriptors_.size()) {
    EXPECT_EQ(status::kError.get(now), 1U);
    EXPECT_EQ(status::kDone.get(now), 0U);
    EXPECT_EQ(status::kCause.get(now), static_cast<unsigned>(Cause::Completion));
    EXPECT_EQ(bench.read(kErrorIndex), first + done);
    EXPECT_TRUE(any_notify(done));
  } else if (causes.empty() && fault != Fault::Index) {
    EXPECT_EQ(done, expected_done);
    EXPECT_EQ(now & ~status::kDone.mask(), status::kRunning.mask());
    EXPECT_EQ(status::kDone.get(now) != 0, any_notify(done));
    if (records && any_notify(done)) {
      const std::uint32_t told = bench.host.get_word(kHostRecord) - first;
      EXPECT_LE(told, done);
      EXPECT_FALSE(
          std::any_of(descriptors_.begin() + told, descriptors_.end(), [](const Descriptor& d) { return d.notify(); }));
      EXPECT_EQ(bench.host.get_word(kHostRecord + 4), 0U);
    }
  } else {
    if (fault == Fault::Index) causes = {static_cast<unsigned>(Cause::Index)};
    EXPECT_EQ(done, expected_done);
    EXPECT_EQ(status::kRunning.get(now), 0U);
    EXPECT_EQ(status::kError.get(now), 1U);
    EXPECT_EQ(status::kDone.get(now) != 0, any_notify(done));
    EXPECT_TRUE(causes.contains(status::kCause.get(now)))
        << "cause " << status::kCause.get(now) << ", fault " << static_cast<int>(fault);
    EXPECT_EQ(bench.read(kErrorIndex), first + expected_done);
    if (records) {
      EXPECT_EQ(bench.host.get_word(kHostRecord), first + done);
      EXPECT_EQ(bench.host.get_word(kHostRecord + 4), status::kCause.get(now));
    }
  }
  if (!records || (!any_notify(done) && causes.empty())) {
    EXPECT_EQ(bench.host.get_word(kHostRecord), 0xAAAA'AAAAU);
  }
  EXPECT_EQ(bench.hart_irq(), status::kDone.get(now) != 0 || status::kError.get(now) != 0);
  if (status::kRunning.get(now) != 0) {
    EXPECT_TRUE(bench.write(kControl, control::kAbort.mask(), hart));
    for (unsigned i = 0; i < 1000 && status::kRunning.get(bench.status()) != 0; ++i) bench.clock();
  }
  EXPECT_EQ(status::kRunning.get(bench.status()), 0U);
  const bool apertures = bench.aperture.enabled, clusters = bench.cluster.enabled;
  bench.aperture.enabled = bench.cluster.enabled = false;
  for (unsigned i = 0; i < 5000 && !bench.quiet(); ++i) bench.clock();
  EXPECT_TRUE(bench.quiet());
  compare(host_before, device_before, done);
  bench.aperture.enabled = apertures;
  bench.cluster.enabled = clusters;
  completed += done;
  EXPECT_TRUE(bench.write(kInterruptClear, 3, hart));
  EXPECT_EQ(bench.status() & (status::kDone.mask() | status::kError.mask()), 0U);
  environment_.host_read_errors.clear();
  environment_.host_write_errors.clear();
  environment_.device_read_errors.clear();
  environment_.device_write_errors.clear();
  for (MemoryPort* memory : {&bench.host, &bench.device}) {
    memory->read_errors.clear();
    memory->write_errors.clear();
  }
}

// Lists of descriptors, run after run on one engine, of which half have something wrong.
TEST(Dma, RandomLists) {
  unsigned completed = 0;
  for (std::uint64_t seed = 1; seed <= 14 && !testing::Test::HasFailure(); ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Scenario scenario(seed);
    std::mt19937_64 random(seed);
    for (unsigned run = 0; run < 6 && !testing::Test::HasFailure(); ++run) {
      SCOPED_TRACE("run " + std::to_string(run));
      scenario.run(random() % 2 == 0 ? Fault::None
                                     : static_cast<Fault>(random() % static_cast<unsigned>(Fault::Count)));
    }
    completed += scenario.completed;
  }
  EXPECT_GT(completed, 300U);
}

// Every fault, alone and often.
TEST(Dma, EveryFault) {
  for (int fault = 0; fault < static_cast<int>(Fault::Count); ++fault) {
    for (std::uint64_t seed = 1; seed <= 4 && !testing::Test::HasFailure(); ++seed) {
      SCOPED_TRACE("fault " + std::to_string(fault) + ", seed " + std::to_string(seed));
      Scenario scenario(1000 * static_cast<std::uint64_t>(fault) + seed);
      scenario.run(static_cast<Fault>(fault));
      scenario.run(Fault::None);
    }
  }
}

}  // namespace
}  // namespace heddle::bridge_test
