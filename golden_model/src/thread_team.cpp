#include "thread_team.h"

#include <utility>

namespace heddle::model {

ThreadTeam::ThreadTeam(unsigned threads) : threads_(threads), begin_(threads), end_(threads), thrown_(threads) {
  for (unsigned thread = 1; thread < threads; ++thread) {
    helpers_.emplace_back([this, thread] {
      for (;;) {
        begin_.arrive_and_wait();
        if (work_ == nullptr) return;
        work_share(thread);
        end_.arrive_and_wait();
      }
    });
  }
}

ThreadTeam::~ThreadTeam() {
  work_ = nullptr;
  begin_.arrive_and_wait();
}

void ThreadTeam::run(unsigned items, const std::function<void(unsigned)>& work) {
  items_ = items;
  work_ = &work;
  begin_.arrive_and_wait();
  work_share(0);
  end_.arrive_and_wait();
  for (std::exception_ptr& thrown : thrown_) {
    if (thrown) std::rethrow_exception(std::exchange(thrown, nullptr));
  }
}

void ThreadTeam::work_share(unsigned thread) {
  try {
    for (unsigned item = thread; item < items_; item += threads_) (*work_)(item);
  } catch (...) {
    thrown_[thread] = std::current_exception();
  }
}

}  // namespace heddle::model
