# Trades for a few seconds against the simulated venue, and wants orders and an end without a trace. Some
# may be denied: an amend that waited while its order was filled has nothing left to amend.
file(REMOVE_RECURSE ${FOLDER})
file(MAKE_DIRECTORY ${FOLDER})
file(READ ${CONFIG} config)
string(REPLACE "build/strategy_name.so" "${PLUGIN}" config "${config}")
file(WRITE ${FOLDER}/config.toml "${config}")
execute_process(
  COMMAND ${GANNETD} --config config.toml --duration 5s --summary summary.json --log gannetd.log
  WORKING_DIRECTORY ${FOLDER} RESULT_VARIABLE code)
if(NOT code EQUAL 0)
  message(FATAL_ERROR "gannetd ended with ${code}: see ${FOLDER}/gannetd.log")
endif()
file(READ ${FOLDER}/summary.json summary)
foreach(figure orders denied rejected clean_exit)
  string(JSON ${figure} GET "${summary}" ${figure})
endforeach()
message(STATUS "orders ${orders}, denied ${denied}, rejected ${rejected}")
if(orders EQUAL 0 OR denied GREATER orders OR NOT clean_exit)
  message(FATAL_ERROR "${summary}")
endif()
