# gannet_tidy(TARGET): in the tidy preset, clang-tidy 19 over the target's sources, again when the
# checks change. Tests and benchmarks are not held to them, only to clang's own warnings.
function(gannet_tidy target)
  if(NOT GANNET_TIDY)
    return()
  endif()
  set_target_properties(${target} PROPERTIES CXX_CLANG_TIDY "clang-tidy-19;--quiet")
  get_target_property(sources ${target} SOURCES)
  set_property(SOURCE ${sources} APPEND PROPERTY OBJECT_DEPENDS ${PROJECT_SOURCE_DIR}/.clang-tidy)
endfunction()

# gannet_precompile(TARGET HEADERS...): libraries' headers that nearly all of a target's units include
# are parsed once, in the builds of `make test`, whose time has a budget. None of our own: their names would be everywhere.
set(GANNET_STD_HEADERS <algorithm> <array> <cstdint> <expected> <functional> <map> <memory>
    <optional> <span> <string> <string_view> <utility> <vector>)
function(gannet_precompile target)
  if(TARGET ${target} AND CMAKE_BUILD_TYPE MATCHES "^(Release|Check)$")
    target_precompile_headers(${target} PRIVATE ${GANNET_STD_HEADERS} ${ARGN})
  endif()
endfunction()

# gannet_unite(TARGET): in the builds of `make test` and in dev up to eight of a target's files are
# compiled as one, which reads the libraries' headers once and costs a third. In the others (tidy,
# tsan, fuzz) every unit stands alone, so that a missing include is seen. Files whose hidden names are alike by design (a decoder's fields, a server's routes) and the
# large Boost units stay alone; where two others get in each other's way, rename, or add the newer here.
set(GANNET_STAND_ALONE
    gateway/okx/protocol/decode_[a-z0-9_]+ gateway/okx/protocol/order_session
    gateway/net/internal/[a-z_]+ gateway/net/server gateway/net/http_client
    sim/okx_server/protocol/internal/rest_[a-z_]+ sim/okx_server/protocol/internal/position_orders
    tests/property/fuzz_corpus_test)
list(JOIN GANNET_STAND_ALONE "|" GANNET_STAND_ALONE)
function(gannet_unite target)
  if(NOT CMAKE_BUILD_TYPE MATCHES "^(Release|Check|Dev)$")
    return()
  endif()
  set_target_properties(${target} PROPERTIES UNITY_BUILD ON UNITY_BUILD_BATCH_SIZE 8)
  get_target_property(sources ${target} SOURCES)
  foreach(source IN LISTS sources)
    if(source MATCHES "/(${GANNET_STAND_ALONE})\\.cpp$")
      set_property(SOURCE ${source} PROPERTY SKIP_UNITY_BUILD_INCLUSION ON)
    endif()
  endforeach()
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    # A class that keeps its parts in a .cpp file may have parts of hidden types there.
    target_compile_options(${target} PRIVATE -Wno-subobject-linkage)
    if(target MATCHES "^(unit_|golden|property|integration|simulation)")
      target_compile_options(${target} PRIVATE -Wno-shadow)  # of names in another file
    endif()
  endif()
endfunction()

# What a market event passes on its way to an order.
set(GANNET_HOT_LIBRARIES base domain risk engine okx_protocol)
# One target a folder. gannet_library(NAME DEPS...) makes gannet_NAME from the folder's own .cpp
# files (not from its sub-folders); a folder of headers alone becomes an interface library.
function(gannet_library name)
  file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/*.cpp
       ${CMAKE_CURRENT_SOURCE_DIR}/internal/*.cpp)
  if(sources)
    add_library(gannet_${name} STATIC ${sources})
    target_include_directories(gannet_${name} PUBLIC ${PROJECT_SOURCE_DIR})
    target_link_libraries(gannet_${name} PUBLIC ${ARGN})
    gannet_tidy(gannet_${name})
    gannet_unite(gannet_${name})
    if(name IN_LIST GANNET_HOT_LIBRARIES AND CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
      # Nobody puts another function in place of these: calls within a unit may be inlined though the
      # code is position-independent. (All over the tree GCC 12 then warns of what is not there.)
      # Stacks are unwound by the tables that every program has.
      target_compile_options(gannet_${name} PRIVATE
        $<$<CONFIG:Release>:-fno-semantic-interposition> $<$<CONFIG:Release>:-fomit-frame-pointer>)
    endif()
  else()
    add_library(gannet_${name} INTERFACE)
    target_include_directories(gannet_${name} INTERFACE ${PROJECT_SOURCE_DIR})
    target_link_libraries(gannet_${name} INTERFACE ${ARGN})
  endif()
endfunction()

# gannet_strategy(NAME): strategies/NAME/*.cpp as a plugin that sees the SDK alone.
function(gannet_strategy name)
  file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/${name}/*.cpp)
  if(sources)
    add_library(${name} MODULE ${sources})
    target_link_libraries(${name} PRIVATE gannet_sdk)
    gannet_tidy(${name})
    set_target_properties(${name} PROPERTIES PREFIX ""
      LIBRARY_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/lib/gannet/strategies
      CXX_VISIBILITY_PRESET hidden VISIBILITY_INLINES_HIDDEN ON)
    # Where the programs look: beside their own folder, whatever the system calls its libraries.
    install(TARGETS ${name} LIBRARY DESTINATION lib/gannet/strategies COMPONENT gannet-strategies)
    add_dependencies(product ${name})
  endif()
endfunction()

# gannet_test(NAME FOLDER DEPS...): one test program from FOLDER's *_test.cpp; each TEST is a CTest
# test, so they run in parallel. No sources yet: no target.
# The release build has the tests that need it alone: allocations (a sanitizer owns malloc), and of the
# whole programs those where their real speed brings other moments about. Everything else runs under the
# sanitizers of the check build. `simulation` is there for long campaigns alone (make cut-sweep).
set(GANNET_RELEASE_TESTS hot_path integration simulation)
set(GANNET_REAL_SPEED "DemoRun*:Crash*:KillSwitch*:Connections.*")
function(gannet_test name folder)
  if(CMAKE_BUILD_TYPE STREQUAL "Release" AND NOT name IN_LIST GANNET_RELEASE_TESTS)
    return()
  endif()
  if(NOT CMAKE_BUILD_TYPE STREQUAL "Release" AND name STREQUAL "hot_path")
    return()
  endif()
  file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/${folder}/*_test.cpp)
  if(NOT sources)
    return()
  endif()
  add_executable(${name} ${sources})
  target_include_directories(${name} PRIVATE ${PROJECT_SOURCE_DIR} ${PROJECT_SOURCE_DIR}/tests
                             ${CMAKE_BINARY_DIR}/generated)
  target_link_libraries(${name} PRIVATE ${ARGN} GTest::gmock GTest::gtest_main)
  if(CMAKE_BUILD_TYPE STREQUAL "Release" AND NOT name STREQUAL "hot_path")
    target_compile_options(${name} PRIVATE -O0)  # what is tested counts, not the testing code
  endif()
  if(CMAKE_BUILD_TYPE STREQUAL "Check" AND NOT name STREQUAL "property")
    # The tests' own code is not what is measured or hunted: a third of the time to compile it. The
    # arithmetic that lives in headers keeps the undefined-behaviour sanitizer.
    target_compile_options(${name} PRIVATE -O0)
    if(NOT name MATCHES "^unit_(base|domain|risk)$")
      target_compile_options(${name} PRIVATE -fno-sanitize=undefined)
    endif()
  endif()
  gannet_unite(${name})
  list(LENGTH sources count)
  if(count GREATER 3)
    gannet_precompile(${name} <gtest/gtest.h>)
  endif()
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests)
  # `ctest -L core`: what a planted bug must not pass (tools/mutants.py).
  set(label ${name})
  if(name MATCHES "^(unit_risk|unit_engine|unit_okx_protocol|simulation)$")
    set(label ${name}_core)
  endif()
  set(filter)
  if(CMAKE_BUILD_TYPE STREQUAL "Release" AND name STREQUAL "simulation")
    set_target_properties(${name} PROPERTIES EXCLUDE_FROM_ALL ON)
    return()
  elseif(CMAKE_BUILD_TYPE STREQUAL "Release" AND name STREQUAL "integration")
    set(filter TEST_FILTER ${GANNET_REAL_SPEED})
  endif()
  gtest_discover_tests(${name} DISCOVERY_TIMEOUT 60 ${filter}
                       PROPERTIES TIMEOUT 240 LABELS ${label})
endfunction()
