"""Plants each violation that the source scan knows and expects the refusal."""
import pathlib
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from layers import layer_table, scan_sources, source_text  # noqa: E402

TABLE = """
aether_layer(base GROUP core)  # a comment
aether_layer(codec GROUP core USES base)
aether_layer(exec GROUP core USES codec
                  SYMBOLS aa_ bb_)
aether_layer(smt GROUP core USES codec)
aether_layer(env GROUP host USES base)
"""


class Sources(unittest.TestCase):
    def refusals(self, text, file="core/codec/src/a.cpp"):
        with tempfile.TemporaryDirectory() as folder:
            root = pathlib.Path(folder)
            (root / "layers.cmake").write_text(TABLE)
            path = root / file
            path.parent.mkdir(parents=True)
            path.write_text(text)
            return [(line, why) for _, line, why in scan_sources.scan(root)]

    def refused(self, text, words, file="core/codec/src/a.cpp"):
        found = self.refusals(text, file)
        self.assertEqual(len(found), 1, f"{text!r}: {found}")
        self.assertIn(words, found[0][1])

    def accepted(self, text, file="core/codec/src/a.cpp"):
        self.assertEqual(self.refusals(text, file), [], text)

    def test_floating_types(self):
        self.refused("float x;", "floating-point type")
        self.refused("int a;\nvoid f(double);", "floating-point type")
        self.refused("_Float32 x;", "floating-point type")
        self.accepted("int floating, doubled;  // a double\nauto t = \"float\";")

    def test_floating_literals(self):
        for text in ("1.5", "1.", ".5", "1e9", "2.0f", "1'000.25", "1E-3", "0.0"):
            self.refused(f"auto x = {text};", "floating-point literal")
        self.accepted("auto x = 0x1e9 + 0xe + 1'000'000 + 10ull + a.b + 3;  // 1.5")
        self.accepted("int x[3] = {1, 2, 3}; auto y = p->e1 + v1.e2; auto c = '.';")

    def test_unordered(self):
        self.refused("std::unordered_map<int, int> m;", "unordered")

    def test_threads(self):
        for header in ("thread", "mutex", "shared_mutex", "condition_variable", "future"):
            self.refused(f"#include <{header}>", "TaskPool")

    def test_clocks(self):
        self.refused("auto t = std::chrono::steady_clock::now();", "clock")
        self.refused("#include <ctime>", "clock")
        self.accepted("#include <chrono>\nstd::chrono::milliseconds ms;")

    def test_entropy(self):
        self.refused("#include <random>", "entropy")
        self.refused("int x = rand();", "entropy")
        self.accepted("int operand(int);\nint x = operand(1);")

    def test_files_and_environment(self):
        self.refused("#include <fstream>", "files or streams")
        self.refused("#include <sys/stat.h>", "files or streams")
        self.refused("auto x = std::getenv(name);", "environment")

    def test_library_dependent_results(self):
        self.refused("std::hash<int> h;", "standard libraries")
        self.refused("std::shuffle(a, b, g);", "standard libraries")

    def test_exceptions_and_rtti(self):
        self.refused("void f() { throw 1; }", "exceptions")
        self.refused("auto p = dynamic_cast<B*>(a);", "type information")

    def test_atomic_only_in_exec_and_smt(self):
        self.refused("std::atomic<int> x;", "core/exec")
        for layer in ("exec", "smt"):
            self.accepted("#include <atomic>\nstd::atomic<int> x;", f"core/{layer}/src/a.cpp")

    def test_intrinsics_only_in_kernels(self):
        for header in ("immintrin", "x86intrin", "wmmintrin"):
            self.refused(f"#include <{header}.h>", "have their own flags")
            self.refused(f"#include <{header}.h>", "have their own flags", "core/codec/include/aether/codec/a.hpp")
            self.refused(f"#include <{header}.h>", "have their own flags", "host/env/src/avx2.cpp")
        for name in ("a_avx2.cpp", "a_avx512.cpp", "a_ifma.cpp", "a_shani.cpp", "a_avx2.hpp", "a_ifma.hpp"):
            self.accepted("#include <immintrin.h>", f"core/codec/src/{name}")
        self.accepted("// #include <immintrin.h>\n#include <cpuid.h>")

    def test_value_call_everywhere(self):
        self.refused("int f() { return x.value(); }", "value()")
        self.refused("int f() { return x->value(); }", "value()", "host/env/src/a.cpp")
        self.refused("int f() { return x.value(); }", "value()", "app/a.cpp")
        self.refused("int f() { return x.value(); }", "value()", "core/base/test/a.cpp")
        self.refused("int f() { return reentry.value(); }", "value()", "host/env/src/a.cpp")
        self.refused("int f() { return entry.value(); }", "value()")
        self.refused("int f() { return entry().value(); }", "value()", "host/env/src/a.cpp")
        self.refused("int f() { return (*x).value(); }", "value()", "host/env/src/a.cpp")
        self.accepted("auto f() { return entry.value(); }", "host/env/src/a.cpp")
        self.accepted("// x.value()\nint f() { return x.value_or(1) + value(); }")

    def test_purity_is_asked_of_core_products_alone(self):
        self.accepted("double x = 1.5;", "core/base/test/a.cpp")
        self.accepted("#include <thread>\ndouble x = 1.5;", "host/env/src/a.cpp")

    def test_undeclared_edge_by_include(self):
        self.refused('#include "aether/exec/a.hpp"', "no edge to exec")
        self.refused('#include "aether/codec/a.hpp"', "no edge to codec", "host/env/src/a.cpp")
        self.accepted('#include "aether/base/a.hpp"', "core/exec/include/aether/exec/a.hpp")
        self.accepted('// #include "aether/exec/a.hpp"')

    def test_path_out_of_the_folder(self):
        self.refused('#include "../../env/src/a.hpp"', "path out")
        self.refused('#include "../../base/test/a.hpp"', "path out")
        self.accepted('#include "../../base/test/a.hpp"', "core/codec/test/a.cpp")
        self.refused('#include "../../exec/test/a.hpp"', "path out", "core/codec/test/a.cpp")
        self.refused('#include "../../base/src/a.hpp"', "path out", "core/codec/test/a.cpp")
        self.accepted('#include "../../../core/base/test/a.hpp"', "host/env/test/a.cpp")
        self.refused('#include "../../../core/exec/test/a.hpp"', "path out", "host/env/test/a.cpp")
        self.refused('#include "../../../core/base/src/a.hpp"', "path out", "host/env/test/a.cpp")
        self.refused('#include "../../../core/base/test/a.hpp"', "path out", "host/env/src/a.cpp")

    def test_blanking_keeps_lines(self):
        text = 'a\n/* float\n */ "x\\"y" R"(float\n)" // float\n\'"\' b'
        clean = source_text.code(text)
        self.assertEqual(clean.count("\n"), text.count("\n"))
        self.assertNotIn("float", clean)
        self.assertTrue(clean.endswith("b"))


class Table(unittest.TestCase):
    def test_closure(self):
        table = layer_table.parse(TABLE)
        self.assertEqual(list(table), ["base", "codec", "exec", "smt", "env"])
        self.assertEqual(table["exec"].closure, {"exec", "codec", "base"})
        self.assertEqual(table["exec"].symbols, ["aa_", "bb_"])


if __name__ == "__main__":
    unittest.main()
