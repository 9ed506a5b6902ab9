"""Compiles each violation that the archive scan knows and expects the refusal."""
import pathlib
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from layers import layer_table, scan_archives  # noqa: E402

TABLE = layer_table.parse("""
aether_layer(base GROUP core)
aether_layer(codec GROUP core USES base)
aether_layer(crypto GROUP core USES base SYMBOLS outside_)
""")


class Archives(unittest.TestCase):
    def found(self, **sources):
        with tempfile.TemporaryDirectory() as folder:
            build = pathlib.Path(folder)
            for name, text in sources.items():
                home = build / "core" / name
                home.mkdir(parents=True)
                (home / "a.cpp").write_text(text)
                subprocess.run(["g++", "-std=c++23", "-O2", "-fPIC", "-fno-exceptions", "-fno-rtti", "-march=x86-64-v2",
                                "-c", "a.cpp", "-o", "a.o"], cwd=home, check=True)
                subprocess.run(["ar", "rcs", f"libaether_{name}.a", "a.o"], cwd=home, check=True)
            archives, found = scan_archives.scan(build, TABLE)
            self.assertEqual(set(archives), set(sources))
            return found

    def refused(self, words, **sources):
        found = self.found(**sources)
        self.assertEqual(len(found), 1, found)
        self.assertIn(words, found[0])

    def accepted(self, **sources):
        self.assertEqual(self.found(**sources), [])

    def test_undefined_symbol(self):
        self.refused("undefined symbol getpid", base="extern \"C\" int getpid(); int f() { return getpid(); }")

    def test_symbol_of_a_library_below(self):
        self.accepted(base="int below() { return 1; }", codec="int below(); int f() { return below(); }")

    def test_symbol_of_a_library_without_an_edge(self):
        self.refused("_Z6besidev", crypto="int beside() { return 1; }", codec="int beside(); int f() { return beside(); }")
        self.refused("_Z5abovev", base="int above(); int f() { return above(); }", codec="int above() { return 1; }")

    def test_outside_symbol_by_prefix(self):
        source = "extern \"C\" int outside_sha(); int f() { return outside_sha(); }"
        self.accepted(crypto=source)
        self.refused("outside_sha", codec=source)

    def test_runtime(self):
        self.accepted(base="#include <map>\n#include <string>\n#include <vector>\n"
                           "std::map<int, std::string> f(int n) { std::map<int, std::string> m; "
                           "std::vector<int> v(n); for (int x : v) m[x] += 'a'; return m; }"
                           "unsigned __int128 g(unsigned __int128 a, unsigned __int128 b) { return a / b; }")

    def test_mutable_globals(self):
        self.refused("in .data", base="int counter = 1; int f() { return ++counter; }")
        self.refused("in .bss", base="int counter; int f() { return ++counter; }")

    def test_thread_locals(self):
        for section, value in ((".tbss", ""), (".tdata", " = 5")):
            found = self.found(base=f"thread_local int counter{value}; int f() {{ return ++counter; }}")
            self.assertTrue(any(f"in {section}" in why for why in found), found)

    def test_start_up_code(self):
        found = self.found(base="struct S { S(); int x; }; S::S() : x(1) { asm volatile(\"\"); } "
                                "extern const S s; const S s;")
        self.assertTrue(any(".init_array" in why for why in found), found)

    def test_guarded_local(self):
        found = self.found(base="int g(int); int f(int x) { static const int once = g(x); return once; } "
                                "int g(int x) { return x; }")
        self.assertTrue(any(".bss" in why for why in found), found)

    def test_constants(self):
        self.accepted(base="extern const int table[3]; constexpr int table[3] = {1, 2, 3};"
                           "extern const char* const names[2]; const char* const names[2] = {\"a\", \"b\"};")

    def test_floating_point(self):
        self.refused("addsd", base="double f(double a, double b) { return a + b; }")
        self.refused("comisd", base="bool f(double a, double b) { return a < b; }")
        self.refused("cvtsi2sd", base="double f(int a) { return a; }")
        found = self.found(base="long double f(long double a) { return a + 1; }")
        self.assertTrue(any("fld1" in why for why in found), found)

    def test_integer_vectors(self):
        self.accepted(base="#include <immintrin.h>\n__attribute__((target(\"avx2\"))) __m256i f(__m256i a, __m256i b) "
                           "{ return _mm256_add_epi64(_mm256_mul_epi32(a, b), _mm256_max_epi32(a, b)); }\n"
                           "struct P { long a, b; }; void g(P* to, const P* from) { *to = *from; }")

    def test_world(self):
        for text, mnemonic in (("rdtsc", "rdtsc"), ("rdrand %%rax", "rdrand"), ("rdseed %%rax", "rdseed"),
                               ("syscall", "syscall"), ("cpuid", "cpuid")):
            self.refused(mnemonic, base=f'void f() {{ asm volatile("{text}" ::: "rax", "rbx", "rcx", "rdx"); }}')


class Instructions(unittest.TestCase):
    def test_mnemonics(self):
        for mnemonic in ("addss", "vaddpd", "mulsd", "vfmadd231ps", "cvttsd2si", "vcvtdq2ps", "ucomiss", "sqrtsd",
                         "cmpltps", "roundsd", "fld1", "rcp14ps", "vmaxps", "dpps"):
            self.assertTrue(scan_archives.FLOATING.match(mnemonic), mnemonic)
        for mnemonic in ("add", "addq", "paddd", "movaps", "movsd", "xorps", "andpd", "shufps", "cmpxchg", "cmpsb",
                         "divq", "mulq", "imul", "cvtdq"[:2], "vpmulld", "vmovapd", "minw", "subl", "cmp", "cmpl"):
            self.assertFalse(scan_archives.FLOATING.match(mnemonic), mnemonic)


if __name__ == "__main__":
    unittest.main()
