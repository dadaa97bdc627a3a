// Threads of the host that share out one piece of work after the other.
#pragma once

#include <barrier>
#include <exception>
#include <functional>
#include <thread>
#include <vector>

namespace heddle::model {

class ThreadTeam {
 public:
  // The calling thread is one of them: from 1.
  explicit ThreadTeam(unsigned threads);
  ~ThreadTeam();
  ThreadTeam(const ThreadTeam&) = delete;
  ThreadTeam& operator=(const ThreadTeam&) = delete;

  // Calls `work(item)` for every item below `items`, each on some thread; returns when all are done. What one of them
  // throws is thrown here.
  void run(unsigned items, const std::function<void(unsigned)>& work);

 private:
  void work_share(unsigned thread);

  unsigned threads_;
  std::barrier<> begin_;
  std::barrier<> end_;
  unsigned items_ = 0;
  const std::function<void(unsigned)>* work_ = nullptr;  // null: the threads end
  std::vector<std::exception_ptr> thrown_;               // by thread
  std::vector<std::jthread> helpers_;
};

}  // namespace heddle::model
