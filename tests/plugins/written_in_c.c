/* A strategy in plain C11: any compiler or language can make one. */
#include <stddef.h>

#include "gannet/abi.h"

static const gannet_host* host;
static void* engine;
static int instance;

static int32_t create(const gannet_host* h, void* e, const gannet_parameters* p, void** self) {
  (void)p;
  host = h;
  engine = e;
  *self = &instance;
  return GANNET_OK;
}
static void destroy(void* self) { (void)self; }
static int32_t book(void* self, const gannet_book* b) {
  (void)self;
  if (b->bids.count == 0) return GANNET_OK;
  gannet_order order = {0};
  order.size = sizeof order;
  order.instrument = b->instrument;
  order.price = b->bids.best[0].price;
  order.quantity = 1;
  uint64_t handle = 0;
  return host->place(engine, &order, &handle);
}

static const gannet_parameter parameters[] = {{sizeof(gannet_parameter),
                                               GANNET_PARAMETER_INSTRUMENT, "instrument", "", NULL,
                                               NULL, NULL, NULL, NULL, "what to trade"}};
static const gannet_struct_sizes sizes = GANNET_STRUCT_SIZES;

const gannet_descriptor* gannet_strategy_descriptor(void) {
  static gannet_handlers handlers;
  static gannet_descriptor descriptor;
  handlers.size = sizeof handlers;
  handlers.create = create;
  handlers.destroy = destroy;
  handlers.book = book;
  descriptor.size = sizeof descriptor;
  descriptor.abi_version = GANNET_ABI_VERSION;
  descriptor.sizes = &sizes;
  descriptor.name = "written_in_c";
  descriptor.version = "1";
  descriptor.parameters = parameters;
  descriptor.parameter_count = 1;
  descriptor.channels = GANNET_WANT_BOOK;
  descriptor.handlers = &handlers;
  return &descriptor;
}
