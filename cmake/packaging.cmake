# What is installed, in three components: `gannet` (programs, service, configuration, pages), `gannet-dev`
# (what a strategy's author needs) and `gannet-strategies` (the bundled plugins). A rule that names none
# belongs to the first. `make deb` makes a package of each (docs/packages.md).
set(CMAKE_INSTALL_DEFAULT_COMPONENT_NAME gannet)

# The same source gives the same bytes wherever it lies: no path of this tree in debug information, nor in
# the file names that a failed CHECK prints; and a build id that ties a program to its separate symbols.
add_compile_options($<$<CONFIG:Release>:-fdebug-prefix-map=${PROJECT_SOURCE_DIR}=/usr/src/gannet>
                    $<$<CONFIG:Release>:-fmacro-prefix-map=${PROJECT_SOURCE_DIR}/=>)
add_link_options($<$<CONFIG:Release>:-Wl,--build-id=sha1>)

# gannet_install_configuration(FILES...): into /etc/gannet for the prefix /usr, as Debian wants it, and
# into PREFIX/etc/gannet for every other. What the operator changed stays: a file that is there is kept.
function(gannet_install_configuration)
  list(TRANSFORM ARGN PREPEND ${CMAKE_CURRENT_SOURCE_DIR}/)
  install(CODE "set(files \"${ARGN}\")
    set(etc \"\${CMAKE_INSTALL_PREFIX}/etc/gannet\")
    if(CMAKE_INSTALL_PREFIX STREQUAL \"/usr\")
      set(etc /etc/gannet)
    endif()
    foreach(file IN LISTS files)
      get_filename_component(name \${file} NAME)
      if(EXISTS \$ENV{DESTDIR}\${etc}/\${name})
        message(STATUS \"Kept: \$ENV{DESTDIR}\${etc}/\${name}\")
      else()
        file(INSTALL \${file} DESTINATION \${etc})
      endif()
    endforeach()")
endfunction()

# gannet_install_sbom(): what the programs are made of, read from what was built (tools/sbom.py).
function(gannet_install_sbom)
  install(CODE "execute_process(
      COMMAND ${Python3_EXECUTABLE} ${PROJECT_SOURCE_DIR}/tools/sbom.py --build ${CMAKE_BINARY_DIR}
              --version ${PROJECT_VERSION} --output ${CMAKE_BINARY_DIR}/gannet.spdx.json
      RESULT_VARIABLE failed)
    if(failed)
      message(FATAL_ERROR \"tools/sbom.py: the list of parts cannot be made\")
    endif()
    file(INSTALL ${CMAKE_BINARY_DIR}/gannet.spdx.json
         DESTINATION \${CMAKE_INSTALL_PREFIX}/${CMAKE_INSTALL_DATADIR}/doc/gannet)")
endfunction()

# What is installed and nothing else: no test, no benchmark.
add_custom_target(product)
