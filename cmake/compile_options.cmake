# Build types beside Release: Check (sanitizers), Dev (fast compiles), Tsan, Tidy, Fuzz.
# One set of flags for all units: simdjson picks its kernel at compile time from -march, and two
# choices in one program would break the one-definition rule. Never -ffast-math: replay must agree
# with live, and GCC fuses multiply-add under -march unless told not to.
set(CMAKE_CXX_STANDARD 23)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)

add_compile_options(-march=haswell -ffp-contract=off -fno-omit-frame-pointer)
set(CMAKE_CXX_FLAGS_RELEASE "-O3 -g1 -DNDEBUG")
set(CMAKE_CXX_FLAGS_DEV "-O0 -g1 -D_GLIBCXX_ASSERTIONS")
# Of the undefined-behaviour sanitizer: the checks of arithmetic, bounds and values. Those of each pointer
# cost a third of the time to compile, and what they find mostly ends in the address sanitizer; the
# fuzz build has them all.
set(CMAKE_CXX_FLAGS_CHECK
    "-O1 -g1 -D_GLIBCXX_ASSERTIONS -fsanitize=address,undefined -fno-sanitize=null,alignment,object-size,vptr,pointer-overflow,nonnull-attribute,returns-nonnull-attribute -fno-sanitize-recover=undefined")
# The queues of the libraries order by fences, which the thread sanitizer does not see: without
# -Wno-tsan that warning ends the build; tests/support/tsan_suppressions.txt says the rest.
set(CMAKE_CXX_FLAGS_TSAN "-O1 -g1 -fsanitize=thread -Wno-tsan -Wno-maybe-uninitialized")
set(CMAKE_CXX_FLAGS_TIDY "-O0 -g1 -Wthread-safety -Wthread-safety-beta")
set(CMAKE_CXX_FLAGS_FUZZ
    "-O1 -g1 -D_GLIBCXX_ASSERTIONS -fsanitize=address,undefined,fuzzer-no-link -fno-sanitize-recover=undefined")
foreach(kind EXE SHARED MODULE)
  set(CMAKE_${kind}_LINKER_FLAGS_CHECK "-fsanitize=address,undefined")
  set(CMAKE_${kind}_LINKER_FLAGS_TSAN "-fsanitize=thread")
  set(CMAKE_${kind}_LINKER_FLAGS_FUZZ "-fsanitize=address,undefined")
endforeach()

add_compile_options(-Wall -Wextra -Wshadow -Wconversion -Wsign-conversion -Wold-style-cast
                    -Wnon-virtual-dtor -Werror)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # -Wno-psabi: notes about an ABI that changed before GCC 5 are no use to anyone.
  add_compile_options(-Wduplicated-cond -Wlogical-op -Wno-psabi)
  # With sanitizers it takes every empty optional for uninitialized; the release build keeps this one.
  add_compile_options($<$<CONFIG:Check>:-Wno-maybe-uninitialized>)
  # GCC 12 at -O3 sees copies of negative length in plain std::string and std::vector code
  # (GCC bugs 105329, 105651); the check build keeps both warnings.
  add_compile_options($<$<CONFIG:Release>:-Wno-restrict> $<$<CONFIG:Release>:-Wno-stringop-overread>)
else()
  # clang blames us for what libstdc++ 12's std::stable_sort calls; GCC tells of our own calls.
  add_compile_options(-Wno-deprecated-declarations)
endif()

find_program(CCACHE ccache)
if(CCACHE)
  # Without this it takes no unit that uses a precompiled header.
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CMAKE_COMMAND} -E env
      CCACHE_SLOPPINESS=pch_defines,time_macros ${CCACHE})
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    add_compile_options(-fpch-preprocess)
  endif()
endif()
find_program(MOLD mold)
if(MOLD)
  add_link_options(-fuse-ld=mold)
endif()

set(CMAKE_RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/bin)
set(CMAKE_LIBRARY_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/lib)
set(CMAKE_ARCHIVE_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/lib)
