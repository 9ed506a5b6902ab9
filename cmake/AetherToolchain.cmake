# Compilers, flags as INTERFACE libraries, sanitizers. Baseline x86-64-v2; kernels with wider instructions set their
# own flags per source file (AetherLibrary.cmake) and are chosen at run time.
if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE Release CACHE STRING "" FORCE)
endif()
set(AETHER_SANITIZE "" CACHE STRING "comma-separated: address,undefined | thread")
option(AETHER_FUZZ "build libFuzzer targets (clang only)" OFF)
option(AETHER_COVERAGE "instrument for coverage" OFF)
option(AETHER_TESTS "build tests" ON)
option(AETHER_BENCH "build benchmarks" ON)

set(CMAKE_CXX_STANDARD 23)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_CXX_SCAN_FOR_MODULES OFF)
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/bin)
set(CMAKE_LINK_DEPENDS_NO_SHARED ON)

find_program(AETHER_CCACHE ccache)
if(AETHER_CCACHE)
  # Equal bytes from different folders: hash_dir off and base_dir set let clean clones share the cache.
  set(launcher ${CMAKE_COMMAND} -E env CCACHE_BASEDIR=${CMAKE_SOURCE_DIR} CCACHE_NOHASHDIR=1
      CCACHE_SLOPPINESS=include_file_ctime,include_file_mtime ${AETHER_CCACHE})
  set(CMAKE_CXX_COMPILER_LAUNCHER ${launcher})
  set(CMAKE_C_COMPILER_LAUNCHER ${launcher})
endif()

# __FILE__ is relative to the root, also where ccache has made a path relative to the build folder.
file(RELATIVE_PATH root_from_build ${CMAKE_BINARY_DIR} ${CMAKE_SOURCE_DIR})
string(REGEX REPLACE "/$" "" root_from_build "${root_from_build}")
add_library(aether_flags INTERFACE)
target_compile_options(aether_flags INTERFACE
  -march=x86-64-v2 -ffp-contract=off -fno-strict-overflow
  -ffile-prefix-map=${CMAKE_SOURCE_DIR}=. -ffile-prefix-map=${CMAKE_BINARY_DIR}=build
  -ffile-prefix-map=${root_from_build}=.
  -Wall -Wextra -Werror -Wconversion -Wshadow -Wnon-virtual-dtor -Wold-style-cast -Wimplicit-fallthrough
  # clang: stable_sort's deprecated helper; and -Wconversion with GCC's meaning, which leaves signs to the reader.
  "$<$<CXX_COMPILER_ID:Clang>:-Wno-deprecated-declarations;-Wno-sign-conversion>"
  $<$<CONFIG:Debug>:-O1> $<$<CONFIG:Release>:-O2>)
add_library(aether_core_flags INTERFACE)
target_compile_options(aether_core_flags INTERFACE -fno-exceptions -fno-rtti)

if(AETHER_SANITIZE)
  # The check of vtables needs type information, which core/ is compiled without.
  add_compile_options(-fsanitize=${AETHER_SANITIZE} -fno-sanitize=vptr -fno-sanitize-recover=all -fno-omit-frame-pointer -g1)
  add_link_options(-fsanitize=${AETHER_SANITIZE})
endif()
if(AETHER_FUZZ)
  add_compile_options(-fsanitize=fuzzer-no-link,address,undefined -fno-sanitize=vptr -fno-sanitize-recover=all -g1 -O1)
  add_link_options(-fsanitize=address,undefined)
endif()
if(AETHER_COVERAGE)
  add_compile_options(--coverage)
  add_link_options(--coverage)
endif()
if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
  add_link_options(-fuse-ld=lld)
endif()
