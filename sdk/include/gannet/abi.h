/* The boundary between gannetd and a strategy plugin: plain C, fixed layouts, no ownership crosses.
 *
 * Rules that keep old plugins running: structs only ever grow at the tail, every struct that may
 * grow starts with its size, unknown tail fields are ignored, enumerators are never renumbered. All
 * prices and quantities are exact counts of the instrument's own decimal unit (see
 * gannet_instrument). All times are nanoseconds since the Unix epoch, UTC. Text is UTF-8, valid
 * only during the call that hands it over. */
#ifndef GANNET_ABI_H
#define GANNET_ABI_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define GANNET_ABI_VERSION 1u

/* One price level of an order book. */
typedef struct gannet_level {
  int64_t price;
  int64_t quantity; /* > 0; in an update 0 deletes the level */
  uint32_t orders;  /* how many orders rest there; 0 if the feed does not say */
  uint32_t reserved;
} gannet_level;

#ifdef __cplusplus
}
#endif
#endif
