// aetherctl: the command line of an Aether chain.
#include "aether/cli/aetherctl.hpp"

int main(int argc, char** argv) { return aether::cli::run_aetherctl(argc, argv); }
