#pragma once

namespace gannet::kill {

/// What `gannet-kill --help` prints; its manual page is made from it too.
inline constexpr char kHelpText[] =
    R"(gannet-kill: stops the engine, cancels its orders at the venue, and confirms it twice.

It shares nothing with the engine: when `gannet kill` does not answer, use this. From another host
it works without --state. Positions are not touched; stops that guard one are kept.

  --config FILE     key and defaults, mode 600 [/etc/gannet/kill.conf, $GANNET_KILL_CONFIG]
                    api_key, secret, passphrase, and any option below as key = value
  --tag TEXT        whose orders: the engine's engine_id
  --state DIR       the engine's state directory on this host: it is stopped first
  --account         everybody's orders on the account, and the venue's 10 s timer for all of them
  --cancel-stops    also reduce-only stops whose position is open
  --leave-engine    do not stop the engine
  --dry-run         show what would be done; nothing is stopped or cancelled
  --reason TEXT     for the engine's journal
  --seconds N       give up after so long [60]
  --url URL --address IP --ca-file FILE --demo
                    where the venue is; --address does without DNS
  --json            one JSON object at the end

Exit: 0 confirmed; 2 not used rightly; 3 the venue refuses the key; 4 not confirmed in time: run it
again, then cancel on the venue's own web page; 5 orders are gone, but the engine could not be
stopped: stop it by hand, or it may place new ones.
)";

}  // namespace gannet::kill
