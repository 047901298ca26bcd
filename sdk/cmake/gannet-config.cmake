# find_package(gannet): Gannet's SDK, which is headers alone.
#
#   gannet::sdk                              target: where gannet/strategy.hpp and gannet/abi.h are
#   gannet_add_strategy(NAME SOURCES...)     target NAME: a plugin NAME.so, for gannetd to load
#
# The same file serves an installed SDK and the source tree (-Dgannet_DIR=.../sdk/cmake).
foreach(_gannet_include ${CMAKE_CURRENT_LIST_DIR}/../include
                        ${CMAKE_CURRENT_LIST_DIR}/../../../include)
  if(EXISTS ${_gannet_include}/gannet/abi.h)
    get_filename_component(gannet_INCLUDE_DIR ${_gannet_include} ABSOLUTE)
    break()
  endif()
endforeach()
unset(_gannet_include)
if(NOT gannet_INCLUDE_DIR)
  set(gannet_FOUND FALSE)
  set(gannet_NOT_FOUND_MESSAGE "gannet/abi.h is not where this file belongs to: install gannet-dev again")
  return()
endif()

if(NOT TARGET gannet::sdk)
  add_library(gannet::sdk INTERFACE IMPORTED)
  set_target_properties(gannet::sdk PROPERTIES INTERFACE_INCLUDE_DIRECTORIES ${gannet_INCLUDE_DIR})
  target_compile_features(gannet::sdk INTERFACE cxx_std_20)
endif()

# One entry point is visible and nothing else: two plugins in one engine share no names.
function(gannet_add_strategy name)
  add_library(${name} MODULE ${ARGN})
  target_link_libraries(${name} PRIVATE gannet::sdk)
  set_target_properties(${name} PROPERTIES PREFIX "" SUFFIX ".so"
    CXX_VISIBILITY_PRESET hidden VISIBILITY_INLINES_HIDDEN ON)
endfunction()
