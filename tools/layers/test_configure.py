"""Configures a small project with cmake/AetherLibrary.cmake in which an edge or a header is wrong, and expects the refusal."""
import pathlib
import subprocess
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
TABLE = "aether_layer(base GROUP core)\naether_layer(codec GROUP core USES base)\naether_layer(env GROUP host USES base)\n"


class Configure(unittest.TestCase):
    def configure(self, table=TABLE, libraries=("base", "codec", "env"), planted="", languages="NONE", header="#pragma once\n",
                  build=None):
        with tempfile.TemporaryDirectory() as folder:
            root = pathlib.Path(folder)
            (root / "layers.cmake").write_text(table)
            (root / "CMakeLists.txt").write_text(
                f"cmake_minimum_required(VERSION 3.25)\nproject(planted LANGUAGES {languages})\n"
                "add_library(aether_flags INTERFACE)\nadd_library(aether_core_flags INTERFACE)\n"
                "set(CMAKE_CXX_STANDARD 23)\n"
                f"include({ROOT}/cmake/AetherLibrary.cmake)\ninclude(layers.cmake)\naether_add_layers()\n{planted}\n"
                "aether_check_edges()\n")
            for name in libraries:
                home = root / ("host" if name == "env" else "core") / name
                home.mkdir(parents=True)
                (home / "CMakeLists.txt").write_text(f"aether_library({name})\n")
                if languages != "NONE":
                    include = home / "include" / "aether" / name
                    include.mkdir(parents=True)
                    (include / "a.hpp").write_text(header)
            commands = [["cmake", "-S", ".", "-B", "build", "-G", "Ninja"]]
            if build:
                commands.append(["cmake", "--build", "build", "--target", build])
            for command in commands:
                result = subprocess.run(command, cwd=root, capture_output=True, text=True)
                if result.returncode:
                    break
            return result.returncode, " ".join((result.stdout + result.stderr).split())

    def refused(self, words, **planted):
        status, output = self.configure(**planted)
        self.assertNotEqual(status, 0)
        self.assertIn(words, output)

    def test_declared_edges_configure(self):
        status, output = self.configure()
        self.assertEqual(status, 0, output)

    def test_undeclared_edge(self):
        self.refused("base links aether_codec, an edge that layers.cmake does not declare",
                     planted="target_link_libraries(aether_base INTERFACE aether_codec)")

    def test_undeclared_outside_library(self):
        self.refused("codec links pthread", planted="target_link_libraries(aether_codec INTERFACE pthread)")

    def test_edge_upwards(self):
        self.refused("which is not declared above it", table="aether_layer(base GROUP core USES codec)\n" + TABLE)

    def test_core_on_host(self):
        self.refused("core library infer uses host library env",
                     table=TABLE + "aether_layer(infer GROUP core USES env)\n")

    def test_undeclared_library(self):
        self.refused("not declared in layers.cmake", planted="aether_library(surprise)")

    def test_unknown_word(self):
        self.refused("unknown words", table="aether_layer(base oops GROUP core)\n" + TABLE)

    def test_header_alone(self):
        status, output = self.configure(libraries=("base",), languages="CXX", build="headers",
                                        header="#pragma once\n#include <cstdint>\nstd::uint8_t f();\n")
        self.assertEqual(status, 0, output)
        self.refused("uint8_t", libraries=("base",), languages="CXX", build="headers",
                     header="#pragma once\nstd::uint8_t f();\n")


if __name__ == "__main__":
    unittest.main()
