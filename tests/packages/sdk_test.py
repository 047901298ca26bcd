#!/usr/bin/env python3
"""An installed SDK is enough: a new strategy is made, built against it, and trades in the simulator.

Installs the component gannet-dev into a folder of its own, as its package does.
"""
import argparse
import os
import pathlib
import shutil
import subprocess
import tempfile


def run(*command, **options):
    done = subprocess.run([str(word) for word in command], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                          check=False, **options)
    assert done.returncode == 0, f"{command} ended with {done.returncode}:\n{done.stdout}"
    return done.stdout


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--build", type=pathlib.Path, required=True)
    parser.add_argument("--compiler", required=True)
    options = parser.parse_args()
    build = options.build.resolve()
    with tempfile.TemporaryDirectory(prefix="gannet-sdk-") as folder:
        folder = pathlib.Path(folder)
        sdk, project = folder / "sdk", folder / "order_flow"
        run("cmake", "--install", build, "--prefix", sdk, "--component", "gannet-dev")
        run(build / "bin/gannet", "new-strategy", "order_flow", "--folder", project,
            "--template", sdk / "share/gannet/strategy-template")
        assert (project / ".gitignore").exists() and not (project / "strategy_name.cpp").exists()
        # -O0: the program is loaded and trades; how fast is not asked.
        run("cmake", "-B", project / "build", "-S", project, "-G", "Ninja", f"-DCMAKE_PREFIX_PATH={sdk}",
            f"-DCMAKE_CXX_COMPILER={options.compiler}", "-DCMAKE_BUILD_TYPE=Debug", "-DCMAKE_CXX_FLAGS=-Werror",
            f"-DGANNETD={build / 'bin/gannetd'}")
        run("cmake", "--build", project / "build")
        print(run("ctest", "--test-dir", project / "build", "--output-on-failure"))
        flags = run("pkg-config", "--cflags", "gannet",
                    env={**os.environ, "PKG_CONFIG_PATH": str(sdk / "share/pkgconfig")}).split()
        assert len(flags) == 1 and flags[0].startswith("-I"), flags
        assert (pathlib.Path(flags[0][2:]) / "gannet/strategy.hpp").exists(), flags
        shutil.rmtree(project / "build")


if __name__ == "__main__":
    main()
