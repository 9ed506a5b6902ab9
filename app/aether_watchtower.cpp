// aether-watchtower: runs again what workers hand in, and convicts those who are wrong.
#include "aether/mesh/program.hpp"

int main(int argc, char** argv) { return aether::mesh::run_watchtower(argc, argv); }
