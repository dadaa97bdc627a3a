// What libraries and benches with mutants in them ask (verif/mutants).
#include <svdpi.h>

#include <cstdlib>
#include <fstream>
#include <vector>

extern "C" {

// The mutant that this simulation is of; 0: none.
unsigned heddle_mutant() {
  const char* number = std::getenv("HEDDLE_MUTANT");
  return number == nullptr ? 0 : static_cast<unsigned>(std::atoi(number));
}

// Whether to say at which mutants' places a mutant would make a difference: HEDDLE_MUTANTS_TOUCHED names a file for
// their numbers.
svBit heddle_mutant_watch() { return std::getenv("HEDDLE_MUTANTS_TOUCHED") != nullptr ? 1 : 0; }

// Adds a number to that file, once in a process. The file is complete however the process ends.
void heddle_mutant_touched(unsigned number) {
  static std::vector<bool> touched;
  if (touched.size() <= number) touched.resize(number + 1);
  if (touched[number]) return;
  touched[number] = true;
  std::ofstream(std::getenv("HEDDLE_MUTANTS_TOUCHED"), std::ios::app) << number << '\n';
}

}  // extern "C"
