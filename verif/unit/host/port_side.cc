#include "port_side.h"

#include <gtest/gtest.h>
#include <verilated.h>

#include <stdexcept>

double sc_time_stamp() { return 0; }

namespace heddle::port_test {

namespace {

constexpr uint32_t kBus = 0x1'0000;  // from here on the host's accesses go to the bus
constexpr unsigned kLongest = 2000;  // cycles
constexpr unsigned kQuiet = 2;       // cycles without an access after the reset

}  // namespace

PortSide::PortSide(unsigned seed) : random_(seed), top_(std::make_unique<Vport_bench>()) {
  Verilated::randReset(2);
  Verilated::randSeed(static_cast<int>(seed));
  top_->clk_i = 0;
  top_->aw_valid_i = top_->w_valid_i = top_->ar_valid_i = top_->b_ready_i = top_->r_ready_i = 0;
  top_->hart_valid_i = top_->bus_ready_i = top_->bus_answer_i = top_->done_i = 0;
  top_->block_write_error_i = top_->block_read_error_i = 1;
  top_->rst_ni = 0;
  for (int i = 0; i < 3; ++i) {
    top_->clk_i = 1;
    top_->eval();
    top_->clk_i = 0;
    top_->eval();
  }
  top_->rst_ni = 1;
  top_->eval();
}

void PortSide::begin() {
  const auto start = [](Open& open, const std::function<std::optional<Access>()>& draw) {
    if (open.open || !draw) return;
    if (const std::optional<Access> access = draw()) open = {.open = true, .access = *access};
  };
  start(writes_, draw_host_write);
  start(reads_, draw_host_read);
  start(hart_, draw_hart);
}

void PortSide::drive() {
  if (prepare) prepare();
  if (cycle_ >= kQuiet) begin();
  // Address and data of a write come in any order; what has been offered stays.
  if (writes_.open && !writes_.taken) {
    writes_.address_out |= chance(60);
    writes_.data_out |= chance(60);
  }
  if (reads_.open && !reads_.taken) reads_.address_out |= chance(70);
  top_->aw_valid_i = writes_.open && !writes_.taken && writes_.address_out;
  top_->w_valid_i = writes_.open && !writes_.taken && writes_.data_out;
  top_->aw_addr_i = top_->aw_valid_i ? writes_.access.address : any();
  top_->w_data_i = top_->w_valid_i ? writes_.access.data : any();
  top_->w_strb_i = static_cast<uint8_t>(top_->w_valid_i ? writes_.access.strobe : any() & 15);
  top_->ar_valid_i = reads_.open && !reads_.taken && reads_.address_out;
  top_->ar_addr_i = top_->ar_valid_i ? reads_.access.address : any();
  top_->b_ready_i = chance(60);
  top_->r_ready_i = chance(60);
  top_->hart_valid_i = hart_.open && !hart_.taken;
  top_->hart_address_i = top_->hart_valid_i ? hart_.access.address : any();
  top_->hart_write_i = top_->hart_valid_i ? hart_.access.write : any() & 1;
  top_->hart_strobe_i = static_cast<uint8_t>(top_->hart_valid_i ? hart_.access.strobe : any() & 15);
  top_->hart_data_i = top_->hart_valid_i ? hart_.access.data : any();
  top_->bus_ready_i = chance(50);
  top_->bus_answer_i = 0;
  top_->bus_data_i = any();
  top_->bus_error_i = any() & 1;
  if (bus_ && bus_->due != 0 && bus_->due <= cycle_) {
    top_->bus_answer_i = 1;
    top_->bus_data_i = bus_->answer.data;
    top_->bus_error_i = bus_->answer.error;
  }
}

void PortSide::take_host(Open& open) {
  open.taken = true;
  open.taken_at = cycle_;
  ++host_accesses;
  if (open.access.address >= kBus) {
    ASSERT_FALSE(bus_) << "an access of the bus while one is under way";
    bus_ = BusAccess{.access = open.access};
    // Of two that wait the one goes that did not go last.
    const bool both = top_->aw_valid_i && top_->w_valid_i && writes_.access.address >= kBus && top_->ar_valid_i &&
                      reads_.access.address >= kBus;
    if (both && last_was_write_) {
      ASSERT_NE(*last_was_write_, open.access.write);
      ++turns;
    }
    last_was_write_ = open.access.write;
  } else if (expect) {
    open.expected = expect(open.access, false);
  }
}

void PortSide::end(Open& open, bool error, uint32_t data) {
  ASSERT_TRUE(open.open && open.taken) << "an answer to nothing";
  if (open.expected) {
    EXPECT_EQ(error, open.expected->error)
        << std::hex << open.access.address << (open.access.write ? " write" : " read");
    if (!open.access.write && !open.expected->error) {
      EXPECT_EQ(data, open.expected->data) << std::hex << open.access.address;
    }
  }
  if (open.result != nullptr) *open.result = {.error = error, .data = data, .cycle = open.taken_at};
  open = {};
}

void PortSide::observe() {
  const harness::HostRequest request{.aw_valid = top_->aw_valid_i != 0,
                                     .aw_address = top_->aw_addr_i,
                                     .w_valid = top_->w_valid_i != 0,
                                     .w_data = top_->w_data_i,
                                     .b_ready = top_->b_ready_i != 0,
                                     .ar_valid = top_->ar_valid_i != 0,
                                     .ar_address = top_->ar_addr_i,
                                     .r_ready = top_->r_ready_i != 0};
  const harness::HostResponse response{.aw_ready = top_->aw_ready_o != 0,
                                       .w_ready = top_->w_ready_o != 0,
                                       .b_valid = top_->b_valid_o != 0,
                                       .b_resp = top_->b_resp_o,
                                       .ar_ready = top_->ar_ready_o != 0,
                                       .r_valid = top_->r_valid_o != 0,
                                       .r_data = top_->r_data_o,
                                       .r_resp = top_->r_resp_o};
  checker_.observe(request, response);
  // Answers first: they are to accesses of earlier cycles.
  if (response.b_valid && request.b_ready) end(writes_, response.b_resp != 0, 0);
  if (response.r_valid && request.r_ready) end(reads_, response.r_resp != 0, response.r_data);
  ASSERT_EQ(top_->hart_answer_o != 0, hart_answers_) << "the management core is answered in the next cycle";
  if (hart_answers_) end(hart_, top_->hart_error_o != 0, top_->hart_data_o);
  if (top_->bus_answer_i != 0) {
    Open& open = bus_->access.write ? writes_ : reads_;
    open.expected = {.error = bus_->answer.error, .data = bus_->answer.data};
    bus_.reset();
  }
  // What the bus is asked for, as long as it has not taken it.
  const bool waits = bus_ && bus_->due == 0;
  ASSERT_EQ(top_->bus_valid_o != 0, waits);
  if (waits) {
    const Access& access = bus_->access;
    EXPECT_EQ(top_->bus_address_o, access.address);
    EXPECT_EQ(top_->bus_write_o != 0, access.write);
    EXPECT_EQ(top_->bus_strobe_o, access.write ? access.strobe : 15);
    if (access.write) {
      EXPECT_EQ(top_->bus_data_o, access.data);
    }
    if (top_->bus_ready_i != 0) {
      bus_->answer = bus(access);
      bus_->due = cycle_ + 1 + pick(0, 4);
      ++bus_accesses;
    }
  }
  // Reads first: a write of this cycle takes effect behind it.
  if (request.ar_valid && response.ar_ready) take_host(reads_);
  const bool hart_taken = top_->hart_valid_i != 0 && top_->hart_ready_o != 0;
  const bool write_taken = request.aw_valid && response.aw_ready;
  ASSERT_EQ(write_taken, request.w_valid && response.w_ready);
  hart_answers_ = hart_taken;
  if (hart_taken && !hart_.access.write) hart_.expected = expect ? expect(hart_.access, true) : std::nullopt;
  if (write_taken) take_host(writes_);
  if (hart_taken) {
    hart_.taken = true;
    hart_.taken_at = cycle_;
    ++hart_accesses;
    if (hart_.access.write && expect) hart_.expected = expect(hart_.access, true);
  }
  // It waits for an access of the same kind at most.
  if (top_->hart_valid_i != 0 && !hart_taken) {
    const bool same = hart_.access.write ? write_taken : request.ar_valid && response.ar_ready;
    EXPECT_TRUE(same) << "the management core waits for nothing";
  }
}

void PortSide::clock() {
  drive();
  top_->eval();
  observe();
  if (watch) watch();
  if (testing::Test::HasFatalFailure()) throw std::runtime_error("the bench stops");
  top_->clk_i = 1;
  top_->eval();
  top_->clk_i = 0;
  top_->eval();
  ++cycle_;
}

Answer PortSide::run(Open& open, const Access& access) {
  while (cycle_ < kQuiet) clock();
  for (unsigned waited = 0; open.open; ++waited) {
    if (waited > kLongest) throw std::runtime_error("an access does not end");
    clock();
  }
  Answer result;
  open = {.open = true, .access = access, .result = &result};
  for (unsigned waited = 0; open.open; ++waited) {
    if (waited > kLongest) throw std::runtime_error("an access does not end");
    clock();
  }
  return result;
}

Answer PortSide::host(const Access& access) { return run(access.write ? writes_ : reads_, access); }
Answer PortSide::hart(const Access& access) { return run(hart_, access); }

uint32_t PortSide::get(uint32_t address) {
  const Answer answer = chance(50) ? host({.address = address}) : hart({.address = address});
  EXPECT_FALSE(answer.error) << "read of " << std::hex << address;
  return answer.data;
}

void PortSide::set(uint32_t address, uint32_t value) {
  const Access access{.address = address, .write = true, .data = value};
  EXPECT_FALSE((chance(50) ? host(access) : hart(access)).error) << "write of " << std::hex << address;
}

}  // namespace heddle::port_test
