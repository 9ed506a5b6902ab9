// The exports of a contract, made from plain functions. A parameter may be anything that BCS reads; its view types lie
// in the input. A result is written to the output in BCS.
//
//   AETHER_INIT(function)        `init`: input = BCS of the function's arguments
//   AETHER_CALL(function...)     `call`: input = place of the function as u8 ‖ BCS of its arguments
//   AETHER_SPEND(function)       `spend`: void function(const aether::Spend&)
#pragma once

#include "aether/contract/spend.hpp"

namespace aether::detail {

template <class Result, class... Parameters, class... Read>
void invoke(Result (*function)(Parameters...), Reader& in, const Read&... read) {
  if constexpr (sizeof...(Read) < sizeof...(Parameters)) {
    using Next = __remove_cvref(__type_pack_element<sizeof...(Read), Parameters...>);
    invoke(function, in, read..., in.template read<Next>());
  } else {
    in.expect_end();
    if constexpr (__is_same(Result, void)) {
      function(read...);
    } else if constexpr (__is_same(Result, ByteView)) {
      output(function(read...));
    } else {
      static_assert(bcs_size_max<Result>() <= kOutputBytesMax, "an output has at most 16 KiB");
      const Encoded<Result> encoded(function(read...));
      output(encoded.view());
    }
  }
}

template <auto function>
void run_init() {
  Reader in(input(), code::malformed_input);
  invoke(function, in);
}

template <auto... functions>
void run_call() {
  static_assert(sizeof...(functions) <= 256, "the place of a function is a u8");
  Reader in(input(), code::malformed_input);
  const u8 wanted = in.read<u8>();
  u32 place = 0;
  const bool found = ((place++ == wanted && (invoke(functions, in), true)) || ...);
  require(found, code::unknown_method);
}

template <auto function>
void run_spend() {
  Reader in(input(), code::malformed_input);
  static Spend spend;
  in(spend);
  in.expect_end();
  function(spend);
}

}  // namespace aether::detail

// Names that tools show and take lie in a custom section of the module, "aether.methods": the functions as they are
// written.
#define AETHER_INIT(function) \
  extern "C" __attribute__((export_name("init"))) void aether_export_init() { ::aether::detail::run_init<&function>(); }
#define AETHER_CALL(...)                                                              \
  asm(".section .custom_section.aether.methods,\"\",@\n.ascii \"" #__VA_ARGS__ "\""); \
  extern "C" __attribute__((export_name("call"))) void aether_export_call() {         \
    ::aether::detail::run_call<__VA_ARGS__>();                                        \
  }
#define AETHER_SPEND(function)                                                  \
  extern "C" __attribute__((export_name("spend"))) void aether_export_spend() { \
    ::aether::detail::run_spend<&function>();                                   \
  }
