/* Compiled as C11, pedantically, by the test sdk_abi_is_c: the boundary is plain C. The sizes are
 * today's; a struct may grow at its tail, never change before it. */
#include "gannet/abi.h"

#define PIN(type, bytes) _Static_assert(sizeof(type) == (bytes), #type)
PIN(gannet_level, 24);
PIN(gannet_amount, 24);
PIN(gannet_decimal, 16);
PIN(gannet_book_side, 24);
PIN(gannet_book, 88);
PIN(gannet_instrument, 232);
PIN(gannet_book_withdrawn, 24);
PIN(gannet_trade, 64);
PIN(gannet_trades_missed, 16);
PIN(gannet_ticker, 80);
PIN(gannet_reference_price, 40);
PIN(gannet_order_event, 144);
PIN(gannet_fill, 104);
PIN(gannet_position, 32);
PIN(gannet_balance, 104);
PIN(gannet_timer, 32);
PIN(gannet_state, 32);
PIN(gannet_operator_command, 24);
PIN(gannet_parameter, 72);
PIN(gannet_value, 64);
PIN(gannet_parameters, 24);
PIN(gannet_order, 96);
PIN(gannet_amend, 32);
PIN(gannet_algo_order, 112);
PIN(gannet_subscription, 24);
PIN(gannet_open_order, 56);
PIN(gannet_host, 248);
PIN(gannet_handlers, 248);
PIN(gannet_candle, 88);
PIN(gannet_funding, 112);
PIN(gannet_price_limit, 48);
PIN(gannet_open_interest, 40);
PIN(gannet_estimated_price, 40);
PIN(gannet_option_summary, 136);
PIN(gannet_option_trade, 88);
PIN(gannet_liquidation, 56);
PIN(gannet_adl_warning, 40);
PIN(gannet_venue_status, 56);
PIN(gannet_warm_up, 24);
PIN(gannet_struct_sizes, 56);
PIN(gannet_descriptor, 88);
