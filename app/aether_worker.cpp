// aether-worker: runs AI jobs of a chain for pay, and proves that it ran them right.
#include "aether/mesh/program.hpp"

int main(int argc, char** argv) { return aether::mesh::run_worker(argc, argv); }
